import { SeededRandom } from '../random/seeded-random.ts';
import type { BootstrapOptions } from './bootstrap-difference.ts';
import { requireConfidence } from './proportion.ts';
import type { Interval } from './proportion.ts';
import { quantile } from './quantile.ts';
import { summariseSample, welchTest } from './welch-test.ts';
import type { WelchResult } from './welch-test.ts';

/**
 * Welch's test with the interval and the p-value taken from resampled t statistics (bootstrap-t) instead of Student's distribution, so
 * that the bounds of skewed figures such as revenue lie as far out on each side as their skew asks. Time goes with resamples x values.
 *
 * Source: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, sections 12.5 and 16.2.
 *
 * @throws RangeError when a group has fewer than 2 values, a value is not finite, resamples is below 100, or the confidence is not in (0, 1).
 */
export function welchBootstrap(treatment: Float64Array, control: Float64Array, options: BootstrapOptions = {}): WelchResult {
  const { resamples = 2000, confidence = 0.95, seed = 0 } = options;
  requireConfidence(confidence);
  if (!Number.isInteger(resamples) || resamples < 100) throw new RangeError(`resamples must be an integer of at least 100, not ${resamples}`);
  const summaryT = summariseSample(treatment);
  const summaryC = summariseSample(control);
  const seen = welchTest(summaryT, summaryC, { confidence });
  const { standardError } = seen;
  if (standardError === 0) return seen;

  const random = new SeededRandom(seed);
  const statistics = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    const drawnT = resampledMoments(treatment, random);
    const drawnC = resampledMoments(control, random);
    const spread = Math.sqrt(drawnT.variance / summaryT.count + drawnC.variance / summaryC.count);
    const shift = drawnT.mean - drawnC.mean - seen.difference;
    // A resample without spread says nothing about the scale of its shift.
    statistics[resample] = spread === 0 ? 0 : shift / spread;
  }
  const extreme = statistics.reduce((count, t) => count + (Math.abs(t) >= Math.abs(seen.t) ? 1 : 0), 0);
  statistics.sort();
  const tail = (1 - confidence) / 2;
  const interval: Interval = {
    lower: seen.difference - quantile(statistics, 1 - tail) * standardError,
    upper: seen.difference - quantile(statistics, tail) * standardError,
  };
  // One is added to both, as the seen statistic is one of the possible draws: a p-value is never 0.
  return { ...seen, interval, pValue: (extreme + 1) / (resamples + 1) };
}

function resampledMoments(values: Float64Array, random: SeededRandom): { mean: number; variance: number } {
  const count = values.length;
  // Sums about a value of the sample lose fewer digits than sums about 0.
  const origin = values[0] as number;
  let sum = 0;
  let squares = 0;
  for (let draw = 0; draw < count; draw++) {
    const value = (values[random.integer(count)] as number) - origin;
    sum += value;
    squares += value * value;
  }
  const mean = sum / count;
  return { mean: origin + mean, variance: Math.max(0, (squares - count * mean * mean) / (count - 1)) };
}
