import { SeededRandom } from '../random/seeded-random.ts';
import { KMeansData } from './kmeans-data.ts';
import { greedySeeds, kmeansSeeds } from './kmeans-seeds.ts';
import { lloyd } from './lloyd.ts';
import { nearestCentres } from './nearest-centres.ts';

export interface KMeansOptions {
  readonly nClusters: number;
  /** `search`, unless given: the seeds of a start are searched for on samples. `k-means++`: they are drawn, which is enough where many fits are averaged. */
  readonly init?: 'search' | 'k-means++';
  /** Starts from different seeds; the one with the lowest inertia is kept, and one that falls too slowly to become it is given up. */
  readonly nInit?: number;
  readonly maxIter?: number;
  /** The centres' squared movement, relative to the mean variance of the columns, at which a start ends. */
  readonly tol?: number;
  readonly seed?: number;
  /** Worker threads for large matrices; changes the time, never the result. */
  readonly nThreads?: number;
  /** Rows on which the seeds of a start are searched for; 8,192 or 256 a cluster when not given. The search takes the calling thread. */
  readonly sampleSize?: number;
}

interface Start {
  readonly labels: Int32Array;
  readonly centres: Float32Array;
  readonly inertia: number;
  readonly inertias: readonly number[];
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * k-means by Lloyd's algorithm over every row, exact: a row is left out of a pass only when a bound proves that it keeps its label.
 * Conventions and stopping rule are scikit-learn's (`KMeans(algorithm='lloyd')`); the seeds of a start are the best of several
 * short descents on samples (see kmeans-seeds.ts). An empty cluster is given the row farthest from its centre. Distances are summed
 * in Float32, centres and inertia in Float64, in an order fixed by the rows alone, so the same input and seed give the same bytes
 * for any number of threads.
 *
 * Source: S. Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory 28 (1982).
 */
export class KMeans {
  readonly nClusters: number;
  readonly init: 'search' | 'k-means++';
  readonly nInit: number;
  readonly maxIter: number;
  readonly tol: number;
  readonly seed: number;
  readonly nThreads: number;
  readonly sampleSize: number;
  #best: Start | undefined;
  #columns = 0;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: KMeansOptions) {
    this.nClusters = positiveInteger('nClusters', options.nClusters);
    this.init = options.init ?? 'search';
    this.nInit = positiveInteger('nInit', options.nInit ?? 3);
    this.maxIter = positiveInteger('maxIter', options.maxIter ?? 300);
    this.tol = options.tol ?? 1e-4;
    if (!(this.tol >= 0)) throw new RangeError(`tol must not be negative, but is ${this.tol}`);
    this.seed = options.seed ?? 0;
    this.nThreads = positiveInteger('nThreads', options.nThreads ?? 2);
    this.sampleSize = positiveInteger('sampleSize', options.sampleSize ?? Math.max(8192, 256 * this.nClusters));
    if (this.sampleSize < this.nClusters) throw new RangeError(`sampleSize must be at least nClusters = ${this.nClusters}, not ${this.sampleSize}`);
  }

  /**
   * Finds the clusters of a matrix, or of data laid out before (`KMeansData.from`) that several fits share.
   *
   * @param matrix row-major rows x columns, finite values in comparable units (standardise first).
   * @throws RangeError when the shape is wrong, a value is not finite, or there are fewer rows than clusters.
   */
  async fit(matrix: Float32Array, rows: number, columns: number): Promise<this>;
  async fit(data: KMeansData): Promise<this>;
  async fit(matrixOrData: Float32Array | KMeansData, rows = 0, columns = 0): Promise<this> {
    if (matrixOrData instanceof KMeansData) {
      await matrixOrData.exclusively(() => this.#fit(matrixOrData));
      return this;
    }
    const data = await KMeansData.from(matrixOrData, rows, columns, { nThreads: this.nThreads });
    try {
      await this.#fit(data);
    } finally {
      await data.close();
    }
    return this;
  }

  /** Cluster of each row, 0 to nClusters - 1: its nearest centre, the lowest on a tie. */
  get labels(): Int32Array {
    return this.#fitted.labels;
  }

  /** Centres, row-major nClusters x columns, in the units of the matrix. */
  get clusterCenters(): Float32Array {
    return this.#fitted.centres;
  }

  /** Sum of squared distances of the rows to their centres. */
  get inertia(): number {
    return this.#fitted.inertia;
  }

  /** Inertia at the beginning of each iteration of the start that was kept; never rises (to the rounding of Float32). */
  get inertias(): readonly number[] {
    return this.#fitted.inertias;
  }

  /** Iterations of the start that was kept. */
  get iterations(): number {
    return this.#fitted.iterations;
  }

  /** Whether that start ended before maxIter, by labels that stayed or by `tol`. */
  get converged(): boolean {
    return this.#fitted.converged;
  }

  /**
   * The nearest centre of each row, by the same kernel as `fit`.
   * @param matrix row-major rows x columns, as many columns as were fitted.
   * @throws RangeError when the shape is wrong or a value is not finite.
   */
  predict(matrix: Float32Array, rows: number): Int32Array {
    const { centres } = this.#fitted;
    const columns = this.#columns;
    if (matrix.length !== rows * columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * columns}`);
    if (!matrix.every(Number.isFinite)) throw new RangeError('matrix has a value that is not finite');
    return nearestCentres(matrix, columns, centres);
  }

  get #fitted(): Start {
    if (this.#best === undefined) throw new TypeError('KMeans is not fitted yet: await fit() first');
    return this.#best;
  }

  async #fit(data: KMeansData): Promise<void> {
    if (data.rows < this.nClusters) throw new RangeError(`${data.rows} rows cannot make nClusters = ${this.nClusters} clusters`);
    const random = new SeededRandom(this.seed);
    let best: Start | undefined;
    for (let init = 0; init < this.nInit; init++) {
      const seeds = this.init === 'search' ? await kmeansSeeds(data, this.nClusters, this.sampleSize, random) : greedySeeds(data, this.nClusters, random);
      const start = await this.#start(data, seeds, best?.inertia ?? Number.POSITIVE_INFINITY);
      if (start !== undefined) best = start;
    }
    this.#best = best;
    this.#columns = data.columns;
  }

  /** One start; nothing when it ends no better than `toBeat`, so that its labels need no copy. */
  async #start(data: KMeansData, seeds: Float32Array, toBeat: number): Promise<Start | undefined> {
    const descent = await lloyd(data, seeds, { maxIter: this.maxIter, tolerance: this.tol * data.meanVariance, toBeat });
    if (descent === undefined) return undefined;
    const { centres, inertias, converged } = descent;
    const { inertia } = await data.assign(centres, true);
    if (inertia >= toBeat) return undefined;
    return { labels: data.labels.slice(), centres, inertia, inertias, iterations: inertias.length, converged };
  }
}

function positiveInteger(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be a positive integer, not ${value}`);
  return value;
}
