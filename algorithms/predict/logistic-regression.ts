import { classWeightsOf } from './class-weights.ts';
import { LinearLoss } from './linear-loss.ts';
import { minimiseLinearLoss } from './minimise-linear-loss.ts';

export interface LogisticRegressionOptions {
  /** Inverse of the strength of the penalty; Infinity for none. */
  readonly C?: number;
  /** Share of the L1 penalty: 0 is L2 alone, 1 is L1 alone, between them is the elastic net. */
  readonly l1Ratio?: number;
  readonly maxIter?: number;
  /** Largest component of the gradient of the mean loss at which fitting ends. */
  readonly tol?: number;
  readonly fitIntercept?: boolean;
  /** Weight of the rows of class 0 and class 1, or `balanced`: inversely to how often each class occurs. */
  readonly classWeight?: 'balanced' | readonly [number, number];
  /** Threads for large matrices; changes the time, never the result. */
  readonly nThreads?: number;
}

/**
 * Logistic regression of two classes by Newton's method (proximal with an L1 penalty; see minimise-linear-loss.ts) on the SIMD kernel
 * of linear-loss.as.ts. Minimises C * sum of weighted log losses + (1 - l1Ratio) * |coefficients|^2 / 2 + l1Ratio * sum of
 * |coefficients|, the intercept not penalised: scikit-learn's objective, so the coefficients agree with its. Standardise the columns
 * first, or the penalty weighs them by their units. Memory: the rows once more.
 *
 * Source: T. Hastie, R. Tibshirani, J. Friedman, "The Elements of Statistical Learning", 2nd edition, sections 4.4.1 and 4.4.4.
 */
export class LogisticRegression {
  readonly C: number;
  readonly l1Ratio: number;
  readonly maxIter: number;
  readonly tol: number;
  readonly fitIntercept: boolean;
  readonly classWeight: 'balanced' | readonly [number, number];
  readonly nThreads: number;
  #coefficients: Float64Array | undefined;
  #intercept = 0;
  #iterations = 0;
  #converged = false;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: LogisticRegressionOptions = {}) {
    this.C = options.C ?? 1;
    this.l1Ratio = options.l1Ratio ?? 0;
    this.maxIter = options.maxIter ?? 100;
    this.tol = options.tol ?? 1e-6;
    this.fitIntercept = options.fitIntercept ?? true;
    this.classWeight = options.classWeight ?? [1, 1];
    this.nThreads = options.nThreads ?? 2;
    if (!(this.C > 0)) throw new RangeError(`C must be positive, not ${this.C}`);
    if (!Number.isInteger(this.maxIter) || this.maxIter < 1) throw new RangeError(`maxIter must be a positive integer, not ${this.maxIter}`);
    if (!(this.tol > 0)) throw new RangeError(`tol must be positive, not ${this.tol}`);
    if (!(this.l1Ratio >= 0 && this.l1Ratio <= 1)) throw new RangeError(`l1Ratio must be in [0, 1], not ${this.l1Ratio}`);
    if (!Number.isInteger(this.nThreads) || this.nThreads < 1) throw new RangeError(`nThreads must be a positive integer, not ${this.nThreads}`);
    if (this.classWeight !== 'balanced' && !this.classWeight.every((weight) => weight > 0)) throw new RangeError('classWeight must be positive');
  }

  /** Change of the log odds by a unit of each column. */
  get coefficients(): Float64Array {
    if (this.#coefficients === undefined) throw new TypeError('LogisticRegression is not fitted yet: call fit() first');
    return this.#coefficients;
  }

  /** Log odds where every column is 0; 0 without `fitIntercept`. */
  get intercept(): number {
    return this.#intercept;
  }

  /** Newton steps taken over all rows. */
  get iterations(): number {
    return this.#iterations;
  }

  /** Whether the gradient fell under `tol` within maxIter. */
  get converged(): boolean {
    return this.#converged;
  }

  /**
   * @param x row-major rows x columns, finite.
   * @param y class of each row, 0 or 1, both occurring.
   * @throws RangeError when the shapes do not fit, a value is not finite, or only one class occurs.
   */
  fit(x: Float64Array | Float32Array, rows: number, columns: number, y: Uint8Array): this {
    if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`columns must be a positive integer, not ${columns}`);
    if (x.length !== rows * columns) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * columns}`);
    const classWeights = classWeightsOf(this.classWeight, y, rows);
    const loss = new LinearLoss(x, rows, columns, y, { kind: 'log', classWeights, nThreads: this.nThreads });
    try {
      const strength = 1 / (this.C * loss.totalWeight);
      const { weights, iterations, converged } = minimiseLinearLoss(loss, {
        penalty: { l1: strength * this.l1Ratio, l2: strength * (1 - this.l1Ratio), l2OfIntercept: 0 },
        fitIntercept: this.fitIntercept, tol: this.tol, maxIter: this.maxIter, lossAtZero: Math.LN2,
      });
      this.#coefficients = weights.slice(0, columns);
      this.#intercept = this.fitIntercept ? (weights[columns] as number) : 0;
      this.#iterations = iterations;
      this.#converged = converged;
    } finally {
      loss.close();
    }
    return this;
  }

  /**
   * Probability of class 1 for each row.
   * @param x row-major rows x columns, as many columns as were fitted.
   * @throws RangeError when the shape is wrong; TypeError before `fit`.
   */
  predictProbability(x: Float64Array | Float32Array, rows: number): Float64Array {
    const { coefficients, intercept } = this;
    const columns = coefficients.length;
    if (x.length !== rows * columns) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * columns}`);
    const probabilities = new Float64Array(rows);
    for (let row = 0, place = 0; row < rows; row++) {
      let logOdds = intercept;
      for (let column = 0; column < columns; column++) logOdds += (coefficients[column] as number) * (x[place++] as number);
      probabilities[row] = logistic(logOdds);
    }
    return probabilities;
  }
}

function logistic(logOdds: number): number {
  if (logOdds >= 0) return 1 / (1 + Math.exp(-logOdds));
  const odds = Math.exp(logOdds);
  return odds / (1 + odds);
}
