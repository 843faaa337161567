import { solvePositiveDefinite } from './solve-positive-definite.ts';

export interface LogisticRegressionOptions {
  /** Inverse of the strength of the L2 penalty. */
  readonly C?: number;
  readonly maxIter?: number;
  /** Largest component of the gradient of the mean loss at which fitting ends. */
  readonly tol?: number;
  readonly fitIntercept?: boolean;
  /** Weight of the rows of class 0 and class 1, or `balanced`: inversely to how often each class occurs. */
  readonly classWeight?: 'balanced' | readonly [number, number];
}

/** Rows looked at together; they fit the nearest cache at the usual numbers of columns. */
const blockRows = 256;

/**
 * Logistic regression of two classes with an L2 penalty, by Newton's method with Cholesky factors and a line search. Minimises
 * C * sum of weighted log losses + |coefficients|^2 / 2, the intercept not penalised: scikit-learn's objective, so the
 * coefficients agree with its. Standardise the columns first, or the penalty weighs them by their units.
 *
 * Source: T. Hastie, R. Tibshirani, J. Friedman, "The Elements of Statistical Learning", 2nd edition, section 4.4.1.
 */
export class LogisticRegression {
  readonly C: number;
  readonly maxIter: number;
  readonly tol: number;
  readonly fitIntercept: boolean;
  readonly classWeight: 'balanced' | readonly [number, number];
  #coefficients: Float64Array | undefined;
  #intercept = 0;
  #iterations = 0;
  #converged = false;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: LogisticRegressionOptions = {}) {
    this.C = options.C ?? 1;
    this.maxIter = options.maxIter ?? 100;
    this.tol = options.tol ?? 1e-6;
    this.fitIntercept = options.fitIntercept ?? true;
    this.classWeight = options.classWeight ?? [1, 1];
    if (!(this.C > 0 && Number.isFinite(this.C))) throw new RangeError(`C must be positive, not ${this.C}`);
    if (!Number.isInteger(this.maxIter) || this.maxIter < 1) throw new RangeError(`maxIter must be a positive integer, not ${this.maxIter}`);
    if (!(this.tol > 0)) throw new RangeError(`tol must be positive, not ${this.tol}`);
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

  /** Newton steps taken. */
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
    const objective = new Objective(x, rows, columns, y, this.#weightsOf(y, rows), this.C, this.fitIntercept);

    let weights = new Float64Array(columns + 1);
    let here = objective.at(weights);
    this.#iterations = 0;
    while (!(this.#converged = largest(here.gradient) <= this.tol) && this.#iterations < this.maxIter) {
      this.#iterations++;
      const step = solvePositiveDefinite(here.hessian, here.gradient);
      let slope = 0;
      for (let index = 0; index < step.length; index++) slope += (step[index] as number) * (here.gradient[index] as number);
      let length = 1;
      let next = objective.at(moved(weights, step, length));
      // Armijo's rule; the bound by rounding lets the last steps through, whose gain is below what a sum of losses can show.
      while (next.value > here.value - 1e-4 * length * slope + 1e-14 * Math.abs(here.value) && length > 1e-10) {
        length /= 2;
        next = objective.at(moved(weights, step, length));
      }
      if (length <= 1e-10) break;
      weights = moved(weights, step, length);
      here = next;
    }
    this.#coefficients = weights.slice(0, columns);
    this.#intercept = this.fitIntercept ? (weights[columns] as number) : 0;
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

  #weightsOf(y: Uint8Array, rows: number): readonly [number, number] {
    if (y.length !== rows) throw new RangeError(`y has ${y.length} values for ${rows} rows`);
    let positives = 0;
    for (const value of y) {
      if (value > 1) throw new RangeError(`y must be 0 or 1, not ${value}`);
      positives += value;
    }
    if (positives === 0 || positives === rows) throw new RangeError(`y has one class only: all ${rows} rows are ${positives === 0 ? 0 : 1}`);
    if (this.classWeight === 'balanced') return [rows / (2 * (rows - positives)), rows / (2 * positives)];
    return this.classWeight;
  }
}

interface Point {
  readonly value: number;
  /** By column, the intercept last. */
  readonly gradient: Float64Array;
  /** Row-major, symmetric. */
  readonly hessian: Float64Array;
}

/** The mean weighted loss with its penalty, which has the same minimum as the sum but a gradient whose size does not go with rows. */
class Objective {
  readonly #x: Float64Array | Float32Array;
  readonly #rows: number;
  readonly #columns: number;
  readonly #y: Uint8Array;
  readonly #classWeights: readonly [number, number];
  readonly #penalty: number;
  readonly #totalWeight: number;
  readonly #fitIntercept: boolean;
  /** A block of rows as Float64: one kind of array keeps the loops below compiled for it. */
  readonly #block: Float64Array;
  readonly #curvatures = new Float64Array(blockRows);

