import { quantileInPlace } from '../statistics/quantile.ts';
import { presentColumns } from './present-values.ts';
import { requireShape } from './require-shape.ts';
import { scaleColumns, type ColumnScales } from './scale-columns.ts';

/**
 * Takes off each column's median and divides by its interquartile range, which a few extreme values do not move. As scikit-learn's:
 * range 1 where the quartiles are equal, missing values (NaN) left out of the figures and left as they are.
 */
export class RobustScaler {
  #fitted: ColumnScales | undefined;

  /** Median of each column, in its own unit. */
  get medians(): Float64Array {
    return this.#scales().centres;
  }

  /** Interquartile range of each column, in its own unit; 1 where it is 0. */
  get ranges(): Float64Array {
    return this.#scales().scales;
  }

  /**
   * @param matrix row-major rows x columns.
   * @throws RangeError when the shape is wrong.
   */
  fit(matrix: Float64Array, rows: number, columns: number): this {
    requireShape(matrix, rows, columns);
    const centres = new Float64Array(columns);
    const scales = new Float64Array(columns).fill(1);
    let column = -1;
    for (const present of presentColumns(matrix, rows, columns)) {
      column++;
      if (present.length === 0) continue;
      centres[column] = quantileInPlace(present, 0.5);
      const range = quantileInPlace(present, 0.75) - quantileInPlace(present, 0.25);
      if (range > 0) scales[column] = range;
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
    if (this.#fitted === undefined) throw new TypeError('RobustScaler is not fitted yet: call fit() first');
    return this.#fitted;
  }
}
