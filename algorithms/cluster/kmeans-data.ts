import type { KernelTask } from './assign-kernel.ts';
import { KernelArena } from './kernel-arena.ts';
import { aligned, paddedClusters, partialBytesOf, placeCentres, placeRows, strideOf } from './kernel-layout.ts';

/** What one pass over the rows found, for the centres it was given. */
export interface Assignment {
  /** Sum of squared distances of the rows to their nearest centre. */
  readonly inertia: number;
  /** Rows whose label is another than after the pass before. */
  readonly changed: number;
  /** Rows by cluster. */
  readonly counts: Float64Array;
  /** Sums of the rows by cluster, row-major nClusters x columns. */
  readonly sums: Float64Array;
}

/** Rows a thread takes at a time; a multiple of the kernel's block of 8. */
const smallestChunk = 8192;
const mostChunks = 512;
/** A squared distance beyond this squared would be infinite in Float32. */
const largestMagnitude = 1e17;

/**
 * A matrix laid out for the k-means kernel in shared memory, with the threads that work on it. Made once, it serves any number of
 * fits (several k, several starts) without copying the rows again. Close it after the last.
 */
export class KMeansData {
  readonly rows: number;
  readonly columns: number;
  readonly #arena: KernelArena;
  readonly #stride: number;
  readonly #chunkRows: number;
  readonly #chunks: number;
  readonly #dataAddress: number;
  readonly #labelsAddress: number;
  readonly #boundsAddress: number;
  readonly #samples = new Map<number, KMeansData>();
  /** Mean over the columns of their population variances; scikit-learn scales its tolerance by it. */
  #meanVariance = 0;
  /** Sum of the rows' squared distances to `#origin`, the first row. */
  #squares = 0;
  #origin = new Float32Array();
  #clusters = 0;
  #centresAddress = 0;
  #driftsAddress = 0;
  #partialsAddress = 0;
  #partialBytes = 0;
  #workBytes = 0;
  #workAddress = 0;
  #before: Float32Array | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(rows: number, columns: number, arena: KernelArena) {
    this.rows = rows;
    this.columns = columns;
    this.#arena = arena;
    this.#stride = strideOf(columns);
    // Chunks follow from the rows alone, so that the number of threads cannot change how sums are rounded.
    this.#chunkRows = Math.max(smallestChunk, Math.ceil(rows / mostChunks / 8) * 8);
    this.#chunks = Math.ceil(rows / this.#chunkRows);
    this.#dataAddress = arena.allocate(rows * this.#stride * 4);
    this.#labelsAddress = arena.allocate(rows * 4);
    this.#boundsAddress = arena.allocate(rows * 4);
  }

  /**
   * @param matrix row-major, rows x columns, finite (magnitudes up to 1e12 are always accepted); copied once.
   * @param options.nThreads worker threads for large matrices; changes the time, never the result.
   * @throws RangeError when the shape does not fit the matrix, a value is not finite, or the matrix is beyond 4 GB.
   */
  static async from(matrix: Float32Array, rows: number, columns: number, options: { nThreads?: number } = {}): Promise<KMeansData> {
    const nThreads = options.nThreads ?? 2;
    if (!Number.isInteger(rows) || rows < 1) throw new RangeError(`rows must be a positive integer, not ${rows}`);
    if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`columns must be a positive integer, not ${columns}`);
    if (matrix.length !== rows * columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * columns}`);
    if (!Number.isInteger(nThreads) || nThreads < 1) throw new RangeError(`nThreads must be a positive integer, not ${nThreads}`);
    const stride = strideOf(columns);
    const arena = new KernelArena(nThreads, stride, aligned(rows * stride * 4) + 2 * aligned(rows * 4) + 256);
    arena.start(rows, stride);
    const data = new KMeansData(rows, columns, arena);
    try {
      placeRows(data.#stored, matrix, columns);
      await data.#measure();
    } catch (error) {
      await data.close();
      throw error;
    }
    return data;
  }

  get meanVariance(): number {
    return this.#meanVariance;
  }

  /** One row, as a view that is valid until `close`. */
  row(index: number): Float32Array {
    return new Float32Array(this.#arena.memory.buffer, this.#dataAddress + index * this.#stride * 4, this.columns);
  }

  /** The labels of the last `assign`, as a view that the next `assign` overwrites. */
  get labels(): Int32Array {
    return new Int32Array(this.#arena.memory.buffer, this.#labelsAddress, this.rows);
  }

  /** Lets one fit at a time work on the data; others wait for their turn. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Data of these rows alone, with the same threads; the next sample of as many rows takes their place. */
  async sample(chosen: Uint32Array): Promise<KMeansData> {
    const sample = this.#samples.get(chosen.length) ?? new KMeansData(chosen.length, this.columns, this.#arena);
    this.#samples.set(chosen.length, sample);
    const from = this.#stored;
    const target = sample.#stored;
    const stride = this.#stride;
    for (let row = 0; row < chosen.length; row++) {
      const first = (chosen[row] as number) * stride;
      for (let column = 0; column < stride; column++) target[row * stride + column] = from[first + column] as number;
    }
    await sample.#measure();
    return sample;
  }

  /** Forgets all labels and makes room for `nClusters`; the first thing of a start. */
  reset(nClusters: number): void {
    this.#clusters = paddedClusters(nClusters);
    this.#partialBytes = partialBytesOf(this.#clusters, this.#stride);
    const centresBytes = aligned(this.#clusters * this.#stride * 4);
    // One cache line before the drifts holds that of the label -1.
    const driftsBytes = 64 + aligned(this.#clusters * 4);
    this.#reserve(centresBytes + driftsBytes + this.#chunks * this.#partialBytes);
    this.#centresAddress = this.#workAddress;
    this.#driftsAddress = this.#centresAddress + centresBytes + 64;
    this.#partialsAddress = this.#centresAddress + centresBytes + driftsBytes;
    this.#before = undefined;
    this.labels.fill(-1);
    this.#drifts.fill(0);
    this.#drifts[0] = Number.POSITIVE_INFINITY;
    new Float64Array(this.#arena.memory.buffer, this.#partialsAddress, (this.#chunks * this.#partialBytes) / 8).fill(0);
  }

  /**
   * Labels every row with its nearest centre, passing over the rows that cannot have another label than before (G. Hamerly, "Making
   * k-means even faster", SDM 2010, one bound a row). `centres` is row-major nClusters x columns, of the nClusters given to `reset`.
   *
   * @param everyRow whether to look at every row all the same: labels and sums are then as they would be, and the inertia is the
   * sum over rows instead of what follows from the clusters' sums.
   */
  async assign(centres: Float32Array, everyRow = false): Promise<Assignment> {
    this.#drift(centres);
    placeCentres(new Float32Array(this.#arena.memory.buffer, this.#centresAddress, this.#clusters * this.#stride), centres, this.columns);
    await this.#arena.run(this.#task('assign', this.#clusters, everyRow));
    const { inertia, ...found } = this.#combine(centres.length / this.columns);
    return { ...found, inertia: everyRow ? inertia : this.#inertiaOf(centres, found) };
  }

  /** Ends the threads; a fit that still runs, or comes later, is rejected. */
  async close(): Promise<void> {
    await this.#arena.close();
  }

  get #stored(): Float32Array {
    return new Float32Array(this.#arena.memory.buffer, this.#dataAddress, this.rows * this.#stride);
  }

  /** The drifts from that of the label -1 on. */
  get #drifts(): Float32Array {
    return new Float32Array(this.#arena.memory.buffer, this.#driftsAddress - 4, this.#clusters + 1);
  }

  /** Adds to each cluster's drift what its centre and the one that moved farthest of the others have moved since the last pass. */
  #drift(centres: Float32Array): void {
    const { columns } = this;
    const before = this.#before;
    this.#before = centres.slice();
    if (before === undefined) return;
    const moves = Array.from({ length: centres.length / columns }, (_, cluster) => {
      let square = 0;
      for (let place = cluster * columns; place < (cluster + 1) * columns; place++) square += ((centres[place] as number) - (before[place] as number)) ** 2;
      return Math.sqrt(square);
    });
    const farthest = moves.indexOf(Math.max(...moves));
    const next = Math.max(0, ...moves.filter((_, cluster) => cluster !== farthest));
    const drifts = this.#drifts;
    moves.forEach((move, cluster) => {
      const most = (drifts[cluster + 1] as number) + move + (cluster === farthest ? next : (moves[farthest] as number));
      // Rounded up: a drift too small would let a bound hold too long.
      drifts[cluster + 1] = most * (1 + 2 ** -22);
    });
  }

  /** The sum of squared distances to the centres, from the clusters' sums: no row is looked at. */
  #inertiaOf(centres: Float32Array, { counts, sums }: Pick<Assignment, 'counts' | 'sums'>): number {
    const { columns } = this;
    let inertia = this.#squares;
    counts.forEach((count, cluster) => {
      for (let column = 0; column < columns; column++) {
        const origin = this.#origin[column] as number;
        const centre = (centres[cluster * columns + column] as number) - origin;
        inertia += centre * (count * centre - 2 * ((sums[cluster * columns + column] as number) - count * origin));
      }
    });
    return Math.max(0, inertia);
  }

  async #measure(): Promise<void> {
    const { rows, columns } = this;
    const stride = this.#stride;
    this.#partialBytes = stride * 16;
    this.#reserve(aligned(stride * 4) + this.#chunks * this.#partialBytes);
    this.#centresAddress = this.#workAddress;
    this.#partialsAddress = this.#centresAddress + aligned(stride * 4);
    // The first row is taken off every row, or the squares of a column far from 0 would drown its variance.
    this.#origin = this.row(0).slice();
    new Float32Array(this.#arena.memory.buffer, this.#centresAddress, stride).fill(0);
    new Float32Array(this.#arena.memory.buffer, this.#centresAddress, columns).set(this.#origin);
    await this.#arena.run(this.#task('moments', 0, true));
    const moments = new Float64Array(this.#arena.memory.buffer, this.#partialsAddress, this.#chunks * stride * 2);
    let variances = 0;
    let total = 0;
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      let squares = 0;
      for (let chunk = 0; chunk < this.#chunks; chunk++) {
        sum += moments[chunk * stride * 2 + column] as number;
        squares += moments[chunk * stride * 2 + stride + column] as number;
      }
      const magnitude = Math.abs(this.#origin[column] as number) + Math.sqrt(squares);
      if (!(magnitude < largestMagnitude)) throw new RangeError(`column ${column} of the matrix has a value that is not finite, or too large for squared distances in Float32`);
      variances += Math.max(0, squares / rows - (sum / rows) ** 2);
      total += squares;
    }
    this.#meanVariance = variances / columns;
    this.#squares = total;
  }

  #task(operation: KernelTask['operation'], clusters: number, force: boolean): Omit<KernelTask, 'scratch' | 'scratchBytes'> {
    return {
      operation, clusters, force,
      rows: this.rows, columns: this.#stride, chunkRows: this.#chunkRows,
      data: this.#dataAddress, labels: this.#labelsAddress, bounds: this.#boundsAddress, drifts: this.#driftsAddress,
      centres: this.#centresAddress, partials: this.#partialsAddress, partialBytes: this.#partialBytes,
    };
  }

  #combine(nClusters: number): Assignment {
    const { columns } = this;
    const stride = this.#stride;
    const counts = new Float64Array(nClusters);
    const sums = new Float64Array(nClusters * columns);
    let inertia = 0;
    let changed = 0;
    for (let chunk = 0; chunk < this.#chunks; chunk++) {
      const partial = new Float64Array(this.#arena.memory.buffer, this.#partialsAddress + chunk * this.#partialBytes, this.#partialBytes / 8);
      inertia += partial[0] as number;
      changed += partial[1] as number;
      for (let cluster = 0; cluster < nClusters; cluster++) {
        counts[cluster] = (counts[cluster] as number) + (partial[2 + cluster] as number);
        const from = 2 + this.#clusters + cluster * stride;
        const to = cluster * columns;
        for (let column = 0; column < columns; column++) sums[to + column] = (sums[to + column] as number) + (partial[from + column] as number);
      }
    }
    return { inertia, changed, counts, sums };
  }

  /** Room for centres, drifts and partial results, of which the last made is kept while it is large enough. */
  #reserve(bytes: number): void {
    if (bytes <= this.#workBytes) return;
    this.#workAddress = this.#arena.allocate(bytes);
    this.#workBytes = bytes;
  }
}
