import { SeededRandom } from '../random/seeded-random.ts';
import { transposed, withValues, type InteractionMatrix } from './interaction-matrix.ts';
import { allThreads, KernelArena } from './kernel-arena.ts';
import { denseTopLists, type TopLists } from './top-lists.ts';

export interface AlternatingLeastSquaresOptions {
  /** Length of a customer's and an item's vector; rounded up to a multiple of 4. */
  readonly factors?: number;
  /** Confidence in an interaction of value r is 1 + alpha r, and 1 where there is none. */
  readonly alpha?: number;
  readonly regularisation?: number;
  readonly iterations?: number;
  /** Steps of conjugate gradients in each half of an iteration. */
  readonly steps?: number;
  readonly seed?: number;
  readonly nThreads?: number;
}

/** Vectors of customers and items whose inner product says how well they fit. Row-major, `size` numbers each. */
export interface FactorModel {
  readonly size: number;
  readonly customers: Float32Array;
  readonly items: Float32Array;
}

const chunkRows = 256;
const gramRows = 2048;

/**
 * Matrix factorisation of implicit feedback by alternating least squares.
 *
 * Source: Y. Hu, Y. Koren, C. Volinsky, "Collaborative filtering for implicit feedback datasets" (2008); each half is solved by a few
 * steps of conjugate gradients from where it stood (Takács, Pilászy and Tikk 2011). The same seed gives the same factors with any number
 * of threads.
 */
export class AlternatingLeastSquares implements FactorModel {
  readonly size: number;
  readonly #options: Required<AlternatingLeastSquaresOptions>;
  #customers: Float32Array = new Float32Array();
  #items: Float32Array = new Float32Array();
  #gram: Float64Array = new Float64Array();

  /** @throws RangeError on a setting out of range */
  constructor({ factors = 32, alpha = 1, regularisation = 0.1, iterations = 15, steps = 3, seed = 0, nThreads = allThreads() }: AlternatingLeastSquaresOptions = {}) {
    for (const [name, value] of Object.entries({ factors, iterations, steps })) if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be a whole number of at least 1, not ${value}`);
    if (!(alpha > 0)) throw new RangeError(`alpha must be above 0, not ${alpha}`);
    if (!(regularisation > 0)) throw new RangeError(`regularisation must be above 0, not ${regularisation}`);
    this.size = Math.ceil(factors / 4) * 4;
    this.#options = { factors, alpha, regularisation, iterations, steps, seed, nThreads };
  }

  get customers(): Float32Array { return this.#customers; }

  get items(): Float32Array { return this.#items; }

  /** @param matrix customers x items, values above 0. @throws RangeError when it takes more than 4 GB */
  fit(matrix: InteractionMatrix): this {
    const { alpha, regularisation, iterations, steps, seed, nThreads } = this.#options;
    const { size } = this;
    const weighted = withValues(matrix, (value) => alpha * value);
    const sides = [weighted, transposed(weighted)];
    const arena = new KernelArena('factors', nThreads);
    const places = sides.map((side) => ({ side, offsets: arena.reserve(side.offsets.length), indices: arena.reserve(side.indices.length), weights: arena.reserve(side.values.length), factors: arena.reserve(side.rows * size) }));
    const [gramAt, scratch] = [arena.reserve(size * size), arena.reserve(nThreads * size * 3)];
    const gramChunks = Math.ceil(Math.max(matrix.rows, matrix.columns) / gramRows);
    const partials = arena.reserve(gramChunks * size * size);
    arena.open('the interactions and their factors');
    try {
      const random = new SeededRandom(seed);
      for (const { side, offsets, indices, weights, factors } of places) {
        arena.put(offsets, side.offsets);
        arena.put(indices, side.indices);
        arena.put(weights, side.values);
        arena.put(factors, new Float32Array(side.rows * size).map(() => random.uniform() * 0.01));
      }
      const gram = (rows: number, factors: number): Float64Array => {
        const chunks = Math.ceil(rows / gramRows);
        arena.run(1, [factors, rows, size, gramRows, partials], chunks);
        const sum = new Float64Array(size * size);
        const parts = arena.floats(partials, chunks * size * size);
        for (let place = 0; place < parts.length; place++) sum[place % sum.length]! += parts[place]!;
        for (let place = 0; place < size; place++) sum[place * size + place]! += regularisation;
        return sum;
      };
      for (let iteration = 0; iteration < iterations; iteration++) {
        for (const [own, other] of [[places[0]!, places[1]!], [places[1]!, places[0]!]] as const) {
          arena.put(gramAt, Float32Array.from(gram(other.side.rows, other.factors)));
          arena.run(0, [own.offsets, own.indices, own.weights, own.factors, other.factors, gramAt, own.side.rows, size, steps, chunkRows, scratch, size * 12], Math.ceil(own.side.rows / chunkRows));
        }
      }
      this.#gram = gram(matrix.columns, places[1]!.factors);
      this.#customers = arena.floats(places[0]!.factors, matrix.rows * size).slice();
      this.#items = arena.floats(places[1]!.factors, matrix.columns * size).slice();
      return this;
    } finally {
      arena.close();
    }
  }

  /**
   * The vector of a customer of these interactions, known or not: the exact solution of the customer's half of an iteration.
   * @param items numbers of items, @param values as given to `fit`
   */
  foldIn(items: readonly number[], values: readonly number[]): Float32Array {
    return foldIn({ size: this.size, items: this.#items, gram: this.#gram, alpha: this.#options.alpha }, items, values);
  }

  /** What `foldIn` of this model needs, to be kept. */
  get gram(): Float64Array { return this.#gram; }
}

/** What folding a customer in needs of a fitted model; `gram` has the regularisation on its diagonal. */
export interface FoldingModel {
  readonly size: number;
  readonly items: Float32Array;
  readonly gram: Float64Array;
  readonly alpha: number;
}

/** The customer's vector by Cholesky's factorisation of (gram + sum of w y y') x = sum of (1 + w) y. */
export function foldIn({ size, items: factors, gram, alpha }: FoldingModel, items: readonly number[], values: readonly number[]): Float32Array {
  const matrix = gram.slice();
  const x = new Float64Array(size);
  items.forEach((item, place) => {
    const y = factors.subarray(item * size, item * size + size);
    const weight = alpha * values[place]!;
    for (let row = 0; row < size; row++) {
      x[row]! += (1 + weight) * y[row]!;
      for (let column = 0; column <= row; column++) matrix[row * size + column]! += weight * y[row]! * y[column]!;
    }
  });
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column]!;
      for (let inner = 0; inner < column; inner++) sum -= matrix[row * size + inner]! * matrix[column * size + inner]!;
      matrix[row * size + column] = row === column ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[column * size + column]!;
    }
    let sum = x[row]!;
    for (let inner = 0; inner < row; inner++) sum -= matrix[row * size + inner]! * x[inner]!;
    x[row] = sum / matrix[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = x[row]!;
    for (let inner = row + 1; inner < size; inner++) sum -= matrix[inner * size + row]! * x[inner]!;
    x[row] = sum / matrix[row * size + row]!;
  }
  return Float32Array.from(x);
}

/**
 * The k items of largest inner product with each customer's vector, without what the customer has.
 * @throws RangeError as denseTopLists does
 */
export function recommendByFactors({ size, customers, items }: FactorModel, matrix: InteractionMatrix, { k, nThreads }: { readonly k: number; readonly nThreads?: number }): TopLists {
  return denseTopLists({ values: customers, rows: matrix.rows, columns: size }, { values: items, rows: matrix.columns, columns: size }, { k, exclude: matrix, nThreads });
}
