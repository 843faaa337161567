import { SeededRandom } from '../random/seeded-random.ts';
import { requireConfidence } from './proportion.ts';
import type { Interval } from './proportion.ts';
import { quantile } from './quantile.ts';

export interface BootstrapOptions {
  readonly resamples?: number;
  readonly confidence?: number;
  readonly seed?: number;
}

/**
 * Difference of two means (treatment's less control's) with a percentile interval from resampling each group with replacement;
 * for figures whose distribution is skewed, such as revenue. Time goes with resamples x values: about a second for 1,000 x 100,000.
 *
 * Source: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
 *
 * @throws RangeError when a group is empty, a value is not finite, resamples is below 100, or the confidence is not in (0, 1).
 */
export function bootstrapDifference(
  treatment: Float64Array,
  control: Float64Array,
  options: BootstrapOptions = {},
): { readonly difference: number; readonly interval: Interval } {
  const { resamples = 2000, confidence = 0.95, seed = 0 } = options;
  requireConfidence(confidence);
  if (!Number.isInteger(resamples) || resamples < 100) throw new RangeError(`resamples must be an integer of at least 100, not ${resamples}`);
  const difference = meanOf(treatment) - meanOf(control);
  const random = new SeededRandom(seed);
  const differences = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    differences[resample] = resampledMean(treatment, random) - resampledMean(control, random);
  }
  differences.sort();
  const tail = (1 - confidence) / 2;
  return { difference, interval: { lower: quantile(differences, tail), upper: quantile(differences, 1 - tail) } };
}

function meanOf(values: Float64Array): number {
  if (values.length === 0) throw new RangeError('a group is empty');
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (!Number.isFinite(mean)) throw new RangeError('a value is not finite');
  return mean;
}

function resampledMean(values: Float64Array, random: SeededRandom): number {
  let sum = 0;
  for (let draw = 0; draw < values.length; draw++) sum += values[random.integer(values.length)] as number;
  return sum / values.length;
}
