import { requireShape } from './require-shape.ts';
import { scaleColumns } from './scale-columns.ts';

/**
 * Brings each column to mean 0 and standard deviation 1: z = (x - mean) / scale. As scikit-learn's: the population deviation,
 * scale 1 for a constant column, missing values (NaN) left out of the figures and left as they are.
 */
export class StandardScaler {
  #means: Float64Array | undefined;
  #scales: Float64Array | undefined;

  /** Mean of each column, in its own unit. */
  get means(): Float64Array {
    return fitted(this.#means);
  }

  /** Standard deviation of each column, in its own unit; 1 where it is 0. */
  get scales(): Float64Array {
    return fitted(this.#scales);
  }

  /**
   * @param matrix row-major rows x columns.
   * @throws RangeError when the shape is wrong or a value is infinite.
   */
  fit(matrix: Float64Array, rows: number, columns: number): this {
    requireShape(matrix, rows, columns);
    const means = new Float64Array(columns);
    const scales = new Float64Array(columns);
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      let count = 0;
      for (let place = column; place < matrix.length; place += columns) {
        const value = matrix[place] as number;
        if (Number.isNaN(value)) continue;
        sum += value;
        count++;
      }
      const mean = count === 0 ? 0 : sum / count;
      if (!Number.isFinite(mean)) throw new RangeError(`column ${column} has an infinite value`);
      let squares = 0;
      for (let place = column; place < matrix.length; place += columns) {
        const away = (matrix[place] as number) - mean;
        if (!Number.isNaN(away)) squares += away * away;
      }
      const variance = count === 0 ? 0 : squares / count;
      // What rounding alone leaves of a constant column is no spread (scikit-learn's bound).
      const noise = count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2;
      means[column] = mean;
      scales[column] = variance <= noise ? 1 : Math.sqrt(variance);
    }
    this.#means = means;
    this.#scales = scales;
    return this;
  }

  /**
   * A standardised copy.
   * @throws RangeError when the shape is not that of the fitted columns; TypeError before `fit`.
   */
  transform(matrix: Float64Array, rows: number): Float64Array {
    return scaleColumns(matrix, rows, { centres: this.means, scales: this.scales });
  }

  fitTransform(matrix: Float64Array, rows: number, columns: number): Float64Array {
    return this.fit(matrix, rows, columns).transform(matrix, rows);
  }
}

function fitted(values: Float64Array | undefined): Float64Array {
  if (values === undefined) throw new TypeError('StandardScaler is not fitted yet: call fit() first');
  return values;
}
