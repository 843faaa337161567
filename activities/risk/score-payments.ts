import { highestFirst, reviewCurve, type ReviewPoint } from '../../algorithms/anomaly/review-curve.ts';
import { averagePrecision } from '../../algorithms/metrics/average-precision.ts';
import { bootstrapMetric } from '../../algorithms/metrics/bootstrap-metric.ts';
import { GradientBoostingClassifier } from '../../algorithms/predict/gradient-boosting-classifier.ts';
import { IsolationForest } from '../../algorithms/preprocess/isolation-forest.ts';

/** Payments in the order of their time, those to be scored last. */
export interface ScoringTask {
  /** Row-major rows x features, finite. */
  readonly matrix: Float64Array;
  readonly rows: number;
  readonly features: readonly string[];
  /** Rules that each payment meets. */
  readonly rulesMet: Float64Array;
  readonly amounts: Float64Array;
  /** 1 fraud, 0 not, NaN not known. */
  readonly labels: Float64Array;
  /** The first row that is to be scored; what comes before is learned from. */
  readonly from: number;
  readonly capacity: number;
  readonly reviewCost: number;
  readonly lossShare: number;
  readonly seed: number;
}

export type Scorer = 'rules and isolation forest' | 'isolation forest' | 'boosted trees';

/** One way of scoring on labelled payments it had not seen, later than those it learned from. */
export interface JudgedScorer {
  readonly scorer: Scorer;
  readonly isUsed: boolean;
  readonly averagePrecision: number;
  readonly lower: number;
  readonly upper: number;
  /** Of as many alerts as the capacity would be for that many payments. */
  readonly atCapacity: ReviewPoint;
}

export interface Scoring {
  readonly used: Scorer;
  /** Of the rows to be scored, in their order. */
  readonly scores: Float64Array;
  /** Features that raise the score most, of the highest scores only: by row of those to be scored. */
  readonly movers: readonly (readonly [row: number, features: readonly string[]])[];
  /** Empty where too little is labelled to judge by. */
  readonly judged: readonly JudgedScorer[];
  readonly curve: readonly ReviewPoint[];
  readonly judgedRows: number;
  readonly judgedFrauds: number;
}

/** Fewer frauds teach trees nothing but chance. */
const fewestFrauds = 30;
/** Fewer cannot tell two ways of scoring apart. */
const fewestJudged = 10;
const learnedShare = 0.7;
const resamples = 200;

/** Small trees with a brake: frauds are few, and larger trees learn them by heart (tried on another shop than the bench's). */
export const treeOptions = { maxIter: 200, learningRate: 0.05, maxLeafNodes: 4, minSamplesLeaf: 20, l2Regularization: 10, earlyStopping: false } as const;
export const forestOptions = { nEstimators: 300, maxSamples: 256 } as const;

