import { classWeightsOf } from './class-weights.ts';
import { dualCoordinateDescent } from './dual-coordinate-descent.ts';
import { LinearLoss } from './linear-loss.ts';
import { minimiseLinearLoss } from './minimise-linear-loss.ts';

export interface LinearSVCOptions {
  /** Cost of a row's loss beside half the squared coefficients. */
  readonly C?: number;
  readonly loss?: 'hinge' | 'squaredHinge';
  /** Whether to descend in the dual; `auto` does where the loss is the hinge, or there are more columns than rows. */
  readonly dual?: boolean | 'auto';
  /** In the dual, the difference of the largest and the least projected gradient; else the largest component of the gradient of the mean objective. */
  readonly tol?: number;
  /** Most passes over the rows in the dual, most Newton steps else. */
  readonly maxIter?: number;
  readonly fitIntercept?: boolean;
  /** Value of the column that carries the intercept, whose weight is penalised with the others; the larger the less it matters. */
  readonly interceptScaling?: number;
  /** Weight of the rows of class 0 and class 1, or `balanced`: inversely to how often each class occurs. */
  readonly classWeight?: 'balanced' | readonly [number, number];
  /** Order of the rows in the dual. */
  readonly seed?: number;
  /** Threads for large matrices outside the dual; changes the time, never the result. */
  readonly nThreads?: number;
}

/**
 * Linear support vector machine of two classes. Minimises (|coefficients|^2 + (intercept / interceptScaling)^2) / 2 + C * sum of
 * weighted losses, the loss max(0, 1 - margin) or its square: liblinear's objective, so the coefficients agree with scikit-learn's.
 * The hinge is minimised by dual coordinate descent (dual-coordinate-descent.ts), its square by Newton's method on the generalised
 * Hessian (minimise-linear-loss.ts), which takes few passes where rows are many and columns few. Standardise the columns first.
 *
 * Source: C.-J. Hsieh and others, "A dual coordinate descent method for large-scale linear SVM", ICML 2008; O. Mangasarian, "A finite
 * Newton method for classification", Optimization Methods and Software 17 (2002).
 */
export class LinearSVC {
  readonly C: number;
  readonly loss: 'hinge' | 'squaredHinge';
  readonly dual: boolean | 'auto';
  readonly tol: number;
  readonly maxIter: number;
  readonly fitIntercept: boolean;
  readonly interceptScaling: number;
  readonly classWeight: 'balanced' | readonly [number, number];
  readonly seed: number;
  readonly nThreads: number;
  #coefficients: Float64Array | undefined;
  #intercept = 0;
  #iterations = 0;
  #converged = false;

  /** @throws RangeError when an option is out of its range, or the hinge is wanted outside the dual. */
  constructor(options: LinearSVCOptions = {}) {
    this.C = options.C ?? 1;
    this.loss = options.loss ?? 'squaredHinge';
    this.dual = options.dual ?? 'auto';
    this.tol = options.tol ?? 1e-4;
    this.maxIter = options.maxIter ?? 1000;
    this.fitIntercept = options.fitIntercept ?? true;
    this.interceptScaling = options.interceptScaling ?? 1;
    this.classWeight = options.classWeight ?? [1, 1];
    this.seed = options.seed ?? 0;
    this.nThreads = options.nThreads ?? 2;
    if (!(this.C > 0 && Number.isFinite(this.C))) throw new RangeError(`C must be positive, not ${this.C}`);
    if (this.loss === 'hinge' && this.dual === false) throw new RangeError('the hinge has no second derivative: it is minimised in the dual only');
    if (!(this.tol > 0)) throw new RangeError(`tol must be positive, not ${this.tol}`);
    if (!Number.isInteger(this.maxIter) || this.maxIter < 1) throw new RangeError(`maxIter must be a positive integer, not ${this.maxIter}`);
    if (!(this.interceptScaling > 0)) throw new RangeError(`interceptScaling must be positive, not ${this.interceptScaling}`);
    if (this.classWeight !== 'balanced' && !this.classWeight.every((weight) => weight > 0)) throw new RangeError('classWeight must be positive');
    if (!Number.isInteger(this.nThreads) || this.nThreads < 1) throw new RangeError(`nThreads must be a positive integer, not ${this.nThreads}`);
  }

