import { SeededRandom } from '../random/seeded-random.ts';
import type { BootstrapOptions } from '../statistics/bootstrap-difference.ts';
import { requireConfidence } from '../statistics/proportion.ts';
import type { Interval } from '../statistics/proportion.ts';
import { quantile } from '../statistics/quantile.ts';

/** A figure of quality of scores or probabilities: `rocAuc`, `averagePrecision`, `brierScore` and the like. */
export type Metric = (actual: Uint8Array, scores: Float64Array) => number;

export interface BootstrappedMetric {
  /** On the rows as they are. */
  readonly value: number;
  /** Of the given confidence, by percentiles. */
  readonly interval: Interval;
  /** Standard deviation over the resamples. */
  readonly standardError: number;
}

/**
 * A metric with a percentile interval from resampling the rows with replacement. Each class is resampled on its own, so no resample
 * lacks one and the share of class 1 counts as given, not as drawn. Time goes with resamples times that of the metric.
 *
 * Source: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
 *
 * @param actual class of each row, 0 or 1.
 * @throws RangeError when the lengths differ, there is no row, resamples is below 100 or the confidence is not in (0, 1); what the metric throws.
 */
export function bootstrapMetric(metric: Metric, actual: Uint8Array, scores: Float64Array, options: BootstrapOptions = {}): BootstrappedMetric {
  return bootstrap((truth, [drawn]) => metric(truth, drawn!), actual, [scores], options);
}

/**
 * The difference of a metric between two models on the same rows (first's less second's), both scored on the same resamples.
 * Parameters, source and errors are those of `bootstrapMetric`.
 */
export function bootstrapMetricDifference(metric: Metric, actual: Uint8Array, first: Float64Array, second: Float64Array, options: BootstrapOptions = {}): BootstrappedMetric {
  return bootstrap((truth, [one, other]) => metric(truth, one!) - metric(truth, other!), actual, [first, second], options);
}

function bootstrap(figure: (actual: Uint8Array, scores: readonly Float64Array[]) => number, actual: Uint8Array, scores: readonly Float64Array[], options: BootstrapOptions): BootstrappedMetric {
  const { resamples = 1000, confidence = 0.95, seed = 0 } = options;
  requireConfidence(confidence);
  if (!Number.isInteger(resamples) || resamples < 100) throw new RangeError(`resamples must be an integer of at least 100, not ${resamples}`);
  if (actual.length === 0) throw new RangeError('there are no rows to score');
  for (const { length } of scores) if (length !== actual.length) throw new RangeError(`there are ${length} scores for ${actual.length} rows`);
  const value = figure(actual, scores);
  const classes = [0, 1].map((wanted) => Uint32Array.from(actual.keys()).filter((row) => actual[row] === wanted));
  const random = new SeededRandom(seed);
  const drawnActual = new Uint8Array(actual.length);
  const drawnScores = scores.map(() => new Float64Array(actual.length));
  drawnActual.fill(1, classes[0]!.length);
  const values = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let place = 0;
    for (const rows of classes) {
      for (let draw = 0; draw < rows.length; draw++, place++) {
        const row = rows[random.integer(rows.length)]!;
        for (let model = 0; model < scores.length; model++) drawnScores[model]![place] = scores[model]![row]!;
      }
    }
    values[resample] = figure(drawnActual, drawnScores);
  }
  const mean = values.reduce((sum, one) => sum + one, 0) / resamples;
  const variance = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (resamples - 1);
  values.sort();
  const tail = (1 - confidence) / 2;
  return { value, interval: { lower: quantile(values, tail), upper: quantile(values, 1 - tail) }, standardError: Math.sqrt(variance) };
}
