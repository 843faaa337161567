import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { Cell } from '../../gateways/warehouse/warehouse.ts';

type Expected = {
  readonly forecast: number;
  readonly lower: number | null;
  readonly upper: number | null;
};

type StockRow = {
  readonly productId: string;
  readonly title: string | null;
  readonly stock: number;
  readonly dailyDemand: number;
  readonly orderUpTo: number;
  readonly toOrder: number;
  readonly coverDays: number | null;
  readonly daysWithoutSale: number | null;
  readonly moneyTiedUp: number | null;
};

export interface DemandTables {
  readonly categories: readonly (Expected & { readonly category: string; readonly week: string })[];
  readonly regions: readonly (Expected & { readonly region: string; readonly week: string })[];
  /** What to order, the most units first; what does not sell or is too much, the most money first. */
  readonly order: readonly StockRow[];
  readonly clear: readonly (StockRow & { readonly state: string })[];
  readonly days?: readonly (Expected & { readonly day: string })[];
  readonly deliveries: readonly { readonly depot: string; readonly tour: number; readonly regions: string; readonly units: number; readonly kilometres: number }[];
}

const shown = 20;

/** Whoever answers queries over a cycle's relations. */
export interface DemandReader {
  has(relation: string): boolean;
  rows<Row extends Record<string, Cell>>(sql: string): Promise<Row[]>;
}

/** The tables of a forecast, as people and programs are told them; nothing where the cycle has none yet. */
export async function readDemand({ has, rows }: DemandReader, product?: string): Promise<DemandTables | undefined> {
  if (!has('demand.stock')) return undefined;
  const stock = 'product_id as "productId", title, stock, daily_demand as "dailyDemand", order_up_to as "orderUpTo", to_order as "toOrder", cover_days as "coverDays", days_without_sale as "daysWithoutSale", money_tied_up as "moneyTiedUp"';
  return {
    categories: await rows('select category, week::varchar as week, forecast, lower, upper from demand.category_weeks order by category, week'),
    regions: await rows('select region, week::varchar as week, forecast, lower, upper from demand.region_weeks order by region, week'),
    order: await rows(`select ${stock} from demand.stock where state in ('out', 'short') order by state, to_order desc, product_id limit ${shown}`),
    clear: await rows(`select ${stock}, state from demand.stock where state in ('slow', 'over') order by money_tied_up desc nulls last, product_id limit ${shown}`),
    deliveries: !has('demand.deliveries') ? [] : await rows('select depot, tour, string_agg(region, \' → \' order by place) as regions, any_value("load") as units, any_value(kilometres) as kilometres from demand.deliveries group by depot, tour order by tour'),
    ...(product === undefined ? {} : { days: await rows(`select day::varchar as day, forecast, lower, upper from demand.product_days where product_id = ${quoteLiteral(product)} order by day`) }),
  };
}
