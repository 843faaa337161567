import { requireEstimate } from './normal-posterior.ts';
import type { Estimate } from './normal-posterior.ts';

export interface MixtureSprtResult {
  /** How much likelier the data are under differences drawn from the mixture than under none; an e-value. */
  readonly likelihoodRatio: number;
  /** Valid at every look: the chance that it ever falls under alpha, however often one looks, is at most alpha where there is no difference. */
  readonly pValue: number;
}

/**
 * Mixture sequential probability ratio test of "no difference" against differences spread normally around 0 with the mixture's variance.
 * One may look as often as one likes and stop at any look. The estimates of successive looks must be of growing samples of the same thing.
 *
 * Source: R. Johari et al., "Always valid inference: continuous monitoring of A/B tests", Operations Research 70 (2022), equation 11.
 *
 * @param mixtureVariance square of how large differences usually are, chosen before the first look; in the square of the difference's unit.
 * @throws RangeError when the estimate is none or the mixture's variance is not positive.
 */
export function mixtureSprt(estimate: Estimate, { mixtureVariance }: { readonly mixtureVariance: number }): MixtureSprtResult {
  requireEstimate(estimate);
  if (!(mixtureVariance > 0)) throw new RangeError(`mixtureVariance must be positive, not ${mixtureVariance}`);
  const { difference, variance } = estimate;
  if (variance === 0) return difference === 0 ? { likelihoodRatio: 0, pValue: 1 } : { likelihoodRatio: Number.POSITIVE_INFINITY, pValue: 0 };
  const together = variance + mixtureVariance;
  const logRatio = 0.5 * Math.log(variance / together) + (mixtureVariance * difference ** 2) / (2 * variance * together);
  return { likelihoodRatio: Math.exp(logRatio), pValue: Math.min(1, Math.exp(-logRatio)) };
}
