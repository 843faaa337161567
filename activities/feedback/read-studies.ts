import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { ReportStudies } from './report/cycle-report.ts';

const mostFrictions = 6;
const mostToClear = 8;

/** What was studied of the cycle apart from it, as far as it was by the time of the report. */
export async function readStudies(session: WarehouseSession): Promise<ReportStudies> {
  const views = new Set(await session.texts("select schema_name || '.' || view_name from duckdb_views() where not internal order by 1"));
  const [funnel] = views.has('journeys.funnel') ? await session.rows<{ sessions: number; carts: number; checkouts: number; purchases: number }>("select sessions, carts, checkouts, purchases from journeys.funnel where dimension = 'all'") : [];
  const frictions = views.has('journeys.frictions') ? await session.rows<{ words: string }>(`select words from journeys.frictions limit ${mostFrictions}`) : [];
  const [carts] = views.has('journeys.abandoned_carts') ? await session.rows<{ carts: number }>('select count(*) as carts from journeys.abandoned_carts') : [];
  const [risk] = views.has('risk.scores') && views.has('risk.alerts') && views.has('risk.suspects')
    ? await session.rows<{ payments: number; alerts: number; suspects: number }>('select (select count(*) from risk.scores) as payments, (select count(*) from risk.alerts) as alerts, (select count(*) from risk.suspects) as suspects') : [];
  const [quality] = views.has('risk.quality') ? await session.rows<{ scorer: string; averagePrecision: number; lower: number; upper: number; alerts: number; precision: number; saved: number }>('select scorer, average_precision as "averagePrecision", lower, upper, alerts, precision, saved from risk.quality where is_used') : [];
  return {
    demand: views.has('demand.stock') && views.has('demand.category_weeks') && views.has('demand.models') ? await readDemandStudy(session) : null,
    journeys: funnel === undefined ? null : { ...funnel, frictions: frictions.map(({ words }) => words), abandonedCarts: carts?.carts ?? 0 },
    risk: risk === undefined ? null : { ...risk, quality: quality ?? null },
  };
}

async function readDemandStudy(session: WarehouseSession): Promise<NonNullable<ReportStudies['demand']>> {
  const categories = await session.rows<{ category: string; units: number; lower: number | null; upper: number | null }>('select category, sum(forecast::decimal(18, 4)) as units, min(lower) as lower, min(upper) as upper from demand.category_weeks where week = (select min(week) from demand.category_weeks) group by category order by units desc, category');
  const [weeks] = await session.rows<{ weeks: number }>('select count(distinct week) as weeks from demand.category_weeks');
  const [score] = await session.rows<{ mase: number | null; naive: number | null }>('select avg(mase::decimal(18, 6)) as mase, avg(naive_mase::decimal(18, 6)) as naive from demand.models');
  const [stock] = await session.rows<{ short: number; out: number; tied: number }>("select count_if(state = 'short') as short, count_if(state = 'out') as out, coalesce(sum(money_tied_up::decimal(18, 2)) filter (state in ('slow', 'over')), 0) as tied from demand.stock");
  const toClear = await session.rows<{ product: string; stock: number; days: number | null; money: number | null }>(`select coalesce(title, product_id) as product, stock, cover_days as days, money_tied_up::double as money from demand.stock where state in ('slow', 'over') order by money_tied_up desc nulls last, product_id limit ${mostToClear}`);
  return { weeks: weeks!.weeks, categories, mase: score!.mase, naiveMase: score!.naive, toOrder: stock!.short, out: stock!.out, toClear, tiedUp: stock!.tied };
}
