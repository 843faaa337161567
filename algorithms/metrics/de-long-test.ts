import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { requireConfidence } from '../statistics/proportion.ts';
import type { Interval } from '../statistics/proportion.ts';
import { scoresByClass } from './cumulative-counts.ts';

export interface DeLongResult {
  /** Areas under the ROC curve of the first and the second model. */
  readonly areas: readonly [number, number];
  /** First's area less second's. */
  readonly difference: number;
  readonly standardError: number;
  /** Of the difference. */
  readonly interval: Interval;
  readonly z: number;
  /** Two-sided: of a difference so large where the areas are equal. */
  readonly pValue: number;
}

/**
 * Compares the areas under the ROC curve of two models on the same rows, whose errors go together. Where no row tells the models
 * apart the p-value is 1. Time goes with n log n.
 *
 * Source: E. DeLong, D. DeLong, D. Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating characteristic
 * curves", Biometrics 44 (1988).
 *
 * @param actual class of each row, 0 or 1, each at least twice.
 * @throws RangeError when the lengths differ, a score is NaN, a class is too rare or neither 0 nor 1, or the confidence is not in (0, 1).
 */
export function deLongTest(actual: Uint8Array, first: Float64Array, second: Float64Array, { confidence = 0.95 }: { readonly confidence?: number } = {}): DeLongResult {
  requireConfidence(confidence);
  const one = placements(actual, first);
  const other = placements(actual, second);
  const areas = [meanOf(one.positives), meanOf(other.positives)] as const;
  const difference = areas[0] - areas[1];
  const standardError = Math.sqrt(varianceOfMean(one.positives, other.positives) + varianceOfMean(one.negatives, other.negatives));
  // Sums of equal placements may differ by their rounding.
  const none = standardError < 1e-12;
  const z = none ? (Math.abs(difference) < 1e-12 ? 0 : Math.sign(difference) * Number.POSITIVE_INFINITY) : difference / standardError;
  const reach = standardError * normalQuantile((1 + confidence) / 2, 0, 1);
  return { areas, difference, standardError, interval: { lower: difference - reach, upper: difference + reach }, z, pValue: 2 * normalCdf(-Math.abs(z), 0, 1) };
}

/** For each row of a class, in the rows' order, the share of the other class that it is on the right side of, a tie counting half. */
function placements(actual: Uint8Array, scores: Float64Array): { readonly positives: Float64Array; readonly negatives: Float64Array } {
  const sorted = scoresByClass(actual, scores);
  if (sorted.positives.length < 2 || sorted.negatives.length < 2) throw new RangeError('the test needs two rows of each class');
  const below = (ascending: Float64Array, score: number): number => (countBelow(ascending, score, false) + countBelow(ascending, score, true)) / (2 * ascending.length);
  return {
    positives: scores.filter((_, row) => actual[row] === 1).map((score) => below(sorted.negatives, score)),
    negatives: scores.filter((_, row) => actual[row] === 0).map((score) => 1 - below(sorted.positives, score)),
  };
}

function countBelow(ascending: Float64Array, score: number, orEqual: boolean): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const value = ascending[middle] as number;
    if (value < score || (orEqual && value === score)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of the mean of the differences of two rows of values. */
function varianceOfMean(first: Float64Array, second: Float64Array): number {
  const differences = first.map((value, row) => value - (second[row] as number));
  const mean = meanOf(differences);
  return differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (differences.length - 1) / differences.length;
}
