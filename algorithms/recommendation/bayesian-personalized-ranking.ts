import { SeededRandom } from '../random/seeded-random.ts';
import type { FactorModel } from './alternating-least-squares.ts';
import { drawTriples } from './draw-triples.ts';
import type { InteractionMatrix } from './interaction-matrix.ts';
import { KernelArena } from './kernel-arena.ts';

export interface BayesianPersonalizedRankingOptions {
  /** Length of a vector, an item's bias among it; rounded up to a multiple of 4. */
  readonly factors?: number;
  readonly learningRate?: number;
  readonly regularisation?: number;
  /** Passes over as many triples as there are interactions. */
  readonly iterations?: number;
  readonly seed?: number;
}

/**
 * Matrix factorisation that puts what a customer has before what the customer has not: stochastic gradient ascent on the log odds of
 * the right order, one triple (customer, item had, item not had) after the other, so that the same seed gives the same factors.
 *
 * Source: S. Rendle, C. Freudenthaler, Z. Gantner, L. Schmidt-Thieme, "BPR: Bayesian personalized ranking from implicit feedback" (2009).
 */
export class BayesianPersonalizedRanking implements FactorModel {
  readonly size: number;
  readonly #options: Required<BayesianPersonalizedRankingOptions>;
  #customers: Float32Array = new Float32Array();
  #items: Float32Array = new Float32Array();

  /** @throws RangeError on a setting out of range */
  constructor({ factors = 32, learningRate = 0.01, regularisation = 0.01, iterations = 50, seed = 0 }: BayesianPersonalizedRankingOptions = {}) {
    for (const [name, value] of Object.entries({ factors, iterations })) if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be a whole number of at least 1, not ${value}`);
    if (!(learningRate > 0)) throw new RangeError(`learningRate must be above 0, not ${learningRate}`);
    if (!(regularisation >= 0)) throw new RangeError(`regularisation must not be below 0, not ${regularisation}`);
    this.size = Math.ceil(factors / 4) * 4;
    this.#options = { factors, learningRate, regularisation, iterations, seed };
  }

  get customers(): Float32Array { return this.#customers; }

  get items(): Float32Array { return this.#items; }

  /** @param matrix customers x items; values count for nothing. @throws RangeError when it takes more than 4 GB */
  fit(matrix: InteractionMatrix): this {
    const { learningRate, regularisation, iterations, seed } = this.#options;
    const { size } = this;
    const arena = new KernelArena('factors', 1);
    const triples = arena.reserve(matrix.indices.length * 3);
    const [customers, items] = [arena.reserve(matrix.rows * size), arena.reserve(matrix.columns * size)];
    arena.open('the triples and factors');
    try {
      const random = new SeededRandom(seed);
      const start = (rows: number, last: number): Float32Array => new Float32Array(rows * size).map((_, place) => (place % size === size - 1 ? last : (random.uniform() - 0.5) / size));
      arena.put(customers, start(matrix.rows, 1));
      arena.put(items, start(matrix.columns, 0));
      for (let iteration = 0; iteration < iterations; iteration++) {
        const count = drawTriples(matrix, random, arena.words(triples, matrix.indices.length * 3));
        arena.run(3, [triples, count, customers, items, size, learningRate, regularisation]);
      }
      this.#customers = arena.floats(customers, matrix.rows * size).slice();
      this.#items = arena.floats(items, matrix.columns * size).slice();
      return this;
    } finally {
      arena.close();
    }
  }
}
