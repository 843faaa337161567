import { readDepots } from '../../gateways/shop-folder/read-depots.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { cycleAsOf } from '../cycle-as-of.ts';
import { latestCycle } from '../latest-cycle.ts';
import type { DemandFound, ForecastActivities, ForecastInput } from './contract.ts';
import { makeForecasts } from './make-forecasts.ts';
import { planDeliveries } from './plan-deliveries.ts';

export interface ForecastDependencies {
  readonly warehouse: Warehouse;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  readonly cancellation: () => AbortSignal | undefined;
}

/** Demand and stock, apart from the cycle: they read what a cycle knows and write beside it. */
export function createForecastActivities({ warehouse, openShop, cancellation }: ForecastDependencies): ForecastActivities {
  return {
    async forecastDemand(input: ForecastInput): Promise<DemandFound> {
      const shop = await openShop(input.shop);
      const { cycle, relations: known } = await latestCycle(warehouse, input, ['features.order_lines', 'features.customers', 'snapshot.products', 'snapshot.customers']);
      const folder = { shop: input.shop, cycle };
      const asOf = await cycleAsOf(warehouse, known);
      const { forecast: settings } = shop.settings;
      await using session = await warehouse.open(known, {}, cancellation());
      const relations = await makeForecasts(session, { folder, asOf, settings, threads: warehouse.threads, signal: cancellation() });
      const depots = await readDepots(shop.path);
      const planned = depots === undefined ? undefined : await planDeliveries(session, folder, depots);
      if (planned !== undefined) relations['demand.deliveries'] = planned.relation;

      const [score] = await session.rows<{ products: number; mase: number | null; naive: number | null }>('select count(*) as products, avg(mase::decimal(18, 6)) as mase, avg(naive_mase::decimal(18, 6)) as naive from demand.models');
      const models = await session.rows<{ model: string; products: number }>("select regexp_replace(model, ' ?\\(\\d.*', '') as model, count(*) as products from demand.models group by 1 order by products desc, 1 limit 20");
      const states = await session.rows<{ state: string; products: number; tied: number }>("select state, count(*) as products, coalesce(sum(money_tied_up::decimal(18, 2)) filter (state in ('slow', 'over')), 0) as tied from demand.stock group by state order by state");
      const [total] = await session.rows<{ units: number; categories: number }>('select coalesce(sum(forecast::decimal(18, 6)), 0) as units, count(distinct category) as categories from demand.category_days');
      return {
        ...folder, asOf, relations, weeks: settings.weeks, products: score!.products, categories: total!.categories, mase: score!.mase, naiveMase: score!.naive, models,
        stock: Object.fromEntries(states.map(({ state, products }) => [state, products])), expectedUnits: total!.units, tiedUp: states.reduce((sum, { tied }) => sum + tied, 0),
        ...(planned === undefined ? {} : { delivery: planned.delivery }),
      };
    },
  };
}
