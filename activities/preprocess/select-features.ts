import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { quoteIdentifier, quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { CycleScope } from '../contract.ts';
import type { FeatureChoice } from './choose-features.ts';
import { readChoice, readPreviousChoice, type EarlierChoice } from './earlier-choice.ts';
import { judgeFeatures, type FeaturesToJudge, type TreatedSample } from './judge-features.ts';
import { selectionColumns } from './selection-columns.ts';
import { treatColumns } from './treat-columns.ts';

export interface FeatureSelection extends FeatureChoice {
  /** `features.selection`: a row a candidate, with its scores and why it is used or not. */
  readonly relation: RelationRef;
}

/** Customers that scores are computed from; more change no figure that a floor looks at. */
const mostCustomers = 20_000;
/** Fewer than this of either kind say nothing. */
const fewestOfAKind = 30;

/**
 * Chooses the segmentation's features by the data: by who converted in the last cycle's campaign where that was measured, else by who
 * bought within the prediction's horizon. `session` has the customers now (`features.customers`) and one horizon ago
 * (`features.customers_earlier`), `features.orders` and `snapshot.decisions`. A feature that a decision in force took out stays out.
 * @throws ClienteleError SETTING_INVALID for a candidate that features.customers does not have
 */
export async function selectFeatures(warehouse: Warehouse, session: WarehouseSession, scope: CycleScope, { preprocess, analyse, seed }: ShopSettings): Promise<FeatureSelection> {
  const { mode: _, candidates: asked, ...floors } = preprocess.selection;
  const known = [...(await session.describe('from features.customers')).keys()].filter((name) => name !== 'customer_id');
  const unknown = (asked ?? []).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new ClienteleError('SETTING_INVALID', { file: 'shop.yaml', problems: `preprocess.selection.candidates: ${unknown.join(', ')} is no column of features.customers` });
  const candidates = asked ?? known;

  const previous = await readPreviousChoice(warehouse, session, scope);
  const measured = previous === undefined ? [] : await viewOutcomes(warehouse, session, { shop: scope.shop, cycle: previous.cycle }, candidates);
  const decided = await readTakenOut(warehouse, session, scope);
  const target = await chooseTarget(session, scope, { measured: measured.length > 0, previous, days: analyse.prediction_days });

  const { feature_sets: _sets, selection: _selection, ...treatment } = preprocess;
  const relation = await session.write(scope, {
    name: 'features.selection', algorithm: 'select-features 1',
    inputs: ['features.customers', 'features.customers_earlier', 'features.orders', 'snapshot.decisions', ...(previous === undefined ? [] : [previous.view]), ...measured, ...(decided.view === undefined ? [] : [decided.view])],
    parameters: { candidates, floors: JSON.stringify(floors), treatment: JSON.stringify(treatment), seed, asOf: scope.asOf, days: analyse.prediction_days, mostCustomers },
    columns: async () => {
      const treat = (raw: { readonly values: Float64Array; readonly rows: number }): TreatedSample =>
        ({ rows: raw.rows, columns: treatColumns(raw, candidates, { ...treatment, missing_indicators: false, outliers: { ...treatment.outliers, action: 'clip' } }, seed).columns.map(({ values }) => values) });
      const select = candidates.map(quoteIdentifier).join(', ');
      const present = treat(await session.matrix(`select ${select} from features.customers order by hash(customer_id), customer_id limit ${mostCustomers}`));
      const judged = target === undefined ? undefined : await readJudged(session, target, candidates, treat);
      const features = judgeFeatures({ candidates, missingShares: await missingShares(session, candidates), present, judged, before: previous?.used ?? new Set(), takenOut: decided.takenOut, seed }, floors);
      return selectionColumns(features, target?.by, previous);
    },
  });
  const features = await session.texts('select feature from features.selection where used');
  return { relation, features, because: `${features.length} of ${candidates.length} chosen${target === undefined ? '' : ` by ${target.by}`}` };
}

/** Views of what the cycle before knew of its customers and what they did after; none where it measured nothing, or did not know a candidate. */
async function viewOutcomes(warehouse: Warehouse, session: WarehouseSession, folder: { readonly shop: string; readonly cycle: string }, candidates: readonly string[]): Promise<readonly string[]> {
  const [outcomes, customers] = [await warehouse.find(folder, 'outcomes.customers'), await warehouse.find(folder, 'features.customers')];
  if (outcomes === undefined || customers === undefined) return [];
  await session.addView('previous.outcomes', outcomes);
  await session.addView('previous.customers', customers);
  const known = await session.describe('from previous.customers');
  return candidates.every((name) => known.has(name)) ? ['previous.outcomes', 'previous.customers'] : [];
}

/** What a decision in force took out: what its cycle used and its list does not have, and what was out by decision then. */
async function readTakenOut(warehouse: Warehouse, session: WarehouseSession, { shop }: CycleScope): Promise<{ readonly takenOut: ReadonlyMap<string, string>; readonly view?: string }> {
  const [decision] = await session.rows<{ id: string; value: string }>("select id, value from snapshot.decisions where kind = 'feature_list'");
  const cycle = decision?.id.split('/')[1];
  const choice = cycle === undefined ? undefined : await readChoice(warehouse, session, { shop, cycle }, 'decided');
  if (decision === undefined || choice === undefined) return { takenOut: new Map() };
  const { features } = JSON.parse(decision.value) as { features: readonly string[] };
  const takenOut = [...choice.used, ...choice.takenOut].filter((feature) => !features.includes(feature));
  return { takenOut: new Map(takenOut.map((feature) => [feature, decision.id])), view: choice.view };
}

interface Target {
  /** In words: who it is that features should tell. */
  readonly by: string;
  /** Of customer_id, bought and every column of features.customers as it was before. */
  readonly from: string;
}

async function chooseTarget(session: WarehouseSession, { asOf }: CycleScope, { measured, previous, days }: { readonly measured: boolean; readonly previous: EarlierChoice | undefined; readonly days: number }): Promise<Target | undefined> {
  const horizon = {
    by: `who bought in the last ${days} days`,
    from: `(select earlier.*, buyers.customer_id is not null as bought from features.customers_earlier as earlier left join (
      select distinct customer_id from features.orders where not is_return and ordered_at >= ${quoteLiteral(asOf)}::timestamp - interval ${days} day and ordered_at < ${quoteLiteral(asOf)}::timestamp
    ) as buyers using (customer_id))`,
  };
  const campaign = {
    by: `who converted in ${previous?.cycle}`,
    from: '(select customers.*, outcomes.converted as bought from previous.customers as customers inner join previous.outcomes as outcomes on customers.customer_id::varchar = outcomes.customer_id::varchar)',
  };
  for (const target of measured ? [campaign, horizon] : [horizon]) {
    const [count] = await session.rows<{ buyers: number; others: number }>(`select count_if(bought) as buyers, count_if(not bought) as others from (from ${target.from} order by hash(customer_id), customer_id limit ${mostCustomers})`);
    if (count!.buyers >= fewestOfAKind && count!.others >= fewestOfAKind) return target;
  }
  return undefined;
}

async function readJudged(session: WarehouseSession, { by, from }: Target, candidates: readonly string[], treat: (raw: { readonly values: Float64Array; readonly rows: number }) => TreatedSample): Promise<NonNullable<FeaturesToJudge['judged']>> {
  const { values, rows, columns } = await session.matrix(`select bought::int as bought, ${candidates.map(quoteIdentifier).join(', ')} from ${from} order by hash(customer_id), customer_id limit ${mostCustomers}`);
  const bought = new Uint8Array(rows);
  const matrix = new Float64Array(rows * candidates.length);
  for (let row = 0; row < rows; row++) {
    bought[row] = values[row * columns]!;
    matrix.set(values.subarray(row * columns + 1, (row + 1) * columns), row * candidates.length);
  }
  return { ...treat({ values: matrix, rows }), bought, by };
}

async function missingShares(session: WarehouseSession, candidates: readonly string[]): Promise<number[]> {
  const [row] = await session.rows<Record<string, number>>(`select ${candidates.map((name) => `(count(*) - count(${quoteIdentifier(name)})) / count(*) as ${quoteIdentifier(name)}`).join(', ')} from features.customers`);
  return candidates.map((name) => row![name]!);
}
