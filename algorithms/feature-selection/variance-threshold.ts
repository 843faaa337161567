import { requireShape } from '../preprocess/require-shape.ts';

/**
 * Finds the columns that vary by more than a floor, as scikit-learn's `VarianceThreshold`. Population variance, in the square of the
 * column's unit: bring columns to one scale first where one floor is meant for all. Missing values (NaN) are left out of the figures.
 */
export class VarianceThreshold {
  readonly threshold: number;
  #variances: Float64Array | undefined;

  /** @throws RangeError when the threshold is negative. */
  constructor({ threshold = 0 }: { readonly threshold?: number } = {}) {
    this.threshold = threshold;
    if (!(threshold >= 0)) throw new RangeError(`threshold must not be negative, not ${threshold}`);
  }

  /** Variance of each column; NaN for one without values. */
  get variances(): Float64Array {
    if (this.#variances === undefined) throw new TypeError('VarianceThreshold is not fitted yet: call fit() first');
    return this.#variances;
  }

  /** Whether each column varies by more than the threshold. */
  get support(): boolean[] {
    return Array.from(this.variances, (variance) => variance > this.threshold);
  }

  /**
   * @param matrix row-major rows x columns.
   * @throws RangeError when the shape is wrong.
   */
  fit(matrix: Float64Array, rows: number, columns: number): this {
    requireShape(matrix, rows, columns);
    const counts = new Float64Array(columns);
    const means = new Float64Array(columns);
    const squares = new Float64Array(columns);
    const low = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    const high = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
    for (let place = 0, column = 0; place < matrix.length; place++) {
      const value = matrix[place] as number;
      if (!Number.isNaN(value)) {
        counts[column] = (counts[column] as number) + 1;
        means[column] = (means[column] as number) + value;
        if (value < (low[column] as number)) low[column] = value;
        if (value > (high[column] as number)) high[column] = value;
      }
      column = column + 1 === columns ? 0 : column + 1;
    }
    for (let column = 0; column < columns; column++) means[column] = (means[column] as number) / (counts[column] as number);
    for (let place = 0, column = 0; place < matrix.length; place++) {
      const away = (matrix[place] as number) - (means[column] as number);
      if (!Number.isNaN(away)) squares[column] = (squares[column] as number) + away * away;
      column = column + 1 === columns ? 0 : column + 1;
    }
    // What rounding alone leaves of a constant column is no variance.
    this.#variances = squares.map((square, column) => (low[column] === high[column] ? 0 : square / (counts[column] as number)));
    return this;
  }
}
