import { SeededRandom } from '../random/seeded-random.ts';
import type { Metric } from './bootstrap-metric.ts';

export interface PermutationOptions {
  /** Shuffles of each column. */
  readonly nRepeats?: number;
  readonly seed?: number;
}

export interface ColumnImportance {
  readonly column: number;
  /** Mean loss of the metric when the column is shuffled. */
  readonly mean: number;
  /** Standard deviation over the shuffles, as scikit-learn's (of the population). */
  readonly deviation: number;
}

/**
 * How much worse a fitted model does when one column's values are dealt out anew among the rows: what it relies on, not what causes
 * what. Columns that tell the same share their importance. Time: columns times nRepeats predictions.
 *
 * Source: L. Breiman, "Random forests", Machine Learning 45 (2001), section 10; names are scikit-learn's (`permutation_importance`).
 *
 * @param predict score of each row of a matrix shaped as x, which it must not keep.
 * @param metric higher for a better model; negate a loss.
 * @param x row-major rows x columns, rows not learned from.
 * @throws RangeError when the shape does not fit or nRepeats is not a positive integer; what predict or the metric throw.
 */
export function permutationImportance<Matrix extends Float32Array | Float64Array>(
  predict: (x: Matrix, rows: number) => Float64Array, metric: Metric, x: Matrix, rows: number, columns: number, actual: Uint8Array, options: PermutationOptions = {},
): readonly ColumnImportance[] {
  const { nRepeats = 5, seed = 0 } = options;
  if (x.length !== rows * columns) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * columns}`);
  if (!Number.isInteger(nRepeats) || nRepeats < 1) throw new RangeError(`nRepeats must be a positive integer, not ${nRepeats}`);
  const whole = metric(actual, predict(x, rows));
  const random = new SeededRandom(seed);
  const changed = x.slice() as Matrix;
  return Array.from({ length: columns }, (_, column) => {
    const values = Float64Array.from({ length: rows }, (_value, row) => x[row * columns + column] as number);
    const losses = Array.from({ length: nRepeats }, () => {
      random.shuffle(values);
      for (let row = 0; row < rows; row++) changed[row * columns + column] = values[row] as number;
      return whole - metric(actual, predict(changed, rows));
    });
    for (let row = 0; row < rows; row++) changed[row * columns + column] = x[row * columns + column] as number;
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / nRepeats;
    return { column, mean, deviation: Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / nRepeats) };
  });
}
