import { SeededRandom } from '../random/seeded-random.ts';
import { KMeans } from './kmeans.ts';
import { nearestCentres } from './nearest-centres.ts';
import { takeRows } from './take-rows.ts';

export interface MiniBatchKMeansOptions {
  readonly nClusters: number;
  /** Rows of a batch. */
  readonly batchSize?: number;
  /** Most passes over the rows. */
  readonly maxIter?: number;
  /** Batches in a row after which fitting ends when the smoothed inertia has not fallen. */
  readonly maxNoImprovement?: number;
  /** Rows that the first centres are made from by k-means; 3 batches, or 30 a cluster when that is more. */
  readonly initSize?: number;
  /** Starts of k-means on those rows. */
  readonly nInit?: number;
  /** A centre with less than this share of the largest one's rows begins anew at a row of the batch. */
  readonly reassignmentRatio?: number;
  readonly seed?: number;
}

/**
 * k-means for more rows than one wants to pass over again and again: each centre moves to the running mean of the rows that came to it, batch by batch, rows
 * drawn with replacement. Less exact than `KMeans` (inertia some hundredths higher) and of use where rows are tens of millions or come one file at a time:
 * `partialFit` needs no more memory than its batch. Conventions of scikit-learn's `MiniBatchKMeans`; the same input and seed give the same bytes.
 *
 * Source: D. Sculley, "Web-scale k-means clustering", WWW 2010.
 */
