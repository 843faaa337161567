import { requireShape } from './require-shape.ts';

/**
 * Says by a 1 where a value is missing (NaN), for the columns that had gaps when fitted, as scikit-learn's
 * `MissingIndicator(features='missing-only')`: that a value is unknown may say more than what stands in for it.
 */
export class MissingIndicator {
  #columns: number | undefined;
  #indicated: Uint32Array = new Uint32Array(0);

  /** Indices of the columns that get an indicator, ascending. */
  get indicated(): Uint32Array {
    if (this.#columns === undefined) throw new TypeError('MissingIndicator is not fitted yet: call fit() first');
    return this.#indicated;
  }

  /**
   * @param matrix row-major rows x columns, NaN where a value is missing.
   * @throws RangeError when the shape is wrong.
   */
  fit(matrix: Float64Array, rows: number, columns: number): this {
    requireShape(matrix, rows, columns);
    const gaps = new Uint8Array(columns);
    for (let place = 0, column = 0; place < matrix.length; place++) {
      if (Number.isNaN(matrix[place])) gaps[column] = 1;
      column = column + 1 === columns ? 0 : column + 1;
    }
    this.#columns = columns;
    this.#indicated = Uint32Array.from(gaps.keys()).filter((column) => gaps[column] === 1);
    return this;
  }

  /**
   * Row-major rows x indicated.length, 1 where the value is missing and 0 where it is not.
   * @throws RangeError when the shape is not that of the fitted columns; TypeError before `fit`.
   */
  transform(matrix: Float64Array, rows: number): Float64Array {
    const { indicated } = this;
    const columns = this.#columns as number;
    requireShape(matrix, rows, columns);
    const marks = new Float64Array(rows * indicated.length);
    for (let row = 0, to = 0; row < rows; row++) {
      for (const column of indicated) marks[to++] = Number.isNaN(matrix[row * columns + column]) ? 1 : 0;
    }
    return marks;
  }

  fitTransform(matrix: Float64Array, rows: number, columns: number): Float64Array {
    return this.fit(matrix, rows, columns).transform(matrix, rows);
  }
}
