import { SeededRandom } from '../random/seeded-random.ts';
import type { LinkageMethod } from './find-unions.ts';
import { findUnionsApart } from './find-unions-apart.ts';
import { KMeansData } from './kmeans-data.ts';
import { cutTree, linkageOf } from './linkage.ts';
import type { Linkage } from './linkage.ts';
import { lloyd } from './lloyd.ts';

export interface AgglomerativeClusteringOptions {
  readonly nClusters: number;
  readonly linkage?: LinkageMethod;
  /** More rows than these are first gathered in micro-clusters. */
  readonly maxRows?: number;
  readonly microClusters?: number;
  /** Draws the rows that micro-clusters start from; of no effect up to maxRows. */
  readonly seed?: number;
  /** Worker threads that gather micro-clusters; changes the time, never the result. */
  readonly nThreads?: number;
}

interface Fitted {
  readonly linkage: Linkage;
  /** Micro-cluster of each row; absent where each row is an observation of the dendrogram itself. */
  readonly micro: Int32Array | undefined;
}

/** k-means iterations over all rows that settle the micro-clusters. */
const microIterations = 5;

/**
 * Hierarchical clustering from single rows upwards. Up to `maxRows` exact: Ward's method and single linkage in memory of the order of
 * the matrix, average and complete linkage with a matrix of all distances (8 bytes a pair: 1.6 GB for 20,000 rows). Beyond, the
 * dendrogram is of `microClusters` micro-clusters, k-means clusters of all rows that weigh as many rows as they have; for single and
 * complete linkage distances are then those of the micro-clusters' means. Conventions of scikit-learn's `AgglomerativeClustering`,
 * heights of scipy's `linkage`.
 */
