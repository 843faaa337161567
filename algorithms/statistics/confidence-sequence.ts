import { requireEstimate } from './normal-posterior.ts';
import type { Estimate } from './normal-posterior.ts';
import { requireConfidence } from './proportion.ts';
import type { Interval } from './proportion.ts';

/**
 * Interval of a difference that holds the true one at all looks together with the given confidence: 0 lies outside exactly where the
 * mixture test's p-value is below 1 - confidence. The estimates' normality is asymptotic.
 *
 * Source: I. Waudby-Smith et al., "Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 52 (2024).
 *
 * @param mixtureVariance as in `mixtureSprt`; `tightestMixture` gives the one for a planned sample.
 * @throws RangeError when the estimate is none, the mixture's variance is not positive, or the confidence is not in (0, 1).
 */
export function confidenceSequence({ difference, variance }: Estimate, { mixtureVariance, confidence = 0.95 }: { readonly mixtureVariance: number; readonly confidence?: number }): Interval {
  requireEstimate({ difference, variance });
  requireConfidence(confidence);
  if (!(mixtureVariance > 0)) throw new RangeError(`mixtureVariance must be positive, not ${mixtureVariance}`);
  if (variance === 0) return { lower: difference, upper: difference };
  const together = variance + mixtureVariance;
  const reach = Math.sqrt(((variance * together) / mixtureVariance) * (Math.log(together / variance) - 2 * Math.log(1 - confidence)));
  return { lower: difference - reach, upper: difference + reach };
}

/**
 * The mixture variance that makes the sequence nearly as tight as it can be where the estimate has this variance, to be fixed before the
 * first look from the planned sample.
 *
 * @throws RangeError when the variance is not positive or the confidence is not in (0, 1).
 */
export function tightestMixture(variance: number, confidence = 0.95): number {
  requireConfidence(confidence);
  if (!(variance > 0 && Number.isFinite(variance))) throw new RangeError(`the planned variance must be positive, not ${variance}`);
  const doubt = -2 * Math.log(1 - confidence);
  return variance * (doubt + Math.log(doubt + 1));
}
