import { readApproval } from '../../gateways/ledger/approvals.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import { tally } from '../../gateways/ledger/tally.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { Cell, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { readEffects } from '../evaluate/read-effects.ts';
import { readStudies } from './read-studies.ts';
import { findingsOf, talliesOf } from './read-data-quality.ts';
import { describePlan } from '../campaign/plan-campaign.ts';
import type { Decision, FeedbackInput } from './contract.ts';
import type { CycleReport, MailFunnel, ReportPrediction } from './report/cycle-report.ts';
import type { Manifest } from './write-manifest.ts';

export interface ReportParts {
  readonly session: WarehouseSession;
  readonly ledger: Ledger;
  readonly shop: ShopFolder;
  readonly input: FeedbackInput & { readonly decisions: readonly Decision[] };
  readonly manifest: Manifest;
  readonly madeAt: Date;
  readonly previousCycle?: string;
}

/** Everything the report shows, out of the lake and the ledger. */
export async function gatherReport({ session, ledger, shop, input, manifest, madeAt, previousCycle }: ReportParts): Promise<CycleReport> {
  const { settings } = shop;
  const has = (relation: string): boolean => manifest.relations.some((entry) => entry.relation === relation);
  const refs = Object.fromEntries(manifest.relations.map((entry) => [entry.relation, { uri: '', rows: entry.rows, bytes: entry.bytes, fingerprint: entry.fingerprint }]));
  const plan = await describePlan(session, shop, input, refs);
  const counts = await tally(ledger, plan.campaign);
  const sent = has('sends.sends');
  const approval = await readApproval(ledger, plan);
  const segments = await session.rows<Record<'segment' | 'customers' | 'average_spend' | 'average_orders' | 'average_recency_days', number> & { name: string } & Record<string, Cell>>('select segment, name, customers, average_spend, average_orders, average_recency_days from segments.summaries order by segment');
  const [curve] = await session.rows<{ silhouette: number; stability: number | null }>('select silhouette, stability from segments.k_curve where chosen');
  const descriptions = await session.rows<{ segment: number; rule: string; precision: number; recall: number }>('select segment, rule, precision, recall from segments.descriptions order by segment');
  const features = await session.rows<{ feature: string }>('select feature from features.preprocessing where used');
  const rules = await session.rows<{ antecedent: string; consequent: string; baskets: number; support: number; confidence: number; lift: number }>('select antecedent, consequent, baskets, support, confidence, lift from segments.rules limit 12');
  const decisionsInForce = await session.rows<{ words: string }>('select words from snapshot.decisions');
  const recipeOf = (relation: string): string => manifest.relations.find((entry) => entry.relation === relation)?.recipe ?? '';
  const { evaluation } = input;
  const effects = has('outcomes.effects') ? await readEffects(session) : [];
  const overall = effects.find((effect) => effect.metric === 'conversion' && effect.arm === 'all' && effect.segment === 'all');
  return {
    shop: shop.name, shopName: settings.name, currency: settings.currency, timeZone: settings.time_zone, cycle: input.cycle, asOf: input.asOf, madeAt: madeAt.toISOString(), version: manifest.version,
    outcome: {
      state: sent || plan.toSend === 0 ? 'completed' : 'not_approved',
      words: overall === undefined ? `No effect was measured: ${evaluation.why || 'the groups are too small'}.`
        : `${percentagePoints(overall.difference)} in the share of customers who bought, 95 % interval ${percentagePoints(overall.lower)} to ${percentagePoints(overall.upper)}.`,
    },
    customers: segments.reduce((sum, segment) => sum + segment.customers, 0),
    earlier: { previousCycle: previousCycle ?? null, decisionsInForce: decisionsInForce.map((row) => row.words) },
    data: { tallies: await talliesOf(session), leftOut: Object.keys(refs).filter((name) => name.startsWith('snapshot.')).map((name) => name.slice('snapshot.'.length)).filter((name) => canonicalNames.includes(name) && shop.sources[name] === undefined), findings: await findingsOf(session) },
    segmentation: {
      segments: segments.map((row) => ({ segment: row.segment, name: row.name, customers: row.customers, averageSpend: row.average_spend, averageOrders: row.average_orders, averageRecencyDays: row.average_recency_days })),
      silhouette: curve!.silhouette, stability: curve!.stability ?? Number.NaN, descriptions, features: features.map((row) => row.feature), carriedOver: recipeOf('segments.memberships').startsWith('reuse-segmentation'),
    },
    prediction: await predictionOf(session, settings.analyse.prediction_days),
    rules: rules.map((rule) => ({ left: rule.antecedent, right: rule.consequent, orders: rule.baskets, support: rule.support, confidence: rule.confidence, lift: rule.lift })),
    campaign: {
      plan,
      approval: approval === undefined ? null : { decision: approval.decision, by: approval.by, comment: approval.comment, at: approval.at.toISOString() },
      tally: sent ? { planned: counts.planned, claimed: counts.claimed, handedOver: counts.handed_over, delivered: counts.delivered, softBounced: counts.soft_bounced, hardBounced: counts.hard_bounced, failed: counts.failed, suppressed: counts.suppressed, complained: counts.complained, inDoubt: counts.in_doubt } : null,
      funnel: sent && has('outcomes.customers') ? await funnelOf(session, counts.delivered + counts.handed_over) : null,
    },
    results: { measured: evaluation.measured, why: evaluation.why, from: input.window?.from ?? null, to: input.window?.to ?? null, effects, confidence: 0.95, units: { conversion: 'share', revenue: 'money', margin: 'money', revenue_corrected: 'money' } },
    studies: await readStudies(session),
    decisions: input.decisions,
    steps: input.steps.map((step) => ({ ...step, figures: [] })),
    lineage: manifest.relations.map(({ relation, rows, bytes, fingerprint, seconds }) => ({ relation, rows, bytes, fingerprint, seconds })),
  };
}

async function predictionOf(session: WarehouseSession, days: number): Promise<ReportPrediction | null> {
  const figures = await session.rows<{ model: string; is_champion: boolean; metric: string; value: number | null; lower: number | null; upper: number | null }>('select model, is_champion, metric, value, lower, upper from segments.model_comparison');
  if (figures.length === 0) return null;
  const calibration = await session.rows<{ customers: number; told: number; came: number }>('select customers, told, came from segments.calibration order by told');
  const importances = await session.rows<{ feature: string; aucLost: number }>('select feature, auc_lost as "aucLost" from segments.importances order by auc_lost desc, feature');
  const known = (value: number | null): number => value ?? Number.NaN;
  return {
    days, calibration, importances,
    models: [...new Set(figures.map(({ model }) => model))].map((name) => {
      const own = figures.filter(({ model }) => model === name);
      return { name, isChampion: own[0]!.is_champion, figures: own.map(({ metric, value, lower, upper }) => ({ metric, value: known(value), lower: known(lower), upper: known(upper) })) };
    }),
  };
}

const canonicalNames: readonly string[] = ['products', 'customers', 'order_lines', 'events', 'social', 'identities', 'payments'];

const percentagePoints = (difference: number): string => `${difference < 0 ? '−' : '+'}${Math.abs(difference * 100).toFixed(2)} points`;

async function funnelOf(session: WarehouseSession, delivered: number): Promise<MailFunnel> {
  const [row] = await session.rows<Record<'opened' | 'clicked' | 'redeemed' | 'unsubscribed', number>>(
    "select count_if(opened) as opened, count_if(clicked) as clicked, count_if(redeemed) as redeemed, count_if(unsubscribed) as unsubscribed from outcomes.customers where decision = 'send'");
  const [programs] = await session.rows<{ by_programs: number }>('select count_if(by_program) as by_programs from outcomes.touches');
  return { delivered, ...row!, byPrograms: programs!.by_programs };
}