  /** Weight of each column in the decision. */
  get coefficients(): Float64Array {
    if (this.#coefficients === undefined) throw new TypeError('LinearSVC is not fitted yet: call fit() first');
    return this.#coefficients;
  }

  /** Decision where every column is 0; 0 without `fitIntercept`. */
  get intercept(): number {
    return this.#intercept;
  }

  /** Passes over the active rows in the dual, Newton steps over all rows else. */
  get iterations(): number {
    return this.#iterations;
  }

  /** Whether `tol` was reached within maxIter. */
  get converged(): boolean {
    return this.#converged;
  }

  /**
   * @param x row-major rows x columns, finite; copied once.
   * @param y class of each row, 0 or 1, both occurring.
   * @throws RangeError when the shapes do not fit, a value is not finite, only one class occurs, or the matrix is beyond 4 GB.
   */
  fit(x: Float64Array | Float32Array, rows: number, columns: number, y: Uint8Array): this {
    if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`columns must be a positive integer, not ${columns}`);
    if (x.length !== rows * columns) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * columns}`);
    const classWeights = classWeightsOf(this.classWeight, y, rows);
    const dual = this.dual === 'auto' ? this.loss === 'hinge' || columns > rows : this.dual;
    const { weights, iterations, converged } = dual ? this.#fitDual(x, rows, columns, y, classWeights) : this.#fitPrimal(x, rows, columns, y, classWeights);
    this.#coefficients = weights.slice(0, columns);
    this.#intercept = this.fitIntercept ? (weights[columns] as number) : 0;
    this.#iterations = iterations;
    this.#converged = converged;
    return this;
  }

  /**
   * Signed decision of each row: positive is class 1, and 1 and -1 are the margins.
   * @param x row-major rows x columns, as many columns as were fitted.
   * @throws RangeError when the shape is wrong; TypeError before `fit`.
   */
  decisionFunction(x: Float64Array | Float32Array, rows: number): Float64Array {
    const { coefficients, intercept } = this;
    const columns = coefficients.length;
    if (x.length !== rows * columns) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * columns}`);
    const decisions = new Float64Array(rows);
    for (let row = 0, place = 0; row < rows; row++) {
      let decision = intercept;
      for (let column = 0; column < columns; column++) decision += (coefficients[column] as number) * (x[place++] as number);
      decisions[row] = decision;
    }
    return decisions;
  }

  /** Class of each row, 0 or 1: 1 where the decision is positive. Throws as `decisionFunction` does. */
  predict(x: Float64Array | Float32Array, rows: number): Uint8Array {
    return Uint8Array.from(this.decisionFunction(x, rows), (decision) => Number(decision > 0));
  }

  #fitDual(x: Float64Array | Float32Array, rows: number, columns: number, y: Uint8Array, [zero, one]: readonly [number, number]): Fitted {
    return dualCoordinateDescent(x, rows, columns, y, {
      loss: this.loss, costs: [this.C * zero, this.C * one], interceptScaling: this.fitIntercept ? this.interceptScaling : 0,
      tol: this.tol, maxIter: this.maxIter, seed: this.seed,
    });
  }

  #fitPrimal(x: Float64Array | Float32Array, rows: number, columns: number, y: Uint8Array, classWeights: readonly [number, number]): Fitted {
    const loss = new LinearLoss(x, rows, columns, y, { kind: 'squaredHinge', classWeights, nThreads: this.nThreads });
    try {
      const strength = 1 / (this.C * loss.totalWeight);
      return minimiseLinearLoss(loss, {
        penalty: { l1: 0, l2: strength, l2OfIntercept: this.fitIntercept ? strength / this.interceptScaling ** 2 : 0 },
        fitIntercept: this.fitIntercept, tol: this.tol, maxIter: this.maxIter, lossAtZero: 1,
      });
    } finally {
      loss.close();
    }
  }
}

interface Fitted {
  readonly weights: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}
