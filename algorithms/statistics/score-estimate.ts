import type { Estimate } from './normal-posterior.ts';
import { requireProportion } from './proportion.ts';
import type { Proportion } from './proportion.ts';

/**
 * The log odds ratio of two shares by its score, for shares that grow while one looks (customers who have bought so far): the score's
 * increments between looks are independent of the past where the arms are alike, which the always-valid tests need and a difference of
 * growing shares has not. With a share of 0 or 1 over both arms nothing is known: the variance is then huge.
 *
 * Source: J. Whitehead, "The Design and Analysis of Sequential Clinical Trials", 2nd edition, section 3.2 (Z / V with variance 1 / V).
 *
 * @throws RangeError when a proportion is none.
 */
export function scoreEstimate(treatment: Proportion, control: Proportion): Estimate {
  requireProportion(treatment);
  requireProportion(control);
  const trials = treatment.trials + control.trials;
  const pooled = (treatment.successes + control.successes) / trials;
  const information = ((treatment.trials * control.trials) / trials) * pooled * (1 - pooled);
  if (information === 0) return { difference: 0, variance: Number.MAX_SAFE_INTEGER };
  return { difference: (treatment.successes - treatment.trials * pooled) / information, variance: 1 / information };
}
