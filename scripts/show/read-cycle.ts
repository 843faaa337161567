import type { Cell, CycleFolder, Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { readReport } from '../../web/reads/read-report.ts';
import { requireCycle } from '../export/require-cycle.ts';

/** What the lake tells of a cycle, as far as it has come; a part that it has not reached is empty. */
export interface CycleSummary extends CycleFolder {
  /** In words; undefined until its report is written. */
  readonly outcome?: string;
  readonly steps: readonly { readonly name: string; readonly seconds: number; readonly rows: number }[];
  readonly segments: readonly { readonly name: string; readonly customers: number; readonly averageSpend: number; readonly averageOrders: number; readonly averageRecencyDays: number }[];
  readonly offers: readonly { readonly segment: string; readonly offer: string; readonly customers: number; readonly expectedCost: number }[];
  /** Customers by what the plan does with them, and why where it does nothing. */
  readonly audience: readonly { readonly decision: string; readonly arm: string | null; readonly why: string | null; readonly customers: number }[];
  readonly sends: readonly { readonly arm: string; readonly state: string; readonly sends: number }[];
  readonly effects: readonly { readonly metric: string; readonly arm: string; readonly segment: string; readonly treatedMean: number; readonly controlMean: number; readonly difference: number; readonly lower: number; readonly upper: number; readonly pValue: number }[];
  /** Models that told who will buy, the champion first, with AUC, its interval, and how likely the difference from the champion is chance. */
  readonly models: readonly { readonly model: string; readonly isChampion: boolean; readonly auc: number | null; readonly lower: number | null; readonly upper: number | null; readonly pValue: number }[];
  readonly decisions: readonly { readonly words: string; readonly evidence: string; readonly rule: string }[];
  readonly relations: number;
}

/**
 * Reads a finished or running cycle from the lake.
 * @throws ClienteleError CYCLE_NOT_FOUND
 */
export async function readCycle(warehouse: Warehouse, folder: CycleFolder): Promise<CycleSummary> {
  const relations = await requireCycle(warehouse, folder);
  const report = await readReport(warehouse.lake, folder);
  await using session = await warehouse.open(relations);
  const rows = async <Row extends Record<string, Cell>>(name: string, sql: string): Promise<Row[]> => (relations[name] === undefined ? [] : session.rows<Row>(sql));
  return {
    shop: folder.shop, cycle: folder.cycle, outcome: report?.outcome.words,
    steps: report?.steps ?? [],
    segments: await rows('segments.summaries', `select name, customers, average_spend as "averageSpend", average_orders as "averageOrders", average_recency_days as "averageRecencyDays" from segments.summaries order by average_spend desc, segment`),
    // Whole numbers, so that the sum does not depend on the order of rows.
    offers: await rows('plan.recipients', `select segment_name as segment, offer, count(*) as customers, sum(round(expected_cost * 10000)::bigint)::bigint / 10000.0 as "expectedCost" from plan.recipients where decision = 'send' group by all order by customers desc, segment, offer`),
    audience: await rows('plan.recipients', `select decision, arm, case when decision = 'none' then why end as why, count(*) as customers from plan.recipients group by all order by decision desc, arm, customers desc, why`),
    sends: await rows('sends.sends', 'select arm, state, count(*) as sends from sends.sends group by all order by arm, sends desc, state'),
    effects: await rows('outcomes.effects', `select metric, arm, segment, treated_mean as "treatedMean", control_mean as "controlMean", difference, lower, upper, p_value as "pValue" from outcomes.effects order by segment <> 'all', segment, metric, arm`),
    models: await rows('segments.model_comparison', `select model, is_champion as "isChampion", value as auc, lower, upper, p_value as "pValue" from segments.model_comparison where metric = 'auc' order by is_champion desc, value desc, model`),
    decisions: await rows('feedback.decisions', 'select words, evidence, rule from feedback.decisions order by id'),
    relations: Object.keys(relations).length,
  };
}
