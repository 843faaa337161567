import { LogisticRegression } from '../predict/logistic-regression.ts';

/**
 * Keeps the columns that an L1-penalised logistic regression gives a coefficient, as scikit-learn's
 * `SelectFromModel(LogisticRegression(penalty='l1', C=C))`: of columns that tell the same the penalty keeps few.
 *
 * Source: R. Tibshirani, "Regression shrinkage and selection via the lasso", J. Royal Statistical Society B 58 (1996).
 */
export class L1Selection {
  readonly C: number;
  #coefficients: Float64Array | undefined;

  /** @param options.C inverse of the strength of the penalty, as scikit-learn's: it is weighed against the sum of the losses, so fewer rows select fewer columns. */
  constructor({ C = 0.1 }: { readonly C?: number } = {}) {
    this.C = C;
  }

  /** Change of the log odds by a unit of each column; 0 for those not selected. */
  get coefficients(): Float64Array {
    if (this.#coefficients === undefined) throw new TypeError('L1Selection is not fitted yet: call fit() first');
    return this.#coefficients;
  }

  /** Whether each column has a coefficient. */
  get support(): boolean[] {
    return Array.from(this.coefficients, (coefficient) => coefficient !== 0);
  }

  /**
   * @param x row-major rows x columns, finite, columns of one scale.
   * @param y class of each row, 0 or 1, both occurring.
   * @throws RangeError when the shapes do not fit, a value is not finite, or only one class occurs.
   */
  fit(x: Float64Array, rows: number, columns: number, y: Uint8Array): this {
    this.#coefficients = new LogisticRegression({ C: this.C, l1Ratio: 1 }).fit(x, rows, columns, y).coefficients;
    return this;
  }
}
