import { SeededRandom } from '../random/seeded-random.ts';
import type { FactorModel } from './alternating-least-squares.ts';
import { drawTriples } from './draw-triples.ts';
import { interactionMatrix, withValues, type InteractionMatrix } from './interaction-matrix.ts';
import { allThreads, KernelArena } from './kernel-arena.ts';

export interface LightGCNOptions {
  /** Length of a vector; rounded up to a multiple of 4. */
  readonly factors?: number;
  /** Times that vectors are passed on along the edges. */
  readonly layers?: number;
  readonly learningRate?: number;
  /** Of all vectors, at each step of Adam. */
  readonly regularisation?: number;
  /** Passes over as many triples as there are interactions. */
  readonly epochs?: number;
  /** Triples of a step. */
  readonly batch?: number;
  readonly seed?: number;
  readonly nThreads?: number;
}

/** Who follows whom among customers, by number; both ways count. */
export interface FollowEdges {
  readonly from: ArrayLike<number>;
  readonly to: ArrayLike<number>;
}

const chunkRows = 512;
const adamChunk = 16_384;

/**
 * Graph convolution over who has what, and who follows whom: each vector is the mean over the layers of what the edges pass on,
 * divided by the roots of both ends' numbers of edges; the first layer is learnt by BPR with Adam. The same seed gives the same vectors
 * with any number of threads.
 *
 * Source: X. He, K. Deng, X. Wang, Y. Li, Y. Zhang, M. Wang, "LightGCN: simplifying and powering graph convolution network for
 * recommendation" (2020). Follow edges join the same graph, as in diffusion over social networks (Wu et al. 2019).
 */
export class LightGCN implements FactorModel {
  readonly size: number;
  readonly #options: Required<LightGCNOptions>;
  #customers: Float32Array = new Float32Array();
  #items: Float32Array = new Float32Array();

  /** @throws RangeError on a setting out of range */
  constructor({ factors = 32, layers = 2, learningRate = 0.005, regularisation = 1e-5, epochs = 30, batch = 4096, seed = 0, nThreads = allThreads() }: LightGCNOptions = {}) {
    for (const [name, value] of Object.entries({ factors, layers, epochs, batch })) if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be a whole number of at least 1, not ${value}`);
    if (!(learningRate > 0)) throw new RangeError(`learningRate must be above 0, not ${learningRate}`);
    if (!(regularisation >= 0)) throw new RangeError(`regularisation must not be below 0, not ${regularisation}`);
    this.size = Math.ceil(factors / 4) * 4;
    this.#options = { factors, layers, learningRate, regularisation, epochs, batch, seed, nThreads };
  }

  get customers(): Float32Array { return this.#customers; }

  get items(): Float32Array { return this.#items; }

  /** @param matrix customers x items; values count for nothing. @throws RangeError when it takes more than 4 GB */
  fit(matrix: InteractionMatrix, follows?: FollowEdges): this {
    const { layers, learningRate, regularisation, epochs, batch, seed, nThreads } = this.#options;
    const { size } = this;
    const graph = normalisedGraph(matrix, follows);
    const length = graph.rows * size;
    const arena = new KernelArena('factors', nThreads);
    const [offsets, indices, weights] = [arena.reserve(graph.offsets.length), arena.reserve(graph.indices.length), arena.reserve(graph.values.length)];
    const [first, mean, slopes, means, squares, here, there] = Array.from({ length: 7 }, () => arena.reserve(length)) as [number, number, number, number, number, number, number];
    const triples = arena.reserve(matrix.indices.length * 3);
    arena.open('the graph and its vectors');
    try {
      arena.put(offsets, graph.offsets);
      arena.put(indices, graph.indices);
      arena.put(weights, graph.values);
      const random = new SeededRandom(seed);
      arena.put(first, new Float32Array(length).map(() => random.normal() * 0.1));

      /** `target` becomes the mean of what `source` is after 0, 1, …, layers steps along the edges. The matrix is symmetric, so this is its own transpose. */
      const spread = (source: number, target: number): void => {
        const sum = arena.floats(target, length);
        sum.set(arena.floats(source, length));
        let [from, to] = [source, here];
        for (let layer = 0; layer < layers; layer++) {
          arena.run(2, [offsets, indices, weights, from, to, graph.rows, size, chunkRows], Math.ceil(graph.rows / chunkRows));
          const passed = arena.floats(to, length);
          for (let place = 0; place < length; place++) sum[place]! += passed[place]!;
          [from, to] = [to, to === here ? there : here];
        }
        for (let place = 0; place < length; place++) sum[place]! /= layers + 1;
      };

      let step = 0;
      for (let epoch = 0; epoch < epochs; epoch++) {
        const count = drawTriples(matrix, random, arena.words(triples, matrix.indices.length * 3), matrix.rows);
        for (let begin = 0; begin < count; begin += batch) {
          step++;
          spread(first, mean);
          // The mean is used up once its gradient is known.
          arena.floats(slopes, length).fill(0);
          arena.run(4, [triples + begin * 12, Math.min(batch, count - begin), mean, slopes, size]);
          spread(slopes, mean);
          arena.run(5, [first, mean, means, squares, length, adamChunk, learningRate, regularisation, 1 / (1 - 0.9 ** step), 1 / (1 - 0.999 ** step)], Math.ceil(length / adamChunk));
        }
      }
      spread(first, mean);
      const vectors = arena.floats(mean, length);
      this.#customers = vectors.slice(0, matrix.rows * size);
      this.#items = vectors.slice(matrix.rows * size);
      return this;
    } finally {
      arena.close();
    }
  }
}

/** The symmetric adjacency matrix of customers, then items, each entry divided by the roots of both ends' degrees. */
function normalisedGraph(matrix: InteractionMatrix, follows: FollowEdges | undefined): InteractionMatrix {
  const nodes = matrix.rows + matrix.columns;
  const row: number[] = [];
  const column: number[] = [];
  const join = (a: number, b: number): void => {
    row.push(a, b);
    column.push(b, a);
  };
  for (let customer = 0; customer < matrix.rows; customer++) {
    for (let place = matrix.offsets[customer]!; place < matrix.offsets[customer + 1]!; place++) join(customer, matrix.rows + matrix.indices[place]!);
  }
  for (let edge = 0; edge < (follows?.from.length ?? 0); edge++) {
    const [from, to] = [follows!.from[edge]!, follows!.to[edge]!];
    if (!(from >= 0 && from < matrix.rows && to >= 0 && to < matrix.rows)) throw new RangeError(`customer ${from} or ${to} of a follow edge is not one of ${matrix.rows}`);
    if (from !== to) join(from, to);
  }
  const graph = interactionMatrix({ rows: nodes, columns: nodes, row, column });
  const degree = (node: number): number => graph.offsets[node + 1]! - graph.offsets[node]!;
  return withValues(graph, (_value, from, to) => 1 / Math.sqrt(degree(from) * degree(to)));
}
