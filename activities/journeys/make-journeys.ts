import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { Column, CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { findFrictions, type CountedSessions } from './find-frictions.ts';

export interface MakeJourneys {
  readonly folder: CycleFolder;
  readonly asOf: string;
  readonly currency: string;
  readonly settings: ShopSettings['journeys'];
}

/**
 * Sessions and what comes of them: `journeys.sessions`, `journeys.funnel`, `journeys.paths`, `journeys.step_times`, `journeys.counted`,
 * `journeys.abandoned_carts` by SQL; `journeys.drop_rules` and `journeys.frictions` by counting and testing.
 */
export async function makeJourneys(session: WarehouseSession, { folder, asOf, currency, settings }: MakeJourneys): Promise<Record<string, RelationRef>> {
  const relations: Record<string, RelationRef> = {};
  const make = async (name: string, parameters: Readonly<Record<string, string | number>> = {}): Promise<void> => {
    relations[name] = await session.materialise(folder, { name, sql: await readSql(name), parameters });
  };
  await make('journeys.sessions', { as_of: asOf, journey_days: settings.days, gap_minutes: settings.gap_minutes });
  await make('journeys.funnel');
  await make('journeys.paths');
  await make('journeys.step_times');
  await make('journeys.counted');
  await make('journeys.abandoned_carts', { as_of: asOf, cart_hours: settings.carts.after_hours, cart_days: settings.carts.within_days });

  const find = async (): Promise<ReturnType<typeof findFrictions>> => {
    const rows = await session.rows<CountedSessions>('select * from journeys.counted order by all');
    const [order] = await session.rows<{ mean: number | null; deviation: number | null }>('select (sum(revenue) / count(*))::double as mean, sqrt(greatest(0, (sum((revenue * revenue)::decimal(38, 8)) / count(*))::double - ((sum(revenue) / count(*))::double) ** 2)) as deviation from features.orders where not is_return');
    return findFrictions(rows, { days: settings.days, currency, meanOrder: order?.mean ?? 0, orderDeviation: order?.deviation ?? 0 });
  };
  let found: ReturnType<typeof findFrictions> | undefined;
  const write = (name: string, columns: (all: ReturnType<typeof findFrictions>) => readonly Column[]): Promise<RelationRef> => session.write(folder, {
    name, algorithm: 'find-frictions 2', inputs: ['journeys.counted', 'features.orders'], parameters: { days: settings.days, currency }, columns: async () => columns(found ??= await find()),
  });
  const doubles = <Row>(rows: readonly Row[], names: Readonly<Record<string, (row: Row) => number>>): Column[] => Object.entries(names).map(([name, of]) => ({ name, type: 'DOUBLE', values: rows.map(of) }));
  relations['journeys.drop_rules'] = await write('journeys.drop_rules', ({ rules }) => [
    { name: 'step', type: 'VARCHAR', values: rules.map((rule) => rule.step) }, { name: 'conditions', type: 'VARCHAR', values: rules.map((rule) => rule.conditions) }, { name: 'about', type: 'VARCHAR', values: rules.map((rule) => rule.about) },
    { name: 'sessions', type: 'BIGINT', values: rules.map((rule) => rule.trials) }, { name: 'lost', type: 'BIGINT', values: rules.map((rule) => rule.hits) },
    ...doubles(rules, { rate: (rule) => rule.rate, lift: (rule) => rule.lift, p_value: (rule) => rule.pValue, false_discovery_rate: (rule) => rule.falseDiscoveryRate }),
  ]);
  relations['journeys.frictions'] = await write('journeys.frictions', ({ frictions }) => [
    { name: 'step', type: 'VARCHAR', values: frictions.map((friction) => friction.step) }, { name: 'kind', type: 'VARCHAR', values: frictions.map((friction) => friction.kind) }, { name: 'conditions', type: 'VARCHAR', values: frictions.map((friction) => friction.conditions) },
    { name: 'words', type: 'VARCHAR', values: frictions.map((friction) => friction.words) },
    { name: 'sessions', type: 'BIGINT', values: frictions.map((friction) => friction.trials) }, { name: 'lost', type: 'BIGINT', values: frictions.map((friction) => friction.hits) },
    ...doubles(frictions, {
      rate: (friction) => friction.rate, rate_elsewhere: (friction) => friction.rateElsewhere, lift: (friction) => friction.lift, p_value: (friction) => friction.pValue, false_discovery_rate: (friction) => friction.falseDiscoveryRate,
      lost_orders: (friction) => friction.lostOrders, lost_orders_lower: (friction) => friction.lostOrdersLower, lost_orders_upper: (friction) => friction.lostOrdersUpper,
      cost: (friction) => friction.cost, cost_lower: (friction) => friction.costLower, cost_upper: (friction) => friction.costUpper,
    }),
  ]);
  return relations;
}
