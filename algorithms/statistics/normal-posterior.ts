import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { requireConfidence } from './proportion.ts';
import type { Interval } from './proportion.ts';

/** A difference as measured: normal around the true one. */
export interface Estimate {
  readonly difference: number;
  /** Square of the standard error; not negative. */
  readonly variance: number;
}

export interface NormalPosterior {
  /** The estimate drawn towards the prior's mean, the more the less certain it is. */
  readonly mean: number;
  readonly variance: number;
  /** Equal tails. */
  readonly interval: Interval;
  readonly probabilityPositive: number;
}

/** @throws RangeError unless the difference is finite and the variance finite and not negative. */
export function requireEstimate({ difference, variance }: Estimate): void {
  if (!Number.isFinite(difference)) throw new RangeError(`a difference must be finite, not ${difference}`);
  if (!(variance >= 0 && Number.isFinite(variance))) throw new RangeError(`a variance must be finite and not negative, not ${variance}`);
}

/**
 * What is believed of a difference after it was measured, by a normal prior around `prior.mean` (0 when absent: most changes do next to
 * nothing) with variance `prior.variance`, the square of how large such differences usually are.
 *
 * Source: A. Gelman et al., "Bayesian Data Analysis", 3rd edition, section 2.5.
 *
 * @throws RangeError when the estimate is none, the prior's variance is not positive, or the confidence is not in (0, 1).
 */
export function normalPosterior(estimate: Estimate, prior: { readonly mean?: number; readonly variance: number }, options: { readonly confidence?: number } = {}): NormalPosterior {
  requireEstimate(estimate);
  const { confidence = 0.95 } = options;
  requireConfidence(confidence);
  if (!(prior.variance > 0)) throw new RangeError(`the prior's variance must be positive, not ${prior.variance}`);
  const weight = prior.variance / (prior.variance + estimate.variance);
  const mean = weight * estimate.difference + (1 - weight) * (prior.mean ?? 0);
  const variance = weight * estimate.variance;
  const deviation = Math.sqrt(variance);
  const reach = normalQuantile((1 + confidence) / 2, 0, 1) * deviation;
  const probabilityPositive = deviation === 0 ? (mean > 0 ? 1 : mean < 0 ? 0 : 0.5) : normalCdf(mean / deviation, 0, 1);
  return { mean, variance, interval: { lower: mean - reach, upper: mean + reach }, probabilityPositive };
}
