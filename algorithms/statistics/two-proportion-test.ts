import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { newcombeInterval } from './newcombe-interval.ts';
import type { Interval, Proportion } from './proportion.ts';

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
 * Compares two proportions: a z test with pooled variance, and the difference with Newcombe's interval. The two can disagree at the
 * edge, since the test assumes equal shares and the interval does not.
 *
 * @throws RangeError when a proportion is none, or the confidence is not in (0, 1).
 */
export function twoProportionTest(treatment: Proportion, control: Proportion, options: { confidence?: number } = {}): TwoProportionResult {
  const interval = newcombeInterval(treatment, control, options.confidence);
  const difference = treatment.successes / treatment.trials - control.successes / control.trials;
  const pooled = (treatment.successes + control.successes) / (treatment.trials + control.trials);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / treatment.trials + 1 / control.trials));
  const z = deviation === 0 ? 0 : difference / deviation;
  return { difference, interval, z, pValue: 2 * normalCdf(-Math.abs(z), 0, 1) };
}
