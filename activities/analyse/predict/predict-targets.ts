import { daysBefore } from '../../days-before.ts';
import { earlierCycles } from '../../../gateways/warehouse/earlier-cycles.ts';
import type { RelationRef } from '../../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../../gateways/warehouse/sql-file.ts';
import type { Column, CycleFolder, Warehouse, WarehouseSession } from '../../../gateways/warehouse/warehouse.ts';
import { labelledByPurchases, readPredictionRows } from './prediction-rows.ts';
import { candidates, type Candidate } from './purchase-model.ts';
import { featureNames, tellBy, type Told, type WhatIsKnown } from './tell-by.ts';

/** What may be told besides an order: no order within `churn_days` of who ordered within so many before, an open or a redeemed coupon of who is mailed. */
export type Target = 'churns' | 'opens' | 'redeems';

export interface PredictTargets extends CycleFolder {
  readonly asOf: string;
  readonly targets: readonly Target[];
  readonly churnDays: number;
  /** Champion of the last cycle by target. */
  readonly incumbents: ReadonlyMap<string, Candidate>;
  readonly seed: number;
  readonly resamples: number;
  readonly signal?: AbortSignal;
}

/** What is known of a target, or why nothing can be told. */
type Known = Pick<WhatIsKnown, 'names' | 'recent' | 'past' | 'now' | 'customers'> | string;

/** Earlier campaigns that are learned from. */
const mostCampaigns = 8;
/** Who does it, and who does not, in what is learned from: fewer tell nothing. */
const fewestOfAClass = 20;

/**
 * Probabilities of the targets that a shop asks for: `segments.target_predictions` (target, customer_id, probability, reasons), `segments.target_comparison`
 * (target, model, is_champion, metric, value, lower, upper, p_value) and `segments.targets` (target, champion, why): which are told, and why the others are not.
 * Candidates, split by time and figures are those of the purchase prediction.
 */
export async function predictTargets(warehouse: Warehouse, session: WarehouseSession, request: PredictTargets): Promise<Record<string, RelationRef>> {
  const { targets, churnDays, incumbents, seed, resamples, signal, asOf, shop, cycle } = request;
  const folder = { shop, cycle };
  const incumbentOf = (target: Target): Candidate => incumbents.get(target) ?? candidates[0];
  const relations: Record<string, RelationRef> = targets.includes('churns') ? await makeCustomersBefore(session, folder, asOf, churnDays) : {};
  const campaigns = targets.some((target) => target !== 'churns') ? await addCampaigns(warehouse, session, folder) : [];
  let made: readonly Answer[] | undefined;
  const once = async (): Promise<readonly Answer[]> => {
    if (made !== undefined) return made;
    const answers: Answer[] = [];
    for (const target of targets) {
      const known = target === 'churns' ? await knownOfChurn(session, asOf, churnDays) : await knownOfCampaigns(session, campaigns, target);
      answers.push({ target, ...(typeof known === 'string' ? { why: known } : await answer(session, { ...known, incumbent: incumbentOf(target), seed, resamples, signal })) });
    }
    return (made = answers);
  };
  const write = (name: string, columns: (answers: readonly Answer[]) => readonly Column[]): Promise<RelationRef> => session.write(folder, {
    name, algorithm: 'predict-targets 1', inputs: ['features.customers', 'features.orders', ...Object.keys(relations), ...campaigns.flatMap(({ outcomes, customers }) => [outcomes, customers])],
    parameters: { targets: targets.join(', '), churnDays, incumbents: targets.map(incumbentOf).join(', '), seed, resamples, asOf },
    columns: async () => columns(await once()),
  });
  const text = (name: string, values: readonly (string | null)[]): Column => ({ name, type: 'VARCHAR', values });
  return {
    ...relations,
    'segments.targets': await write('segments.targets', (answers) => [
      text('target', answers.map(({ target }) => target)), text('champion', answers.map(({ told }) => told?.judged.find(({ isChampion }) => isChampion)?.model ?? null)), text('why', answers.map(({ why }) => why)),
    ]),
    'segments.target_predictions': await write('segments.target_predictions', (answers) => {
      const told = answers.flatMap(({ target, told: prediction }) => (prediction === undefined ? [] : [{ target, ...prediction }]));
      return [
        text('target', told.flatMap(({ target, customers }) => customers.map(() => target))), text('customer_id', told.flatMap(({ customers }) => customers)),
        { name: 'probability', type: 'DOUBLE', values: told.flatMap(({ probabilities }) => [...probabilities]) }, text('reasons', told.flatMap(({ reasons }) => reasons)),
      ];
    }),
    'segments.target_comparison': await write('segments.target_comparison', (answers) => {
      const rows = answers.flatMap(({ target, told }) => (told?.judged ?? []).flatMap(({ figures, ...model }) => figures.map((figure) => ({ target, ...model, ...figure }))));
      return [
        text('target', rows.map(({ target }) => target)), text('model', rows.map(({ model }) => model)), { name: 'is_champion', type: 'BOOLEAN', values: rows.map(({ isChampion }) => isChampion) },
        text('metric', rows.map(({ figure }) => figure.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))),
        ...(['value', 'lower', 'upper'] as const).map((name) => ({ name, type: 'DOUBLE' as const, values: rows.map((row) => row[name]) })),
        { name: 'p_value', type: 'DOUBLE', values: rows.map(({ pValue }) => pValue) },
      ];
    }),
  };
}

