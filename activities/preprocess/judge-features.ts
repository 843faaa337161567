import { L1Selection } from '../../algorithms/feature-selection/l1-selection.ts';
import { mutualInformation } from '../../algorithms/feature-selection/mutual-information.ts';
import { pruneCorrelated } from '../../algorithms/feature-selection/prune-correlated.ts';
import { StabilitySelection } from '../../algorithms/feature-selection/stability-selection.ts';
import { VarianceThreshold } from '../../algorithms/feature-selection/variance-threshold.ts';
import { MinMaxScaler } from '../../algorithms/preprocess/min-max-scaler.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { SelectedFeature } from './selection-columns.ts';

/** Customers in treated columns, one a candidate. */
export interface TreatedSample {
  readonly columns: readonly Float64Array[];
  readonly rows: number;
}

export interface FeaturesToJudge {
  readonly candidates: readonly string[];
  /** Share of all customers without each candidate. */
  readonly missingShares: readonly number[];
  /** Customers as they are now: a segmentation is made of how they differ. */
  readonly present: TreatedSample;
  /** Customers as they were, and who of them bought afterwards; absent where too few did, or all. */
  readonly judged?: TreatedSample & { readonly bought: Uint8Array; readonly by: string };
  /** Features that the cycle before used: they leave less easily than others come, so that segments do not change from week to week by chance. */
  readonly before: ReadonlySet<string>;
  /** Decision that took a feature out. */
  readonly takenOut: ReadonlyMap<string, string>;
  readonly seed: number;
}

type Floors = Omit<ShopSettings['preprocess']['selection'], 'mode' | 'candidates'>;

/** How much less stable, and how much less telling, a feature may be that was used before. */
const [stabilityGrace, informationGrace] = [0.1, 0.8];
/** Strength of the L1 penalty in log loss a customer. */
const penalty = 0.003;

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

/**
 * Chooses features in this order: those a decision took out, those few customers have and those that hardly vary go; of features that tell
 * the same the most telling stays; of these come in those that are among the most telling on enough resamples, or that tell enough by
 * themselves, up to the most and never fewer than the fewest the settings ask for.
 */
export function judgeFeatures(given: FeaturesToJudge, floors: Floors): SelectedFeature[] {
  const { candidates, judged, before } = given;
  const scores = floorsPassed(given, floors);
  const passed = [...candidates.keys()].filter((column) => scores[column]!.why === '');
  prune(given, passed, scores, floors.maximum_correlation);
  const left = passed.filter((column) => scores[column]!.why === '');
  if (judged !== undefined && left.length > 0) scoreByBuyers(judged, left, scores, given.seed, floors);

  const stability = (column: number): number => (scores[column]!.stability ?? 0) + (before.has(candidates[column]!) ? stabilityGrace : 0);
  const information = (column: number): number => scores[column]!.information ?? 0;
  // Where nobody can be judged by, the features that customers differ most in come first.
  const ranked = [...left].sort((a, b) => stability(b) - stability(a) || information(b) - information(a) || scores[b]!.variance! - scores[a]!.variance! || a - b);
  const entersBy = (column: number): string => {
    const known = before.has(candidates[column]!);
    if (judged === undefined) return 'customers differ in it, and nobody is known to have bought by whom to judge more';
    const kept = known && scores[column]!.stability! < floors.minimum_stability && information(column) < floors.minimum_information ? ', and used before' : '';
    if (stability(column) >= floors.minimum_stability) return `among the features that tell most about ${judged.by} on ${percent(scores[column]!.stability!)} of ${floors.resamples} resamples${kept}`;
    if (information(column) >= floors.minimum_information * (known ? informationGrace : 1)) return `tells ${information(column).toFixed(3)} nats about ${judged.by} by itself${kept}`;
    return '';
  };
  const reasons = new Map(ranked.map((column) => [column, entersBy(column)]));
  const entering = ranked.filter((column) => reasons.get(column) !== '');
  const few = ranked.filter((column) => reasons.get(column) === '').slice(0, Math.max(0, floors.minimum_features - entering.length));
  const used = new Set([...entering.slice(0, floors.maximum_features), ...few]);
  for (const column of ranked) {
    const reason = reasons.get(column)!;
    scores[column]!.used = used.has(column);
    scores[column]!.why = used.has(column) ? reason || `one of the ${floors.minimum_features} that a segmentation is made of at least, though it tells little about ${judged!.by}`
      : reason === '' ? `tells too little about ${judged!.by}` : `others come first, and ${floors.maximum_features} is the most`;
  }
  return scores;
}

type Scores = { -readonly [Key in keyof SelectedFeature]: SelectedFeature[Key] };

function floorsPassed({ candidates, missingShares, present, takenOut }: FeaturesToJudge, floors: Floors): Scores[] {
  const { rows } = present;
  const all = rowMajor(present, [...candidates.keys()]);
  const { variances } = new VarianceThreshold().fit(new MinMaxScaler().fitTransform(all, rows, candidates.length), rows, candidates.length);
  return candidates.map((feature, column): Scores => {
    const missingShare = missingShares[column]!;
    const variance = variances[column]!;
    const decision = takenOut.get(feature);
    const why = decision !== undefined ? `taken out by decision ${decision}`
      : missingShare === 1 ? 'no customer has it'
      : missingShare > floors.maximum_missing ? `${percent(missingShare)} of the customers do not have it`
      : variance < floors.minimum_variance || variance === 0 ? 'nearly every customer has the same'
      : '';
    return { feature, used: false, why, missingShare, variance, takenOutBy: decision };
  });
}

function prune({ present, judged, candidates, seed }: FeaturesToJudge, passed: readonly number[], scores: Scores[], maximum: number): void {
  if (passed.length === 0) return;
  if (judged !== undefined) {
    const information = mutualInformation(rowMajor(judged, passed), judged.rows, passed.length, judged.bought, { seed });
    passed.forEach((column, place) => { scores[column]!.information = information[place]!; });
  }
  const relevance = passed.map((column) => scores[column]!.information ?? scores[column]!.variance!);
  const { rival, correlation } = pruneCorrelated(rowMajor(present, passed), present.rows, passed.length, { maximum, relevance });
  passed.forEach((column, place) => {
    if (rival[place]! < 0) return;
    const name = candidates[passed[rival[place]!]!]!;
    Object.assign(scores[column]!, { rival: name, correlation: correlation[place]!, why: `${name} tells nearly the same (correlation ${correlation[place]!.toFixed(2)})` });
  });
}

function scoreByBuyers(judged: NonNullable<FeaturesToJudge['judged']>, left: readonly number[], scores: Scores[], seed: number, floors: Floors): void {
  const { rows, bought } = judged;
  const matrix = rowMajor(judged, left);
  const { frequencies } = new StabilitySelection({ nResamples: floors.resamples, threshold: floors.minimum_stability, nFeatures: Math.min(floors.maximum_features, Math.ceil(left.length / 2)), maxSamples: 4000, seed }).fit(matrix, rows, left.length, bought);
  const { coefficients } = new L1Selection({ C: 1 / (penalty * rows) }).fit(matrix, rows, left.length, bought);
  left.forEach((column, place) => Object.assign(scores[column]!, { stability: frequencies[place]!, coefficient: coefficients[place]! + 0 }));
}

function rowMajor({ columns, rows }: TreatedSample, chosen: readonly number[]): Float64Array {
  const matrix = new Float64Array(rows * chosen.length);
  chosen.forEach((column, place) => {
    const values = columns[column]!;
    for (let row = 0, to = place; row < rows; row++, to += chosen.length) matrix[to] = values[row]!;
  });
  return matrix;
}
