import LibSvm from 'libsvm-js/asm.js';
import { classWeightsOf } from './class-weights.ts';

export interface SVCOptions {
  /** Cost of a row within the margin or on the wrong side of it. */
  readonly C?: number;
  /** Of the kernel exp(-gamma * squared distance): a number, or `scale`, 1 / (columns * variance of x), or `auto`, 1 / columns. */
  readonly gamma?: number | 'scale' | 'auto';
  /** Largest violation of the optimality conditions that is left. */
  readonly tol?: number;
  /** Weight of the rows of class 0 and class 1, or `balanced`: inversely to how often each class occurs. */
  readonly classWeight?: 'balanced' | readonly [number, number];
  /** Memory for rows of the kernel matrix, in megabytes. */
  readonly cacheSize?: number;
}

interface Machine {
  readonly gamma: number;
  readonly columns: number;
  /** Rows of the support vectors in what was fitted. */
  readonly support: Uint32Array;
  /** Row-major support vectors x columns. */
  readonly vectors: Float64Array;
  /** By support vector: its multiplier, negative where it is of class 0. */
  readonly dual: Float64Array;
  readonly intercept: number;
}

/** Multipliers this near to their bound are at it. */
const atBound = 1e-8;

/**
 * Support vector machine of two classes with the Gaussian kernel, solved by libsvm (sequential minimal optimisation); its decisions agree
 * with scikit-learn's `SVC`, whose names and defaults are used. Time and memory grow with the square of the rows and more: for some
 * thousands of them, in a worker thread where others wait; `LinearSVC`, `NeuralNetwork` and `GradientBoostingClassifier` are for
 * millions. Decisions are no probabilities. Standardise the columns first.
 *
 * Source: C.-C. Chang, C.-J. Lin, "LIBSVM: a library for support vector machines", ACM Transactions on Intelligent Systems and
 * Technology 2 (2011).
 */
