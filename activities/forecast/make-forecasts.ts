import { forecastMany } from '../../algorithms/forecast/forecast-many.ts';
import type { SeriesForecast } from '../../algorithms/forecast/forecast-series.ts';
import { criticalRatio, orderUpToLevel } from '../../algorithms/inventory/order-up-to-level.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { Column, CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { readDailySeries, type DailySeries } from './daily-series.ts';
import { knownMarks } from './known-marks.ts';
import { byWeek, protectedDemand, sumForecasts, type SummedForecast } from './sum-forecasts.ts';

export interface MakeForecasts {
  readonly folder: CycleFolder;
  readonly asOf: string;
  readonly settings: ShopSettings['forecast'];
  readonly threads: number;
  readonly signal?: AbortSignal;
}

interface Forecasts {
  readonly products: readonly (DailySeries & { readonly category: string; readonly forecast: SeriesForecast })[];
  readonly categories: readonly { readonly key: string; readonly forecast: SummedForecast }[];
  readonly regions: readonly { readonly key: string; readonly forecast: SeriesForecast }[];
}

const version = 'forecast-demand 1';
/** A quarter of a year of weekly origins. */
const backtestPlan = { origins: 12, step: 7 };
/** Beyond these a critical ratio says more of its costs' roundness than of the product. */
const levelBounds = [0.5, 0.995] as const;

/**
 * What will be asked for: `demand.daily_sales` and `demand.region_sales` by SQL; `demand.product_days`, `demand.product_weeks`,
 * `demand.category_days`, `demand.category_weeks`, `demand.region_weeks` with intervals, `demand.models` and `demand.backtest`, `demand.levels` by
 * the forecasts; `demand.stock` beside what is there.
 */
export async function makeForecasts(session: WarehouseSession, { folder, asOf, settings, threads, signal }: MakeForecasts): Promise<Record<string, RelationRef>> {
  const relations: Record<string, RelationRef> = {};
  const make = async (name: string, parameters: Readonly<Record<string, string | number>>): Promise<void> => {
    relations[name] = await session.materialise(folder, { name, sql: await readSql(name), parameters });
  };
  await make('demand.daily_sales', { as_of: asOf, bulk_factor: settings.bulk_factor });
  await make('demand.region_sales', { as_of: asOf, bulk_factor: settings.bulk_factor });

  const horizon = settings.weeks * 7;
  let made: Promise<Forecasts> | undefined;
  const all = (): Promise<Forecasts> => (made ??= forecastAll(session, { folder, asOf, settings, threads, signal }));
  const write = async (name: string, columns: (forecasts: Forecasts) => readonly Column[] | Promise<readonly Column[]>, inputs: readonly string[] = ['demand.daily_sales', 'demand.region_sales']): Promise<void> => {
    relations[name] = await session.write(folder, { name, algorithm: version, inputs, parameters: { asOf, ...backtestPlan, settings: JSON.stringify(settings) }, columns: async () => columns(await all()) });
  };
  await write('demand.product_days', ({ products }) => steps('product_id', 'day', products, asOf, 1));
  await write('demand.product_weeks', ({ products }) => steps('product_id', 'week', products.map(({ key, forecast }) => ({ key, forecast: byWeek(forecast, settings.level) })), asOf, 7));
  await write('demand.category_days', ({ categories }) => steps('category', 'day', categories, asOf, 1));
  await write('demand.category_weeks', ({ categories }) => steps('category', 'week', categories.map(({ key, forecast }) => ({ key, forecast: byWeek(forecast, settings.level) })), asOf, 7));
  await write('demand.region_weeks', ({ regions }) => steps('region', 'week', regions.map(({ key, forecast }) => ({ key, forecast: byWeek(forecast, settings.level) })), asOf, 7));
  await write('demand.models', ({ products }) => [
    { name: 'product_id', type: 'VARCHAR', values: products.map(({ key }) => key) }, { name: 'category', type: 'VARCHAR', values: products.map(({ category }) => category) },
    { name: 'kind', type: 'VARCHAR', values: products.map(({ forecast }) => forecast.kind) }, { name: 'model', type: 'VARCHAR', values: products.map(({ forecast }) => forecast.model) },
    { name: 'mase', type: 'DOUBLE', values: products.map(({ forecast }) => forecast.mase) }, { name: 'naive_mase', type: 'DOUBLE', values: products.map(({ forecast }) => finite(forecast.tried[0]?.mase)) },
    { name: 'days_known', type: 'INTEGER', values: products.map(({ units }) => units.length) }, { name: 'origins', type: 'INTEGER', values: products.map(({ forecast }) => forecast.errors.length / horizon) },
  ]);
  await write('demand.backtest', ({ products }) => {
    const rows = products.flatMap(({ key, forecast }) => forecast.tried.map((tried) => ({ key, ...tried, chosen: tried.model === forecast.tried.reduce((best, one) => (one.mase < best.mase ? one : best)).model })));
    return [
      { name: 'product_id', type: 'VARCHAR', values: rows.map(({ key }) => key) }, { name: 'model', type: 'VARCHAR', values: rows.map(({ model }) => model) },
      { name: 'mase', type: 'DOUBLE', values: rows.map(({ mase }) => finite(mase)) }, { name: 'chosen', type: 'BOOLEAN', values: rows.map(({ chosen }) => chosen) },
    ];
  });
  await write('demand.levels', async ({ products }) => levelColumns(session, products, settings), ['demand.daily_sales', 'demand.region_sales', 'snapshot.products']);
  await make('demand.stock', { as_of: asOf, slow_days: settings.slow_days, over_days: settings.over_days });
  return relations;
}