interface Answer {
  readonly target: Target;
  readonly told?: Told;
  readonly why: string;
}

async function answer(session: WarehouseSession, known: WhatIsKnown): Promise<Omit<Answer, 'target'>> {
  const told = await tellBy(session, known);
  if (told.judged.length === 0) return { why: `left out: fewer than ${fewestOfAClass} customers did it, or did not` };
  return { told, why: `told of ${told.customers.length} customers, judged on ${told.quality.customers} of whom ${told.quality.positives} did it` };
}

/** Customers one churn horizon ago and two, made from the same SQL as today's. */
async function makeCustomersBefore(session: WarehouseSession, folder: CycleFolder, asOf: string, days: number): Promise<Record<string, RelationRef>> {
  const sql = await readSql('features.customers');
  const make = (name: string, horizons: number): Promise<RelationRef> => session.materialise(folder, { name, file: 'features.customers', sql, parameters: { as_of: daysBefore(asOf, horizons * days) } });
  return { 'features.customers_churn_earlier': await make('features.customers_churn_earlier', 1), 'features.customers_churn_earliest': await make('features.customers_churn_earliest', 2) };
}

async function knownOfChurn(session: WarehouseSession, asOf: string, days: number): Promise<Known> {
  const names = await featureNames(session);
  // Who has not ordered for as long is lost already.
  const active = (table: string): string => `select * from ${table} where recency_days <= ${days}`;
  const read = (table: string, at: string): ReturnType<typeof readPredictionRows> =>
    readPredictionRows(session, { labelled: `select * replace (not label as label) from (${labelledByPurchases(table, at, days)}) where recency_days <= ${days}`, features: names });
  const [recent, past] = [await read('features.customers_churn_earlier', daysBefore(asOf, days)), await read('features.customers_churn_earliest', daysBefore(asOf, 2 * days))];
  if (!hasEnough(recent.labels)) return tooFew(recent.labels, `stayed away for ${days} days`);
  return { names, recent, past: hasEnough(past.labels) ? past : nobody, now: `(${active('features.customers')} order by customer_id)`, customers: `select customer_id from (${active('features.customers')}) order by customer_id` };
}

interface Campaign {
  readonly cycle: string;
  /** Views of what came of a campaign, and of its customers as they were before it. */
  readonly outcomes: string;
  readonly customers: string;
}

/** Earlier cycles that were measured, the latest first, as views of this session. */
async function addCampaigns(warehouse: Warehouse, session: WarehouseSession, { shop, cycle }: CycleFolder): Promise<Campaign[]> {
  const found: Campaign[] = [];
  for (const name of await earlierCycles(warehouse.lake, { shop, cycle })) {
    const [outcomes, customers] = [await warehouse.find({ shop, cycle: name }, 'outcomes.customers'), await warehouse.find({ shop, cycle: name }, 'features.customers')];
    if (outcomes === undefined || customers === undefined) continue;
    const week = name.replace('-', '_').toLowerCase();
    const campaign = { cycle: name, outcomes: `outcomes.customers_${week}`, customers: `features.customers_${week}` };
    await session.addView(campaign.outcomes, outcomes);
    await session.addView(campaign.customers, customers);
    if (found.push(campaign) === mostCampaigns) break;
  }
  return found;
}

async function knownOfCampaigns(session: WarehouseSession, campaigns: readonly Campaign[], target: 'opens' | 'redeems'): Promise<Known> {
  const [latest, ...before] = campaigns;
  if (latest === undefined) return 'left out: no earlier cycle has outcomes';
  let names = await featureNames(session);
  for (const { customers } of campaigns) {
    const known = await session.describe(`from ${customers}`);
    names = names.filter((name) => known.has(name));
  }
  const label = target === 'opens' ? 'opened' : 'redeemed';
  const labelled = ({ cycle, outcomes, customers }: Campaign): string =>
    `select customers.*, ${label} as label, '${cycle}' as cycle from ${customers} as customers inner join (select customer_id::varchar as customer_id, ${label} from ${outcomes} where decision = 'send') as mailed using (customer_id)`;
  const read = (of: readonly Campaign[]): ReturnType<typeof readPredictionRows> => readPredictionRows(session, { labelled: of.map(labelled).join(' union all by name '), features: names, order: 'customer_id, cycle' });
  const recent = await read([latest]);
  if (!hasEnough(recent.labels)) return tooFew(recent.labels, `${label} the mail of ${latest.cycle}`);
  const past = before.length === 0 ? nobody : await read(before);
  return { names, recent, past: hasEnough(past.labels) ? past : nobody, now: 'features.customers', customers: 'select customer_id from features.customers' };
}

const nobody: WhatIsKnown['past'] = { rows: 0, labels: { positives: 0, negatives: 0 }, isKnown: () => false, take: () => ({ matrix: new Float64Array(0), rows: 0, labels: new Uint8Array(0) }) };

const hasEnough = ({ positives, negatives }: WhatIsKnown['past']['labels']): boolean => Math.min(positives, negatives) >= fewestOfAClass;

const tooFew = ({ positives, negatives }: WhatIsKnown['past']['labels'], did: string): string => `left out: ${positives} of ${positives + negatives} customers ${did}, and ${fewestOfAClass} who did and did not are the least to learn from`;
