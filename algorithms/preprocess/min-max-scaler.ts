import { requireShape } from './require-shape.ts';
import { scaleColumns, type ColumnScales } from './scale-columns.ts';

/**
 * Brings each column's fitted values into [0, 1]: (x - minimum) / range. As scikit-learn's: range 1 for a constant column, missing
 * values (NaN) left out of the figures and left as they are; later values may lie outside.
 */
export class MinMaxScaler {
  #fitted: ColumnScales | undefined;

  /** Least value of each column, in its own unit. */
  get minimums(): Float64Array {
    return this.#scales().centres;
  }

  /** Largest less least value of each column, in its own unit; 1 where it is 0. */
  get ranges(): Float64Array {
    return this.#scales().scales;
  }

  /**
   * @param matrix row-major rows x columns.
   * @throws RangeError when the shape is wrong or a value is infinite.
   */
  fit(matrix: Float64Array, rows: number, columns: number): this {
    requireShape(matrix, rows, columns);
    const centres = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    const highest = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
    for (let place = 0, column = 0; place < matrix.length; place++) {
      const value = matrix[place] as number;
      if (value < (centres[column] as number)) centres[column] = value;
      if (value > (highest[column] as number)) highest[column] = value;
      column = column + 1 === columns ? 0 : column + 1;
    }
    const scales = new Float64Array(columns).fill(1);
    for (let column = 0; column < columns; column++) {
      const low = centres[column] as number;
      const high = highest[column] as number;
      if (low > high) centres[column] = 0;
      else if (!Number.isFinite(low) || !Number.isFinite(high)) throw new RangeError(`column ${column} has an infinite value`);
      else if (high > low) scales[column] = high - low;
    }
    this.#fitted = { centres, scales };
    return this;
  }

  /**
   * A scaled copy.
   * @throws RangeError when the shape is not that of the fitted columns; TypeError before `fit`.
   */
  transform(matrix: Float64Array, rows: number): Float64Array {
    return scaleColumns(matrix, rows, this.#scales());
  }

  fitTransform(matrix: Float64Array, rows: number, columns: number): Float64Array {
    return this.fit(matrix, rows, columns).transform(matrix, rows);
  }

  #scales(): ColumnScales {
    if (this.#fitted === undefined) throw new TypeError('MinMaxScaler is not fitted yet: call fit() first');
    return this.#fitted;
  }
}
