import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { requireConfidence, requireProportion } from './proportion.ts';
import type { Interval, Proportion } from './proportion.ts';

/**
 * Interval of a proportion by Wilson's score, without continuity correction; right also for 0 and for few trials.
 *
 * Source: E. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
 *
 * @throws RangeError when the proportion is none, or the confidence is not in (0, 1).
 */
export function wilsonInterval(proportion: Proportion, confidence = 0.95): Interval {
  requireProportion(proportion);
  requireConfidence(confidence);
  const { successes, trials } = proportion;
  const z = normalQuantile((1 + confidence) / 2, 0, 1);
  const share = successes / trials;
  const middle = share + (z * z) / (2 * trials);
  const reach = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const all = 1 + (z * z) / trials;
  return {
    // At the ends the score's bound is the end itself, which rounding may miss.
    lower: successes === 0 ? 0 : (middle - reach) / all,
    upper: successes === trials ? 1 : (middle + reach) / all,
  };
}
