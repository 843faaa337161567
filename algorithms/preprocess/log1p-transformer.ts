import { requireShape } from './require-shape.ts';

/** log(1 + x) of every value: "twice as much" becomes a step of the same length everywhere. Nothing is learned; missing values (NaN) stay. */
export class Log1pTransformer {
  #columns: number | undefined;

  /** @throws RangeError when the shape is wrong. */
  fit(matrix: Float64Array, rows: number, columns: number): this {
    requireShape(matrix, rows, columns);
    this.#columns = columns;
    return this;
  }

  /**
   * A transformed copy.
   * @param matrix row-major rows x columns, every value over -1.
   * @throws RangeError when the shape is not that of the fitted columns or a value is -1 or less; TypeError before `fit`.
   */
  transform(matrix: Float64Array, rows: number): Float64Array {
    if (this.#columns === undefined) throw new TypeError('Log1pTransformer is not fitted yet: call fit() first');
    requireShape(matrix, rows, this.#columns);
    const logarithms = new Float64Array(matrix.length);
    for (let place = 0; place < matrix.length; place++) {
      const value = matrix[place] as number;
      if (value <= -1) throw new RangeError(`log1p needs values over -1, not ${value}`);
      logarithms[place] = Math.log1p(value);
    }
    return logarithms;
  }

  fitTransform(matrix: Float64Array, rows: number, columns: number): Float64Array {
    return this.fit(matrix, rows, columns).transform(matrix, rows);
  }
}
