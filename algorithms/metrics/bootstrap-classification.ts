import { SeededRandom } from '../random/seeded-random.ts';
import type { BootstrapOptions } from '../statistics/bootstrap-difference.ts';
import { requireConfidence } from '../statistics/proportion.ts';
import { quantile } from '../statistics/quantile.ts';
import { requireProbabilities } from './probability-losses.ts';

/** Figures of one model's probabilities; those of a threshold act on rows at or above it. NaN where a figure does not exist. */
export interface ClassificationFigures {
  readonly auc: number;
  readonly averagePrecision: number;
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly logLoss: number;
  readonly brier: number;
  /** Share of class 1 in the best tenth over the share in all. */
  readonly liftAtDecile: number;
}

/** A figure with its percentile interval. */
export interface BootstrappedFigure {
  readonly figure: keyof ClassificationFigures;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * All figures of quality of the probabilities of one or more models with percentile intervals, by resampling each class with replacement as
 * `bootstrapMetric` does. A resample is a count for each row, the same for every model: rows are sorted once, and every resample is one pass over the
 * counts, so hundreds of resamples of all figures cost about as much as one figure of a few.
 *
 * Source: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
 *
 * @param actual class of each row, 0 or 1.
 * @param models of each its probabilities of class 1, in [0, 1].
 * @param threshold from which on a row counts as told to be of class 1.
 * @returns for each model its figures
 * @throws RangeError when the lengths differ, there is no row, a value is out of range, resamples is below 100 or the confidence not in (0, 1).
 */
export function bootstrapClassification(actual: Uint8Array, models: readonly Float64Array[], threshold: number, options: BootstrapOptions = {}): readonly (readonly BootstrappedFigure[])[] {
  const { resamples = 200, confidence = 0.95, seed = 0 } = options;
  for (const probabilities of models) requireProbabilities(actual, probabilities);
  requireConfidence(confidence);
  if (!Number.isInteger(resamples) || resamples < 100) throw new RangeError(`resamples must be an integer of at least 100, not ${resamples}`);
  const sorted = models.map((probabilities) => sortByProbability(actual, probabilities));
  const ones = new Float64Array(actual.length).fill(1);
  const whole = sorted.map((rows) => figuresOf(rows, ones, threshold));
  const drawn = whole.map((figures) => Object.keys(figures).map(() => new Float64Array(resamples)));
  const classes = [0, 1].map((wanted) => Uint32Array.from(actual.keys()).filter((row) => actual[row] === wanted));
  const random = new SeededRandom(seed);
  const counts = new Float64Array(actual.length);
  for (let resample = 0; resample < resamples; resample++) {
    counts.fill(0);
    for (const rows of classes) {
      for (let draw = 0; draw < rows.length; draw++) {
        const row = rows[random.integer(rows.length)]!;
        counts[row] = counts[row]! + 1;
      }
    }
    sorted.forEach((rows, model) => {
      (Object.values(figuresOf(rows, counts, threshold)) as number[]).forEach((value, figure) => { drawn[model]![figure]![resample] = value; });
    });
  }
  const tail = (1 - confidence) / 2;
  return whole.map((figures, model) => (Object.entries(figures) as [keyof ClassificationFigures, number][]).map(([figure, value], place) => {
    const known = drawn[model]![place]!.filter((one) => !Number.isNaN(one)).sort();
    return { figure, value, lower: quantile(known, tail), upper: quantile(known, 1 - tail) };
  }));
}

interface SortedRows {
  /** Rows by probability, highest first, and their values in that order. */
  readonly order: Uint32Array;
  readonly labels: Uint8Array;
  readonly probabilities: Float64Array;
  readonly losses: Float64Array;
  readonly squares: Float64Array;
}

function sortByProbability(actual: Uint8Array, probabilities: Float64Array): SortedRows {
  const order = Uint32Array.from(probabilities.keys()).sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
  const labels = Uint8Array.from(order, (row) => actual[row]!);
  const values = Float64Array.from(order, (row) => probabilities[row]!);
  return {
    order, labels, probabilities: values,
    losses: values.map((value, place) => {
      // Kept the rounding of a double away from 0 and 1, as `logLoss` does.
      const kept = Math.min(Math.max(value, Number.EPSILON), 1 - Number.EPSILON);
      return labels[place] === 1 ? -Math.log(kept) : -Math.log1p(-kept);
    }),
    squares: values.map((value, place) => (value - labels[place]!) ** 2),
  };
}

/** One pass from the highest probability down; rows of equal probability come in together. */
function figuresOf({ order, labels, probabilities, losses, squares }: SortedRows, counts: Float64Array, threshold: number): ClassificationFigures {
  const size = order.length;
  let rows = 0;
  let positives = 0;
  let loss = 0;
  let square = 0;
  for (let place = 0; place < size; place++) {
    const count = counts[order[place]!]!;
    rows += count;
    positives += count * labels[place]!;
    loss += count * losses[place]!;
    square += count * squares[place]!;
  }
  const negatives = rows - positives;
  const tenth = rows / 10;
  let truePositives = 0;
  let falsePositives = 0;
  let ordered = 0;
  let precisions = 0;
  let inTenth = Number.NaN;
  let told = 0;
  let toldRight = 0;
  let hits = 0;
  let misses = 0;
  for (let place = 0; place < size; place++) {
    const count = counts[order[place]!]!;
    if (labels[place] === 1) hits += count;
    else misses += count;
    const probability = probabilities[place]!;
    if (place + 1 < size && probabilities[place + 1] === probability) continue;
    const before = truePositives + falsePositives;
    const after = before + hits + misses;
    if (hits > 0) {
      ordered += hits * (negatives - falsePositives - misses / 2);
      precisions += (hits * (truePositives + hits)) / after;
    }
    if (before < tenth && after >= tenth) inTenth = truePositives + (hits * (tenth - before)) / (hits + misses);
    truePositives += hits;
    falsePositives += misses;
    if (probability >= threshold) {
      told = after;
      toldRight = truePositives;
    }
    hits = 0;
    misses = 0;
  }
  const ratio = (part: number, of: number): number => (of === 0 ? Number.NaN : part / of);
  return {
    auc: ratio(ordered, positives * negatives),
    averagePrecision: ratio(precisions, positives),
    accuracy: ratio(toldRight + negatives - (told - toldRight), rows),
    precision: ratio(toldRight, told),
    recall: ratio(toldRight, positives),
    f1: ratio(2 * toldRight, told + positives),
    logLoss: ratio(loss, rows),
    brier: ratio(square, rows),
    liftAtDecile: ratio(inTenth / tenth, ratio(positives, rows)),
  };
}
