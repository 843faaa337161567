import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { ReportStudies } from './report/cycle-report.ts';

const mostFrictions = 6;

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
    journeys: funnel === undefined ? null : { ...funnel, frictions: frictions.map(({ words }) => words), abandonedCarts: carts?.carts ?? 0 },
    risk: risk === undefined ? null : { ...risk, quality: quality ?? null },
  };
}