export class AgglomerativeClustering {
  readonly nClusters: number;
  readonly linkage: LinkageMethod;
  readonly maxRows: number;
  readonly microClusters: number;
  readonly seed: number;
  readonly nThreads: number;
  #fittedTo: Fitted | undefined;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: AgglomerativeClusteringOptions) {
    this.nClusters = positiveInteger('nClusters', options.nClusters);
    this.linkage = options.linkage ?? 'ward';
    if (!['ward', 'average', 'complete', 'single'].includes(this.linkage)) throw new RangeError(`linkage must be ward, average, complete or single, not ${this.linkage}`);
    this.maxRows = positiveInteger('maxRows', options.maxRows ?? 20_000);
    this.microClusters = positiveInteger('microClusters', options.microClusters ?? Math.min(1000, this.maxRows));
    if (this.microClusters > this.maxRows) throw new RangeError(`microClusters must be at most maxRows = ${this.maxRows}, not ${this.microClusters}`);
    if (this.microClusters < this.nClusters) throw new RangeError(`microClusters must be at least nClusters = ${this.nClusters}, not ${this.microClusters}`);
    this.seed = options.seed ?? 0;
    this.nThreads = positiveInteger('nThreads', options.nThreads ?? 2);
  }

  /**
   * @param matrix row-major rows x columns, finite values in comparable units (standardise first).
   * @throws RangeError when the shape is wrong, a value is not finite, or there are fewer rows than clusters.
   */
  async fit(matrix: Float32Array | Float64Array, rows: number, columns: number): Promise<this> {
    if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`columns must be a positive integer, not ${columns}`);
    if (matrix.length !== rows * columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * columns}`);
    if (!matrix.every(Number.isFinite)) throw new RangeError('matrix has a value that is not finite');
    if (rows < this.nClusters) throw new RangeError(`${rows} rows cannot make nClusters = ${this.nClusters} clusters`);
    this.#fittedTo = rows <= this.maxRows ? { linkage: await this.#link(matrix, rows, columns), micro: undefined } : await this.#gather(matrix, rows, columns);
    return this;
  }

  /** Cluster of each row, 0 to nClusters - 1, in the order of each cluster's first row. */
  get labels(): Int32Array {
    return this.labelsFor(this.nClusters);
  }

  /** The dendrogram, of rows or of micro-clusters. */
  get dendrogram(): Linkage {
    return this.#fitted.linkage;
  }

  /** Micro-cluster of each row, which is its observation in the dendrogram; `undefined` where that is the row itself. */
  get microLabels(): Int32Array | undefined {
    return this.#fitted.micro;
  }

  /**
   * The labels that another number of clusters would have given; the dendrogram is only cut elsewhere.
   * @throws RangeError unless the dendrogram has that many observations.
   */
  labelsFor(nClusters: number): Int32Array {
    const { linkage, micro } = this.#fitted;
    const cut = cutTree(linkage, nClusters);
    if (micro === undefined) return cut;
    const names = new Map<number, number>();
    return micro.map((observation) => {
      const cluster = cut[observation]!;
      if (!names.has(cluster)) names.set(cluster, names.size);
      return names.get(cluster)!;
    });
  }

  get #fitted(): Fitted {
    if (this.#fittedTo === undefined) throw new TypeError('AgglomerativeClustering is not fitted yet: await fit() first');
    return this.#fittedTo;
  }

  async #link(matrix: Float32Array | Float64Array, rows: number, columns: number, weights?: Float64Array): Promise<Linkage> {
    return linkageOf(await findUnionsApart({ method: this.linkage, matrix, rows, columns, weights }), weights);
  }

  /** Ward's clusters of a sample, moved by k-means to the means of all their rows, become the observations. */
  async #gather(matrix: Float32Array | Float64Array, rows: number, columns: number): Promise<Fitted> {
    const chosen = new SeededRandom(this.seed).sample(rows, this.maxRows);
    const sample = new Float64Array(this.maxRows * columns);
    chosen.forEach((row, place) => sample.set(matrix.subarray(row * columns, (row + 1) * columns), place * columns));
    const unions = await findUnionsApart({ method: 'ward', matrix: sample, rows: this.maxRows, columns });
    const seeds = meansByLabel(sample, columns, cutTree(linkageOf(unions), this.microClusters), this.microClusters);
    const data = await KMeansData.from(matrix instanceof Float32Array ? matrix : Float32Array.from(matrix), rows, columns, { nThreads: this.nThreads });
    try {
      const { centres } = (await lloyd(data, seeds, { maxIter: microIterations, tolerance: 0 }))!;
      const { counts } = await data.assign(centres);
      // A micro-cluster without rows would weigh nothing and still be a cluster of its own in the cut.
      const filled = Array.from(counts.keys()).filter((cluster) => counts[cluster]! > 0);
      const place = new Int32Array(counts.length);
      filled.forEach((cluster, observation) => { place[cluster] = observation; });
      const means = Float32Array.from(filled.flatMap((cluster) => Array.from(centres.subarray(cluster * columns, (cluster + 1) * columns))));
      const weights = Float64Array.from(filled, (cluster) => counts[cluster]!);
      if (filled.length < this.nClusters) throw new RangeError(`the rows gather in ${filled.length} micro-clusters, fewer than nClusters = ${this.nClusters}`);
      return { linkage: await this.#link(means, filled.length, columns, weights), micro: data.labels.map((label) => place[label]!) };
    } finally {
      await data.close();
    }
  }
}

function meansByLabel(matrix: Float64Array, columns: number, labels: Int32Array, clusters: number): Float32Array {
  const sums = new Float64Array(clusters * columns);
  const counts = new Float64Array(clusters);
  labels.forEach((label, row) => {
    counts[label] = counts[label]! + 1;
    for (let column = 0; column < columns; column++) sums[label * columns + column] = sums[label * columns + column]! + matrix[row * columns + column]!;
  });
  return Float32Array.from(sums, (sum, place) => sum / counts[Math.floor(place / columns)]!);
}

function positiveInteger(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be a positive integer, not ${value}`);
  return value;
}
