import tCdf from '@stdlib/stats-base-dists-t-cdf';
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { requireConfidence } from './proportion.ts';
import type { Interval } from './proportion.ts';

/** What a test of means needs to know of a sample. */
export interface SampleSummary {
  readonly count: number;
  readonly mean: number;
  /** With count - 1 as divisor; in the square of the mean's unit. */
  readonly variance: number;
}

export interface WelchResult {
  /** Treatment's mean less control's. */
  readonly difference: number;
  readonly interval: Interval;
  /** Of the difference. */
  readonly standardError: number;
  readonly t: number;
  readonly degreesOfFreedom: number;
  /** Two-sided. */
  readonly pValue: number;
}

/**
 * Count, mean and variance of a sample, in two passes.
 * @throws RangeError when there are fewer than 2 values or one is not finite.
 */
export function summariseSample(values: Float64Array): SampleSummary {
  const count = values.length;
  if (count < 2) throw new RangeError(`a variance needs at least 2 values, not ${count}`);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (!Number.isFinite(mean)) throw new RangeError('a value is not finite');
  return { count, mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1) };
}

/**
 * Compares two means without supposing equal variances. Two samples without any spread differ by nothing that a test could
 * weigh: t is then 0 for equal means and infinite otherwise, with count - 2 degrees of freedom.
 *
 * Source: B. Welch, "The generalization of Student's problem when several different population variances are involved",
 * Biometrika 34 (1947).
 *
 * @throws RangeError when a count is below 2, a variance is negative, or the confidence is not in (0, 1).
 */
export function welchTest(treatment: SampleSummary, control: SampleSummary, options: { confidence?: number } = {}): WelchResult {
  const { confidence = 0.95 } = options;
  requireConfidence(confidence);
  const errorT = squaredError(treatment);
  const errorC = squaredError(control);
  const difference = treatment.mean - control.mean;
  const deviation = Math.sqrt(errorT + errorC);
  if (deviation === 0) {
    const t = difference === 0 ? 0 : difference * Number.POSITIVE_INFINITY;
    return { difference, interval: { lower: difference, upper: difference }, standardError: 0, t, degreesOfFreedom: treatment.count + control.count - 2, pValue: difference === 0 ? 1 : 0 };
  }
  const degreesOfFreedom = (errorT + errorC) ** 2 / (errorT ** 2 / (treatment.count - 1) + errorC ** 2 / (control.count - 1));
  const t = difference / deviation;
  const reach = tQuantile((1 + confidence) / 2, degreesOfFreedom) * deviation;
  return {
    difference,
    interval: { lower: difference - reach, upper: difference + reach },
    standardError: deviation,
    t,
    degreesOfFreedom,
    pValue: 2 * tCdf(-Math.abs(t), degreesOfFreedom),
  };
}

function squaredError({ count, variance }: SampleSummary): number {
  if (!Number.isInteger(count) || count < 2) throw new RangeError(`a sample needs at least 2 values, not ${count}`);
  if (!(variance >= 0)) throw new RangeError(`a variance must not be negative, but is ${variance}`);
  return variance / count;
}