export class MiniBatchKMeans {
  readonly nClusters: number;
  readonly batchSize: number;
  readonly maxIter: number;
  readonly maxNoImprovement: number;
  readonly initSize: number;
  readonly nInit: number;
  readonly reassignmentRatio: number;
  readonly seed: number;
  #random: SeededRandom;
  #centres: Float32Array | undefined;
  /** Rows that each centre is the mean of. */
  #counts = new Float64Array(0);
  #columns = 0;
  #labels: Int32Array | undefined;
  #inertia = Number.NaN;
  #iterations = 0;
  #converged = false;
  /** Rows since centres were last begun anew. */
  #sinceReassignment = 0;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: MiniBatchKMeansOptions) {
    this.nClusters = positiveInteger('nClusters', options.nClusters);
    this.batchSize = positiveInteger('batchSize', options.batchSize ?? 1024);
    this.maxIter = positiveInteger('maxIter', options.maxIter ?? 100);
    this.maxNoImprovement = positiveInteger('maxNoImprovement', options.maxNoImprovement ?? 10);
    this.initSize = positiveInteger('initSize', options.initSize ?? Math.max(3 * this.batchSize, 30 * this.nClusters));
    if (this.initSize < this.nClusters) throw new RangeError(`initSize must be at least nClusters = ${this.nClusters}, not ${this.initSize}`);
    this.nInit = positiveInteger('nInit', options.nInit ?? 3);
    this.reassignmentRatio = options.reassignmentRatio ?? 0.01;
    if (!(this.reassignmentRatio >= 0 && this.reassignmentRatio < 1)) throw new RangeError(`reassignmentRatio must be in [0, 1), not ${this.reassignmentRatio}`);
    this.seed = options.seed ?? 0;
    this.#random = new SeededRandom(this.seed);
  }

  /**
   * Finds the clusters of a matrix.
   * @param matrix row-major rows x columns, finite values in comparable units (standardise first).
   * @throws RangeError when the shape is wrong, a value is not finite, or there are fewer rows than clusters.
   */
  async fit(matrix: Float32Array, rows: number, columns: number): Promise<this> {
    this.#check(matrix, rows, columns);
    this.#random = new SeededRandom(this.seed);
    const sample = rows <= this.initSize ? matrix : takeRows(matrix, columns, this.#random.sample(rows, this.initSize));
    await this.#begin(sample, Math.min(rows, this.initSize), columns);
    const size = Math.min(this.batchSize, rows);
    const smoothing = Math.min(1, (2 * size) / (rows + 1));
    let smoothed = Number.NaN;
    let lowest = Number.POSITIVE_INFINITY;
    let without = 0;
    this.#converged = false;
    const batches = Math.ceil(rows / size) * this.maxIter;
    for (this.#iterations = 0; this.#iterations < batches && !this.#converged; this.#iterations++) {
      const batch = takeRows(matrix, columns, Uint32Array.from({ length: size }, () => this.#random.integer(rows)));
      const mean = this.#learn(batch, size) / size;
      smoothed = Number.isNaN(smoothed) ? mean : smoothed * (1 - smoothing) + mean * smoothing;
      without = smoothed < lowest ? 0 : without + 1;
      lowest = Math.min(lowest, smoothed);
      this.#converged = without >= this.maxNoImprovement;
    }
    this.#labels = nearestCentres(matrix, columns, this.clusterCenters);
    this.#inertia = inertiaOf(matrix, columns, this.#labels, this.clusterCenters);
    return this;
  }

  /**
   * Learns from one more batch of rows; the first one must have enough of them to begin from. Labels and inertia are of `fit` only.
   * @throws RangeError as `fit` does, and for other columns than before.
   */
  async partialFit(matrix: Float32Array, rows: number, columns: number): Promise<this> {
    this.#check(matrix, rows, columns);
    if (this.#centres === undefined) await this.#begin(matrix, rows, columns);
    if (columns !== this.#columns) throw new RangeError(`the rows before had ${this.#columns} columns, not ${columns}`);
    this.#learn(matrix, rows);
    this.#iterations++;
    this.#labels = undefined;
    return this;
  }

  /** Cluster of each row of `fit`, 0 to nClusters - 1: its nearest centre, the lowest on a tie. */
  get labels(): Int32Array {
    if (this.#labels === undefined) throw new TypeError('MiniBatchKMeans has no labels: they are of the rows of fit()');
    return this.#labels;
  }

  /** Centres, row-major nClusters x columns, in the units of the matrix. */
  get clusterCenters(): Float32Array {
    if (this.#centres === undefined) throw new TypeError('MiniBatchKMeans is not fitted yet: await fit() or partialFit() first');
    return this.#centres;
  }

  /** Sum of squared distances of the rows of `fit` to their centres. */
  get inertia(): number {
    return this.#inertia;
  }

  /** Batches learned from. */
  get iterations(): number {
    return this.#iterations;
  }

  /** Whether `fit` ended because the inertia fell no more, before maxIter. */
  get converged(): boolean {
    return this.#converged;
  }

  /**
   * The nearest centre of each row.
   * @param matrix row-major rows x columns, as many columns as were fitted.
   * @throws RangeError when the shape is wrong.
   */
  predict(matrix: Float32Array, rows: number): Int32Array {
    const centres = this.clusterCenters;
    if (matrix.length !== rows * this.#columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * this.#columns}`);
    return nearestCentres(matrix, this.#columns, centres);
  }

  #check(matrix: Float32Array, rows: number, columns: number): void {
    if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`columns must be a positive integer, not ${columns}`);
    if (matrix.length !== rows * columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * columns}`);
    if (!matrix.every(Number.isFinite)) throw new RangeError('matrix has a value that is not finite');
    if (this.#centres === undefined && rows < this.nClusters) throw new RangeError(`${rows} rows cannot make nClusters = ${this.nClusters} clusters`);
  }

  async #begin(sample: Float32Array, rows: number, columns: number): Promise<void> {
    const { clusterCenters } = await new KMeans({ nClusters: this.nClusters, init: 'k-means++', nInit: this.nInit, maxIter: 10, seed: this.seed, nThreads: 1 }).fit(sample, rows, columns);
    this.#centres = clusterCenters.slice();
    this.#counts = new Float64Array(this.nClusters);
    this.#columns = columns;
    this.#sinceReassignment = 0;
  }

  /** Moves the centres to the means of all rows that came to them so far; returns the batch's inertia before. */
  #learn(batch: Float32Array, rows: number): number {
    const [centres, columns] = [this.clusterCenters, this.#columns];
    const labels = nearestCentres(batch, columns, centres);
    const inertia = inertiaOf(batch, columns, labels, centres);
    this.#beginAnew(batch, rows);
    const sums = new Float64Array(centres.length);
    const came = new Float64Array(this.nClusters);
    labels.forEach((label, row) => {
      came[label]!++;
      for (let column = 0; column < columns; column++) sums[label * columns + column]! += batch[row * columns + column]!;
    });
    came.forEach((count, cluster) => {
      if (count === 0) return;
      const before = this.#counts[cluster]!;
      for (let at = cluster * columns; at < (cluster + 1) * columns; at++) centres[at] = (centres[at]! * before + sums[at]!) / (before + count);
      this.#counts[cluster] = before + count;
    });
    return inertia;
  }

  /** Centres to which hardly a row comes are given to rows of the batch, once in ten rows a cluster. */
  #beginAnew(batch: Float32Array, rows: number): void {
    this.#sinceReassignment += rows;
    if (this.#counts.every((count) => count > 0) && this.#sinceReassignment < 10 * this.nClusters) return;
    this.#sinceReassignment = 0;
    const least = this.reassignmentRatio * Math.max(...this.#counts);
    const poor = Array.from(this.#counts.keys()).filter((cluster) => this.#counts[cluster]! < least).slice(0, Math.floor(rows / 2));
    if (poor.length === 0) return;
    // As much weight as the poorest of the others, or each of them would be poor again at once.
    const weight = Math.min(...this.#counts.filter((count) => count >= least));
    const chosen = this.#random.sample(rows, poor.length);
    poor.forEach((cluster, place) => {
      const from = chosen[place]! * this.#columns;
      this.clusterCenters.set(batch.subarray(from, from + this.#columns), cluster * this.#columns);
      this.#counts[cluster] = weight;
    });
  }
}

function inertiaOf(matrix: Float32Array, columns: number, labels: Int32Array, centres: Float32Array): number {
  let sum = 0;
  for (let row = 0, place = 0; row < labels.length; row++) {
    for (let column = 0, at = labels[row]! * columns; column < columns; column++) sum += (matrix[place++]! - centres[at++]!) ** 2;
  }
  return sum;
}

function positiveInteger(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be a positive integer, not ${value}`);
  return value;
}
