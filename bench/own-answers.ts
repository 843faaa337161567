import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import type { CycleResult } from '../workflows/cycle-result.ts';
import type { Answers } from './compare-answers.ts';

/** Words of plan.recipients for customers who could have been written to; the others had an obstacle. */
const eligible = "decision in ('send', 'holdout') or why in ('over budget', 'over the maximum number of recipients')";

/** The figures of a finished cycle that its peer must find too, read from the lake. */
export async function ownAnswers(lake: string, result: CycleResult): Promise<Answers> {
  const warehouse = await openWarehouse({ lake });
  const findings = await warehouse.find(result, 'snapshot.audit_findings');
  await using session = await warehouse.open({ ...result.relations, ...(findings === undefined ? {} : { 'snapshot.audit_findings': findings }) });
  const one = async (sql: string): Promise<Record<string, number>> => (await session.rows<Record<string, number>>(sql))[0]!;
  const features = (await session.rows<{ column_name: string }>('select column_name from (describe features.customers)')).map((row) => row.column_name).filter((name) => name !== 'customer_id');
  const curve = await session.rows<{ clusters: number; inertia: number }>('select clusters, inertia from segments.k_curve order by clusters');
  return {
    ...Object.fromEntries((result.tallies ?? []).flatMap(({ table, kept, quarantined }) => [[`${table} kept`, kept], [`${table} quarantined`, quarantined]])),
    ...await one('select coalesce(sum(rows), 0) as "rows found by audits" from snapshot.audit_findings'),
    ...await one('select count(*) as orders from features.orders'),
    ...await one('select count(*) as "customers with features" from features.customers'),
    ...await one(`select ${features.map((name) => `count(${name}) as "known ${name}", coalesce(sum(${name}), 0) as "sum of ${name}"`).join(', ')} from features.customers`),
    ...await one('select sum(frequency) as "sum of earlier frequency" from features.customers_earlier'),
    ...await one('select sum(imputed) as imputed, sum(outliers) as clipped from features.preprocessing'),
    ...await one('select count(*) as interests from features.interests'),
    ...await one('select count(*) as brands from features.brands'),
    ...await one('select count(*) as "people heard of", sum(followers) as followers from features.social'),
    ...await one('select sum(favourite_weekday) as "favourite weekdays", sum(largest_order_value) as "sum of largest orders" from features.habits'),
    ...await one('select sum(expected_purchases_90d::decimal(18, 6))::double as "purchases expected", sum(clv_1y::decimal(18, 4))::double as "worth of the next year" from features.lifetime_value'),
    ...Object.fromEntries(curve.map(({ clusters, inertia }) => [`inertia ${clusters}`, inertia])),
    ...await one('select (select count(*) from segments.itemsets) as itemsets, (select count(*) from segments.rules) as rules'),
    ...await one('select positives as "buyers in the test" from segments.prediction_quality'),
    ...await one("select value as auc from segments.model_comparison where model = 'logistic' and metric = 'auc'"),
    ...await one(`select count(*) as eligible from plan.recipients where ${eligible}`),
  };
}