export class SVC {
  readonly C: number;
  readonly gamma: number | 'scale' | 'auto';
  readonly tol: number;
  readonly classWeight: 'balanced' | readonly [number, number];
  readonly cacheSize: number;
  #machine: Machine | undefined;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: SVCOptions = {}) {
    this.C = positive('C', options.C ?? 1);
    this.gamma = options.gamma ?? 'scale';
    if (typeof this.gamma === 'number') positive('gamma', this.gamma);
    this.tol = positive('tol', options.tol ?? 1e-3);
    this.cacheSize = positive('cacheSize', options.cacheSize ?? 100);
    this.classWeight = options.classWeight ?? [1, 1];
    if (this.classWeight !== 'balanced' && !this.classWeight.every((weight) => weight > 0)) throw new RangeError('classWeight must be positive');
  }

  /** Rows of the support vectors in the matrix that was fitted, those of one class before those of the other. */
  get support(): Uint32Array {
    return this.#fitted.support;
  }

  /** Multiplier of each support vector, negative for class 0. */
  get dualCoefficients(): Float64Array {
    return this.#fitted.dual;
  }

  get intercept(): number {
    return this.#fitted.intercept;
  }

  /**
   * @param x row-major rows x columns, finite.
   * @param y class of each row, 0 or 1, both occurring.
   * @throws RangeError when the shapes do not fit, a value is not finite, or only one class occurs.
   */
  fit(x: Float64Array | Float32Array, rows: number, columns: number, y: Uint8Array): this {
    if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`columns must be a positive integer, not ${columns}`);
    if (x.length !== rows * columns) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * columns}`);
    if (!x.every(Number.isFinite)) throw new RangeError('x has a value that is not finite');
    const weights = classWeightsOf(this.classWeight, y, rows);
    const gamma = this.#gammaOf(x, columns);
    const samples = Array.from({ length: rows }, (_, row) => Float64Array.from(x.subarray(row * columns, (row + 1) * columns)));
    const machine = new LibSvm({ type: LibSvm.SVM_TYPES.C_SVC, kernel: LibSvm.KERNEL_TYPES.RBF, gamma, cost: this.C, tolerance: this.tol, cacheSize: this.cacheSize, quiet: true, weight: { 0: weights[0], 1: weights[1] } });
    try {
      machine.train(samples, [...y]);
      const support = Uint32Array.from(machine.getSVIndices());
      // The text of a model has all digits of the multipliers, but few of the vectors and the intercept: those are taken from x and computed.
      const [head, body] = machine.serializeModel().split('\nSV\n') as [string, string];
      const sign = /^label 1 /m.test(head) ? 1 : -1;
      const dual = Float64Array.from(body.trimEnd().split('\n'), (line) => sign * Number.parseFloat(line));
      const vectors = new Float64Array(support.length * columns);
      support.forEach((row, place) => vectors.set(samples[row]!, place * columns));
      const rough = -sign * Number(/^rho (\S+)/m.exec(head)![1]);
      const found = { gamma, columns, support, vectors, dual };
      this.#machine = { ...found, intercept: this.#interceptOf(found, y, weights, rough) };
    } finally {
      machine.free();
    }
    return this;
  }

  /**
   * Signed decision of each row: positive is class 1, and 1 and -1 are the margins.
   * @param x row-major rows x columns, as many columns as were fitted.
   * @throws RangeError when the shape is wrong; TypeError before `fit`.
   */
  decisionFunction(x: Float64Array | Float32Array, rows: number): Float64Array {
    const { columns, intercept } = this.#fitted;
    if (x.length !== rows * columns) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * columns}`);
    return sumsOf(this.#fitted, x, rows).map((sum) => sum + intercept);
  }

  /** Class of each row, 0 or 1: 1 where the decision is positive. Throws as `decisionFunction` does. */
  predict(x: Float64Array | Float32Array, rows: number): Uint8Array {
    return Uint8Array.from(this.decisionFunction(x, rows), (decision) => Number(decision > 0));
  }

  get #fitted(): Machine {
    if (this.#machine === undefined) throw new TypeError('SVC is not fitted yet: call fit() first');
    return this.#machine;
  }

  #gammaOf(x: Float64Array | Float32Array, columns: number): number {
    if (typeof this.gamma === 'number') return this.gamma;
    if (this.gamma === 'auto') return 1 / columns;
    let [sum, squares] = [0, 0];
    for (const value of x) sum += value;
    const mean = sum / x.length;
    for (const value of x) squares += (value - mean) ** 2;
    return squares === 0 ? 1 : x.length / (columns * squares);
  }

  /** Support vectors off their bounds lie on the margin, so each of them tells the intercept; libsvm takes their mean, too. */
  #interceptOf(machine: Omit<Machine, 'intercept'>, y: Uint8Array, weights: readonly [number, number], rough: number): number {
    const { support, dual, vectors, columns } = machine;
    const free = Array.from(support.keys()).filter((place) => Math.abs(dual[place]!) < this.C * weights[y[support[place]!] as 0 | 1] * (1 - atBound));
    if (free.length === 0) return rough;
    const rows = new Float64Array(free.length * columns);
    free.forEach((place, to) => rows.set(vectors.subarray(place * columns, (place + 1) * columns), to * columns));
    const sums = sumsOf(machine, rows, free.length);
    return free.reduce((total, place, to) => total + (y[support[place]!] === 1 ? 1 : -1) - sums[to]!, 0) / free.length;
  }
}

/** By row, the kernels with the support vectors, weighed by their multipliers. */
function sumsOf({ gamma, columns, vectors, dual }: Omit<Machine, 'intercept'>, x: Float64Array | Float32Array, rows: number): Float64Array {
  const sums = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let vector = 0, place = 0; vector < dual.length; vector++) {
      let square = 0;
      for (let at = row * columns, end = at + columns; at < end; at++) {
        const difference = x[at]! - vectors[place++]!;
        square += difference * difference;
      }
      sum += dual[vector]! * Math.exp(-gamma * square);
    }
    sums[row] = sum;
  }
  return sums;
}

function positive(name: string, value: number): number {
  if (!(value > 0 && Number.isFinite(value))) throw new RangeError(`${name} must be positive, not ${value}`);
  return value;
}