  constructor(
    x: Float64Array | Float32Array, rows: number, columns: number, y: Uint8Array,
    classWeights: readonly [number, number], C: number, fitIntercept: boolean,
  ) {
    this.#x = x;
    this.#rows = rows;
    this.#columns = columns;
    this.#y = y;
    this.#classWeights = classWeights;
    this.#fitIntercept = fitIntercept;
    this.#block = new Float64Array(blockRows * columns);
    let positives = 0;
    for (const value of y) positives += value;
    this.#totalWeight = positives * classWeights[1] + (rows - positives) * classWeights[0];
    this.#penalty = 1 / (C * this.#totalWeight);
  }

  at(weights: Float64Array): Point {
    const columns = this.#columns;
    const size = columns + 1;
    const block = this.#block;
    const curvatures = this.#curvatures;
    const gradient = new Float64Array(size);
    const hessian = new Float64Array(size * size);
    let loss = 0;

    for (let first = 0; first < this.#rows; first += blockRows) {
      const count = Math.min(blockRows, this.#rows - first);
      block.set(this.#x.subarray(first * columns, (first + count) * columns));
      for (let row = 0; row < count; row++) {
        const place = row * columns;
        let logOdds = this.#fitIntercept ? (weights[columns] as number) : 0;
        for (let column = 0; column < columns; column++) logOdds += (weights[column] as number) * (block[place + column] as number);
        const positive = this.#y[first + row] === 1;
        const weight = positive ? this.#classWeights[1] : this.#classWeights[0];
        const probability = logistic(logOdds);
        loss += weight * softplus(positive ? -logOdds : logOdds);
        const residual = weight * (positive ? probability - 1 : probability);
        for (let column = 0; column < columns; column++) {
          gradient[column] = (gradient[column] as number) + residual * (block[place + column] as number);
        }
        gradient[columns] = (gradient[columns] as number) + residual;
        curvatures[row] = weight * probability * (1 - probability);
      }
      addCurvature(hessian, block, curvatures, count, columns);
    }
    if (!Number.isFinite(loss)) throw new RangeError('x has a value that is not finite');

    const perWeight = 1 / this.#totalWeight;
    let squares = 0;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column <= row; column++) {
        const mean = (hessian[row * size + column] as number) * perWeight;
        hessian[row * size + column] = mean;
        hessian[column * size + row] = mean;
      }
      gradient[row] = (gradient[row] as number) * perWeight;
      if (row === columns) continue;
      const weight = weights[row] as number;
      squares += weight * weight;
      gradient[row] = (gradient[row] as number) + this.#penalty * weight;
      hessian[row * size + row] = (hessian[row * size + row] as number) + this.#penalty;
    }
    if (!this.#fitIntercept) {
      gradient[columns] = 0;
      hessian.fill(0, columns * size);
      for (let row = 0; row < columns; row++) hessian[row * size + columns] = 0;
      hessian[columns * size + columns] = 1;
    }
    return { value: loss * perWeight + (this.#penalty * squares) / 2, gradient, hessian };
  }
}

/** Adds the rows' outer products, weighted by their curvatures, to the lower triangle; the intercept is the last row of it. */
function addCurvature(hessian: Float64Array, block: Float64Array, curvatures: Float64Array, count: number, columns: number): void {
  const size = columns + 1;
  const last = columns * size;
  for (let row = 0; row < count; row++) {
    const place = row * columns;
    const curvature = curvatures[row] as number;
    for (let i = 0; i < columns; i++) {
      const scaled = curvature * (block[place + i] as number);
      const target = i * size;
      for (let j = 0; j <= i; j++) hessian[target + j] = (hessian[target + j] as number) + scaled * (block[place + j] as number);
      hessian[last + i] = (hessian[last + i] as number) + scaled;
    }
    hessian[last + columns] = (hessian[last + columns] as number) + curvature;
  }
}

function moved(from: Float64Array, step: Float64Array, length: number): Float64Array<ArrayBuffer> {
  return Float64Array.from(from, (value, index) => value - length * (step[index] as number));
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function logistic(logOdds: number): number {
  if (logOdds >= 0) return 1 / (1 + Math.exp(-logOdds));
  const odds = Math.exp(logOdds);
  return odds / (1 + odds);
}

/** log(1 + e^t) without overflow. */
function softplus(t: number): number {
  return t > 0 ? t + Math.log1p(Math.exp(-t)) : Math.log1p(Math.exp(t));
}