/** Scores payments by what is labelled, where enough is; else by the rules and by how far a payment is from the usual. Needs no file and no clock. */
export function scorePayments(task: ScoringTask): Scoring {
  const { matrix, rows, features, labels, from } = task;
  const width = features.length;
  const labelled = Uint32Array.from(Array.from({ length: rows }, (_, row) => row).filter((row) => !Number.isNaN(labels[row]!)));
  const cut = Math.floor(labelled.length * learnedShare);
  const [learned, judges] = [labelled.subarray(0, cut), labelled.subarray(cut)];
  const frauds = (of: Uint32Array): number => of.reduce((sum, row) => sum + labels[row]!, 0);
  const known = { learned: frauds(learned), judges: frauds(judges) };
  const canJudge = known.judges >= fewestJudged && known.judges < judges.length;
  const canLearn = known.learned >= fewestFrauds && canJudge;

  const candidates: readonly Scorer[] = canLearn ? ['boosted trees', 'rules and isolation forest', 'isolation forest'] : ['rules and isolation forest', 'isolation forest'];
  let judged: JudgedScorer[] = [];
  let used: Scorer = 'rules and isolation forest';
  let curve: readonly ReviewPoint[] = [];
  if (canJudge) {
    const truth = Uint8Array.from(judges, (row) => labels[row]!);
    const amounts = Float64Array.from(judges, (row) => task.amounts[row]!);
    const told = candidates.map((scorer) => score(scorer, task, learned, judges).scores);
    const precision = told.map((scores) => averagePrecision(truth, scores));
    const best = precision.indexOf(Math.max(...precision));
    used = candidates[best]!;
    // The capacity is of the payments to be scored: the same share of those that judge.
    const alerts = Math.min(judges.length, Math.max(1, Math.round((task.capacity * judges.length) / Math.max(1, rows - from))));
    const costs = { reviewCost: task.reviewCost, lossShare: task.lossShare };
    judged = candidates.map((scorer, place) => {
      const { value, interval } = bootstrapMetric(averagePrecision, truth, told[place]!, { resamples, seed: task.seed });
      return { scorer, isUsed: place === best, averagePrecision: value, lower: interval.lower, upper: interval.upper, atCapacity: reviewCurve(truth, told[place]!, amounts, [alerts], costs)[0]! };
    });
    const sizes = [...new Set([...Array.from({ length: 40 }, (_, step) => Math.max(1, Math.round((alerts * (step + 1)) / 10))), alerts])].filter((size) => size <= judges.length).sort((a, b) => a - b);
    curve = reviewCurve(truth, told[best]!, amounts, sizes, costs);
  }

  const before = Uint32Array.from({ length: from }, (_, row) => row).filter((row) => used !== 'boosted trees' || !Number.isNaN(labels[row]!));
  const usable = used !== 'boosted trees' || (frauds(before) > 0 && frauds(before) < before.length);
  const scored = Uint32Array.from({ length: rows - from }, (_, place) => from + place);
  const final = score(usable ? used : 'rules and isolation forest', task, before.length < 2 ? Uint32Array.from({ length: rows }, (_, row) => row) : before, scored);
  const usual = mediansOf(matrix, width, before.length < 2 ? scored : before);
  const movers = [...highestFirst(final.scores).subarray(0, task.capacity)].map((place) => [place, moversOf(final.again, matrix.subarray((from + place) * width, (from + place + 1) * width), usual, features)] as const);
  return { used: usable ? used : 'rules and isolation forest', scores: final.scores, movers, judged, curve, judgedRows: judges.length, judgedFrauds: known.judges };
}

interface Scored {
  readonly scores: Float64Array;
  /** Scores of other rows by the same model. */
  readonly again: (matrix: Float64Array, rows: number) => Float64Array;
}

function score(scorer: Scorer, { matrix, features, labels, rulesMet, seed }: ScoringTask, learned: Uint32Array, asked: Uint32Array): Scored {
  const width = features.length;
  const [x, wanted] = [take(matrix, width, learned), take(matrix, width, asked)];
  if (scorer === 'boosted trees') {
    const model = new GradientBoostingClassifier({ ...treeOptions, seed }).fit(x, learned.length, width, Uint8Array.from(learned, (row) => labels[row]!));
    return { scores: model.predictProbability(wanted, asked.length), again: (other, rows) => model.predictProbability(other, rows) };
  }
  const forest = new IsolationForest({ ...forestOptions, seed }).fit(x, learned.length, width);
  const again = (other: Float64Array, rows: number): Float64Array => forest.scoreSamples(other, rows).map((value) => -value);
  const scores = again(wanted, asked.length);
  // The forest says how unusual, in (0, 1]; a rule that is met counts for more than that.
  return { scores: scorer === 'isolation forest' ? scores : scores.map((value, place) => (value + rulesMet[asked[place]!]!) / 6), again };
}

function take(matrix: Float64Array, width: number, rows: Uint32Array): Float64Array {
  const taken = new Float64Array(rows.length * width);
  rows.forEach((row, place) => taken.set(matrix.subarray(row * width, (row + 1) * width), place * width));
  return taken;
}

function mediansOf(matrix: Float64Array, width: number, rows: Uint32Array): Float64Array {
  return Float64Array.from({ length: width }, (_, column) => Float64Array.from(rows, (row) => matrix[row * width + column]!).sort()[Math.floor(rows.length / 2)] ?? 0);
}

/** The features without whose value, the usual one in its place, the score would be lower; strongest first, at most three. */
function moversOf(again: Scored['again'], row: Float64Array, usual: Float64Array, features: readonly string[]): string[] {
  const width = features.length;
  const versions = new Float64Array((width + 1) * width);
  for (let version = 0; version <= width; version++) {
    versions.set(row, version * width);
    if (version > 0) versions[version * width + version - 1] = usual[version - 1]!;
  }
  const told = again(versions, width + 1);
  return features.map((name, column) => ({ name, drop: told[0]! - told[column + 1]! }))
    .filter(({ drop }) => drop > 0.05 * Math.abs(told[0]!))
    .sort((a, b) => b.drop - a.drop || (a.name < b.name ? -1 : 1)).slice(0, 3).map(({ name }) => name);
}
