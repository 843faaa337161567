import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { requireProportion } from './proportion.ts';
import type { Interval, Proportion } from './proportion.ts';
import { wilsonInterval } from './wilson-interval.ts';

export interface TwoProportionResult {
  /** Treatment's share less control's. */
  readonly difference: number;
  /** Newcombe's hybrid score interval of the difference. */
  readonly interval: Interval;
  /** Standard errors by which the shares differ, pooled. */
  readonly z: number;
  /** Two-sided. */
  readonly pValue: number;
}

/**
 * Compares two proportions: a z test with pooled variance, and the difference with its interval by Wilson scores. The two can
 * disagree at the edge, since the test assumes equal shares and the interval does not.
 *
 * Source of the interval: R. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in
 * Medicine 17 (1998), method 10.
 *
 * @throws RangeError when a proportion is none, or the confidence is not in (0, 1).
 */
export function twoProportionTest(treatment: Proportion, control: Proportion, options: { confidence?: number } = {}): TwoProportionResult {
  requireProportion(treatment);
  requireProportion(control);
  const shareT = treatment.successes / treatment.trials;
  const shareC = control.successes / control.trials;
  const difference = shareT - shareC;
  const boundsT = wilsonInterval(treatment, options.confidence);
  const boundsC = wilsonInterval(control, options.confidence);
  const pooled = (treatment.successes + control.successes) / (treatment.trials + control.trials);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / treatment.trials + 1 / control.trials));
  const z = deviation === 0 ? 0 : difference / deviation;
  return {
    difference,
    interval: {
      lower: difference - Math.hypot(shareT - boundsT.lower, boundsC.upper - shareC),
      upper: difference + Math.hypot(boundsT.upper - shareT, shareC - boundsC.lower),
    },
    z,
    pValue: 2 * normalCdf(-Math.abs(z), 0, 1),
  };
}
