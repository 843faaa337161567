import { requireProportion } from './proportion.ts';
import type { Interval, Proportion } from './proportion.ts';
import { wilsonInterval } from './wilson-interval.ts';

/**
 * Interval of the difference of two independent shares, treatment's less control's, from the Wilson interval of each; right also for
 * shares near 0 and 1.
 *
 * Source: R. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17 (1998),
 * method 10.
 *
 * @throws RangeError when a proportion is none, or the confidence is not in (0, 1).
 */
export function newcombeInterval(treatment: Proportion, control: Proportion, confidence = 0.95): Interval {
  requireProportion(treatment);
  requireProportion(control);
  const shareT = treatment.successes / treatment.trials;
  const shareC = control.successes / control.trials;
  const boundsT = wilsonInterval(treatment, confidence);
  const boundsC = wilsonInterval(control, confidence);
  const difference = shareT - shareC;
  return {
    lower: difference - Math.hypot(shareT - boundsT.lower, boundsC.upper - shareC),
    upper: difference + Math.hypot(boundsT.upper - shareT, shareC - boundsC.lower),
  };
}
