import { solvePositiveDefinite } from '../predict/solve-positive-definite.ts';

/**
 * Linear regression with an L2 penalty: minimises the sum of squared residuals + alpha * |coefficients|^2, the intercept not penalised, as
 * scikit-learn's Ridge; with alpha 0 ordinary least squares. By the normal equations of centred columns: time goes with rows x columns^2.
 *
 * Source: T. Hastie, R. Tibshirani, J. Friedman, "The Elements of Statistical Learning", 2nd edition, section 3.4.1.
 */
export class Ridge {
  readonly alpha: number;
  #coefficients: Float64Array | undefined;
  #intercept = 0;

  /** @throws RangeError when alpha is negative. */
  constructor({ alpha = 1 }: { readonly alpha?: number } = {}) {
    if (!(alpha >= 0 && Number.isFinite(alpha))) throw new RangeError(`alpha must be 0 or more, not ${alpha}`);
    this.alpha = alpha;
  }

  /** Change of the figure by a unit of each column. */
  get coefficients(): Float64Array {
    if (this.#coefficients === undefined) throw new TypeError('Ridge is not fitted yet: call fit() first');
    return this.#coefficients;
  }

  get intercept(): number {
    return this.#intercept;
  }

  /**
   * @param x row-major rows x columns, finite.
   * @param y one figure a row, finite.
   * @throws RangeError when the shapes do not fit, there is no row, or a value is not finite.
   */
  fit(x: Float64Array, rows: number, columns: number, y: Float64Array): this {
    if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`columns must be a positive integer, not ${columns}`);
    if (rows < 1 || x.length !== rows * columns) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * columns}`);
    if (y.length !== rows) throw new RangeError(`y has ${y.length} values for ${rows} rows`);
    const means = new Float64Array(columns);
    for (let place = 0; place < x.length; place++) means[place % columns]! += x[place] as number;
    for (let column = 0; column < columns; column++) means[column]! /= rows;
    const level = y.reduce((sum, value) => sum + value, 0) / rows;

    const squares = new Float64Array(columns * columns);
    const products = new Float64Array(columns);
    const centred = new Float64Array(columns);
    for (let row = 0, place = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) centred[column] = (x[place++] as number) - (means[column] as number);
      const off = (y[row] as number) - level;
      for (let i = 0; i < columns; i++) {
        const value = centred[i] as number;
        products[i]! += value * off;
        for (let j = 0; j <= i; j++) squares[i * columns + j]! += value * (centred[j] as number);
      }
    }
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j < i; j++) squares[j * columns + i] = squares[i * columns + j] as number;
      squares[i * columns + i]! += this.alpha;
    }
    if (!products.every((value) => Number.isFinite(value)) || !squares.every((value) => Number.isFinite(value))) throw new RangeError('a value is not finite');
    const coefficients = solvePositiveDefinite(squares, products);
    this.#coefficients = coefficients;
    this.#intercept = coefficients.reduce((sum, coefficient, column) => sum - coefficient * (means[column] as number), level);
    return this;
  }

  /** @throws RangeError when the shape is wrong; TypeError before `fit`. */
  predict(x: Float64Array, rows: number): Float64Array {
    const { coefficients, intercept } = this;
    const columns = coefficients.length;
    if (x.length !== rows * columns) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * columns}`);
    const predicted = new Float64Array(rows);
    for (let row = 0, place = 0; row < rows; row++) {
      let sum = intercept;
      for (let column = 0; column < columns; column++) sum += (coefficients[column] as number) * (x[place++] as number);
      predicted[row] = sum;
    }
    return predicted;
  }
}