async function forecastAll(session: WarehouseSession, { asOf, settings, threads, signal }: MakeForecasts): Promise<Forecasts> {
  const horizon = settings.weeks * 7;
  const [sold, regions] = [await readDailySeries(session, 'demand.daily_sales', 'product_id', asOf), await readDailySeries(session, 'demand.region_sales', 'region', asOf)];
  const categoryOf = new Map((await session.rows<{ product_id: string; category: string }>('select distinct product_id, category from demand.daily_sales order by product_id, category')).map((row) => [row.product_id, row.category]));
  const marks = knownMarks(settings, asOf, horizon);
  const optionsFor = (length: number, category?: string) => ({ horizon, period: 7, longPeriod: 365.25, level: settings.level, ...backtestPlan, regressors: marks(length, category) });
  const best = new Set(await session.texts(`select product_id from demand.daily_sales group by product_id order by sum(units::decimal(18, 3)) desc, product_id limit ${settings.prophet_products}`));
  const tasks = [
    ...sold.map(({ key, units }) => ({ series: units, options: { ...optionsFor(units.length, categoryOf.get(key)), prophet: best.has(key) } })),
    ...regions.map(({ units }) => ({ series: units, options: optionsFor(units.length) })),
  ];
  const forecasts = await forecastMany(tasks, { threads, signal });
  const products = sold.map((series, row) => ({ ...series, category: categoryOf.get(series.key) ?? 'unknown', forecast: forecasts[row]! }));
  const names = [...new Set(products.map(({ category }) => category))].sort();
  return {
    products,
    categories: names.map((key) => ({ key, forecast: sumForecasts(products.filter(({ category }) => category === key).map(({ forecast }) => forecast), horizon, settings.level) })),
    regions: regions.map(({ key }, row) => ({ key, forecast: forecasts[sold.length + row]! })),
  };
}

const finite = (value: number | undefined): number => (value !== undefined && Number.isFinite(value) ? value : Number.NaN);

/** One row a key and step, with the bounds of its interval, never below nothing. */
function steps(keyName: string, stepName: 'day' | 'week', rows: readonly { readonly key: string; readonly forecast: { readonly points: Float64Array; readonly halfWidths: Float64Array } }[], asOf: string, days: number): Column[] {
  const flat = rows.flatMap(({ key, forecast: { points, halfWidths } }) => Array.from(points, (point, step) => ({ key, step, point, half: halfWidths[step]! })));
  const first = Date.parse(`${asOf.slice(0, 10)}T00:00:00Z`);
  return [
    { name: keyName, type: 'VARCHAR', values: flat.map(({ key }) => key) },
    { name: stepName, type: 'DATE', values: flat.map(({ step }) => new Date(first + step * days * 86_400_000).toISOString().slice(0, 10)) },
    { name: 'forecast', type: 'DOUBLE', values: flat.map(({ point }) => point) },
    { name: 'lower', type: 'DOUBLE', values: flat.map(({ point, half }) => (Number.isNaN(half) ? half : Math.max(point - half, 0))) },
    { name: 'upper', type: 'DOUBLE', values: flat.map(({ point, half }) => point + half) },
  ];
}

async function levelColumns(session: WarehouseSession, products: Forecasts['products'], settings: ShopSettings['forecast']): Promise<readonly Column[]> {
  const costs = new Map((await session.rows<{ product_id: string; price: number | null; unit_cost: number | null }>('select product_id, price::double as price, unit_cost::double as unit_cost from snapshot.products')).map((row) => [row.product_id, row]));
  const days = settings.lead_days + settings.review_days;
  const levels = products.map(({ key, forecast }) => {
    const demand = protectedDemand(forecast, days);
    const service = serviceLevel(costs.get(key), settings);
    return { key, service, ...demand, ...orderUpToLevel(demand, service), daily: forecast.points.reduce((sum, point) => sum + Math.max(point, 0), 0) / forecast.points.length };
  });
  const doubles = { daily: 'daily', service_level: 'service', protected_demand: 'mean', deviation: 'deviation', safety_stock: 'safetyStock', order_up_to: 'level' } as const;
  return [
    { name: 'product_id', type: 'VARCHAR', values: levels.map(({ key }) => key) },
    ...Object.entries(doubles).map(([name, of]) => ({ name, type: 'DOUBLE' as const, values: levels.map((level) => level[of]) })),
  ];
}

/** The shop's own, or the newsvendor's: a missing unit costs the margin, one that is not sold in time a part of its cost. */
function serviceLevel(product: { readonly price: number | null; readonly unit_cost: number | null } | undefined, { service_level: asked, overage_share: share }: ShopSettings['forecast']): number {
  if (asked !== 'newsvendor') return asked;
  const [price, cost] = [product?.price ?? 0, product?.unit_cost ?? 0];
  // Without prices nothing can be weighed: what most shops promise.
  if (!(price > cost && cost > 0)) return 0.95;
  return Math.min(Math.max(criticalRatio(price - cost, share * cost), levelBounds[0]), levelBounds[1]);
}
