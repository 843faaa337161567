import { join } from 'node:path';
import { findPreviousCycle } from '../../activities/collect/find-previous-cycle.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { quoteIdentifier, quoteLiteral } from '../../gateways/warehouse/quote.ts';
import { readRelationRecord, type RelationRecord } from '../../gateways/warehouse/relation-file.ts';
import type { Cell, CycleFolder, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { requireCycle } from '../export/require-cycle.ts';
import { appliedRules } from './applied-rules.ts';
import { explainSegment } from './explain-segment.ts';
import type { Explanation, Fact } from './explanation.ts';
import { readLineage, readManifest } from './read-lineage.ts';

export interface ExplainRequest extends CycleFolder {
  readonly customer: string;
  /** The address is in the explanation only where this is asked for. */
  readonly showAddress: boolean;
  /** SQL text of the shop's sources by canonical table, to name the files a relation was read from. */
  readonly sources: Readonly<Record<string, string>>;
}

type Names = Readonly<Record<string, string>>;

const profileFacts: Names = {
  age_band: 'age', city: 'city', country: 'country', recency_score: 'recency, 5 is best', frequency_score: 'frequency, 5 is best', monetary_score: 'money, 5 is best',
  frequency: 'orders', monetary: 'spend', average_order_value: 'average order', recency_days: 'days since the last order', gap_mean_days: 'days between orders', discount_share: 'share of discounts', return_share: 'share of returns',
  favourite_category: 'favourite category', distinctive_category: 'what sets it apart', favourite_brand: 'favourite brand', brand_loyalty: 'brand loyalty', price_tier: 'price tier', favourite_channel: 'channel',
  social_activities: 'social activities', followers: 'followers', sentiment: 'tone of its reviews',
};
const planFacts: Names = { decision: 'decision', why: 'why', arm: 'arm', offer: 'offer', expected_revenue: 'expected revenue', expected_cost: 'expected cost' };
const outcomeFacts: Names = { orders: 'orders since', revenue: 'revenue since', opened: 'opened the letter', clicked: 'followed a link', redeemed: 'redeemed the coupon', unsubscribed: 'unsubscribed' };

/**
 * Everything a cycle says of one customer, with the lineage of each number.
 * @throws ClienteleError CYCLE_NOT_FOUND, and COMMAND_INVALID for a customer that the cycle does not know
 */
export async function explainCustomer(warehouse: Warehouse, { shop, cycle, customer, showAddress, sources }: ExplainRequest): Promise<Explanation> {
  const relations = await requireCycle(warehouse, { shop, cycle });
  const manifest = await readManifest(warehouse.lake, { shop, cycle });
  await using session = await warehouse.open(relations);
  const has = (...names: readonly string[]): boolean => names.every((name) => relations[name] !== undefined);
  const recordOf = async (name: string): Promise<RelationRecord | undefined> => (has(name) ? readRelationRecord(join(warehouse.lake, relations[name]!.uri)) : undefined);
  const roots = new Set<string>();

  /** One row's columns as facts; columns that a cycle of an older version lacks are left out. */
  async function factsOf(relation: string, names: Names): Promise<Fact[]> {
    if (!has(relation)) return [];
    const known = await session.describe(`from ${relation}`);
    const columns = Object.keys(names).filter((name) => known.has(name));
    const [row] = await session.rows<Record<string, Cell>>(`select ${columns.map(quoteIdentifier).join(', ')} from ${relation} where customer_id = ${quoteLiteral(customer)}`);
    if (row === undefined) return [];
    roots.add(relation);
    return columns.map((column) => ({ name: names[column]!, value: row[column]!, from: `${relation}.${column}` }));
  }

  const profile = await factsOf('features.profiles', profileFacts);
  const plan = await factsOf('plan.recipients', { ...planFacts, ...(showAddress ? { address: 'address' } : {}) });
  const isKnown = profile.length > 0 || plan.length > 0 || (await factsOf('snapshot.customers', { customer_id: 'customer' })).length > 0;
  if (!isKnown) throw new ClienteleError('COMMAND_INVALID', { problem: `${shop}/${cycle} knows no such customer`, remedy: 'Give a customer_id as the shop\'s own files have it.' });

  const carriedOver = (await recordOf('segments.memberships'))?.recipe.startsWith('reuse-segmentation') === true;
  const earlier = carriedOver ? await warehouse.find({ shop, cycle: await findPreviousCycle(warehouse.lake, { shop, cycle }) ?? '' }, 'features.preprocessing') : undefined;
  if (earlier !== undefined) await session.addView('previous.preprocessing', earlier);
  const units = !carriedOver ? 'matrix' : earlier === undefined ? 'unknown' : 'last cycle';
  const segment = has('segments.memberships', 'segments.centres', 'segments.summaries', 'features.matrix') ? await explainSegment(session, customer, { units, described: has('segments.descriptions') }) : undefined;
  if (segment !== undefined) for (const name of ['segments.memberships', 'segments.centres', 'segments.summaries', ...(segment.rule === undefined ? [] : ['segments.descriptions'])]) roots.add(name);
  const [quality] = has('segments.prediction_quality') ? await session.rows<{ threshold: number }>('select threshold from segments.prediction_quality') : [];
  const scores = [
    ...await factsOf('segments.predictions', {
      probability: `buys within ${numberOf((await recordOf('segments.predictions'))?.parameters['days']) ?? 'the next'} days`,
      will_buy: `counts as a likely buyer${quality === undefined ? '' : `, from ${quality.threshold.toFixed(3)}`}`, reasons: 'moved most by',
    }),
    ...has('segments.model_comparison') && roots.has('segments.predictions') ? await toldBy(session, roots) : [],
    ...has('segments.target_predictions') ? await otherTargets(session, customer, roots) : [],
    ...await factsOf('features.lifetime_value', lifetimeNames((await recordOf('features.lifetime_value'))?.parameters ?? {})),
  ];
  const rules = has('segments.rules', 'features.order_lines', 'snapshot.products') ? await appliedRules(session, customer, has('segments.segment_rules') ? segment?.segment : undefined) : [];
  for (const { among } of rules) roots.add(among === 'the segment' ? 'segments.segment_rules' : 'segments.rules');
  const outcome = await factsOf('outcomes.customers', outcomeFacts);
  const lineage = await readLineage(warehouse, session, { shop, cycle, customer, roots: [...roots].sort(), relations, manifest, sources });
  return { shop, cycle, customer, asOf: manifest?.asOf ?? null, version: manifest?.version ?? null, profile, ...(segment === undefined ? {} : { segment }), scores, rules, plan, outcome, lineage };
}

/** What else the shop asked to be told of its customers. */
async function otherTargets(session: WarehouseSession, customer: string, roots: Set<string>): Promise<Fact[]> {
  const told = await session.rows<{ target: string; probability: number; reasons: string }>(`select target, probability, reasons from segments.target_predictions where customer_id = ${quoteLiteral(customer)} order by target`);
  if (told.length > 0) roots.add('segments.target_predictions');
  return told.flatMap(({ target, probability, reasons }) => [
    { name: target, value: probability, from: 'segments.target_predictions.probability' }, { name: `${target}: moved most by`, value: reasons, from: 'segments.target_predictions.reasons' },
  ]);
}

/** The model that told the probability, and how far it is to be trusted. */
async function toldBy(session: WarehouseSession, roots: Set<string>): Promise<Fact[]> {
  const [champion] = await session.rows<{ model: string; value: number | null; lower: number | null; upper: number | null; challengers: number }>(`
    select model, value, lower, upper, (select count(distinct model) from segments.model_comparison where not is_champion) as challengers
    from segments.model_comparison where is_champion and metric = 'auc'`);
  if (champion === undefined) return [];
  const { model, value, lower, upper, challengers } = champion;
  roots.add('segments.model_comparison');
  const auc = value === null ? '' : `, AUC ${value.toFixed(3)}${lower === null || upper === null ? '' : ` (${lower.toFixed(3)} to ${upper.toFixed(3)})`}`;
  return [{ name: 'told by', value: `${model}${auc}, champion of ${challengers + 1}`, from: 'segments.model_comparison.value' }];
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** What is expected of a customer, with the horizon and the discount it was computed with. */
function lifetimeNames(parameters: RelationRecord['parameters']): Names {
  const [days, periods, rate] = ['soon', 'periods', 'discountRate'].map((name) => numberOf(parameters[name]));
  const soon = `in ${days ?? 90} days`;
  const discount = periods === undefined || rate === undefined ? '' : `, money discounted by ${(((1 + rate) ** periods - 1) * 100).toFixed(0)} % a year`;
  return { p_alive: 'still a customer', expected_purchases_90d: `orders expected ${soon}`, expected_value_90d: `revenue expected ${soon}`, clv_1y: `worth of the next ${periods ?? 12} months${discount}` };
}
