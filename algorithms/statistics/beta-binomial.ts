import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';
import { requireConfidence, requireProportion } from './proportion.ts';
import type { Interval, Proportion } from './proportion.ts';

/** A beta distribution of a share. */
export interface BetaDistribution {
  readonly alpha: number;
  readonly beta: number;
}

export interface BetaPosterior extends BetaDistribution {
  readonly mean: number;
  /** Equal tails. */
  readonly interval: Interval;
}

/**
 * What is believed of a share after so many successes of so many trials: the beta posterior with its mean and credible interval.
 *
 * Source: A. Gelman et al., "Bayesian Data Analysis", 3rd edition, section 2.4.
 *
 * @param prior uniform when absent; alpha + beta is how many trials it weighs.
 * @throws RangeError when the proportion is none, the prior is not positive, or the confidence is not in (0, 1).
 */
export function betaBinomial(seen: Proportion, options: { readonly prior?: BetaDistribution; readonly confidence?: number } = {}): BetaPosterior {
  const { prior = { alpha: 1, beta: 1 }, confidence = 0.95 } = options;
  requireProportion(seen);
  requireConfidence(confidence);
  if (!(prior.alpha > 0 && prior.beta > 0)) throw new RangeError(`a beta prior must be positive, not ${prior.alpha}, ${prior.beta}`);
  const alpha = prior.alpha + seen.successes;
  const beta = prior.beta + seen.trials - seen.successes;
  const tail = (1 - confidence) / 2;
  return { alpha, beta, mean: alpha / (alpha + beta), interval: { lower: betaQuantile(tail, alpha, beta), upper: betaQuantile(1 - tail, alpha, beta) } };
}
