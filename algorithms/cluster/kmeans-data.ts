import { createChunkRunner } from './assign-kernel.ts';
import type { ChunkRunner, KernelTask } from './assign-kernel.ts';
import { AssignThreads } from './assign-threads.ts';
import { aligned, firstAddress, pageBytes, paddedClusters, partialBytesOf, placeCentres, placeRows, scratchBytesOf, strideOf } from './kernel-layout.ts';

/** What one pass over all rows found, for the centres it was given. */
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

const largestMemory = 65536 * pageBytes;
/** Rows a thread takes at a time; a multiple of the kernel's block of 8. */
const smallestChunk = 8192;
const mostChunks = 512;
/** A squared distance beyond this squared would be infinite in Float32. */
const largestMagnitude = 1e17;
/** Below so many multiplications a pass takes less time than starting a thread would. */
const worthThreads = 3_000_000;

/**
 * A matrix laid out for the k-means kernel in shared memory, with the threads that work on it. Made once, it serves any number of
 * fits (several k, several starts) without copying the rows again. Close it after the last.
 */
export class KMeansData {
  readonly rows: number;
  readonly columns: number;
  /** Mean over the columns of their population variances; scikit-learn scales its tolerance by it. */
  #meanVariance = 0;
  readonly #stride: number;
  readonly #chunkRows: number;
  readonly #chunks: number;
  readonly #nThreads: number;
  readonly #memory: WebAssembly.Memory;
  readonly #counter = new Int32Array(new SharedArrayBuffer(4));
  readonly #scratchBytes: number;
  readonly #dataAddress: number;
  readonly #labelsAddress: number;
  readonly #centresAddress: number;
  #clusters = 0;
  #partialsAddress = 0;
  #partialBytes = 0;
  #runHere: ChunkRunner | undefined;
  #threads: AssignThreads | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(matrix: Float32Array, rows: number, columns: number, nThreads: number) {
    this.rows = rows;
    this.columns = columns;
    this.#nThreads = nThreads;
    this.#stride = strideOf(columns);
    // Chunks follow from the rows alone, so that the number of threads cannot change how sums are rounded.
    this.#chunkRows = Math.max(smallestChunk, Math.ceil(rows / mostChunks / 8) * 8);
    this.#chunks = Math.ceil(rows / this.#chunkRows);
    this.#scratchBytes = scratchBytesOf(this.#stride);
    this.#dataAddress = aligned(firstAddress + nThreads * this.#scratchBytes);
    const paddedRows = Math.ceil(rows / 8) * 8;
    this.#labelsAddress = aligned(this.#dataAddress + paddedRows * this.#stride * 4);
    this.#centresAddress = aligned(this.#labelsAddress + paddedRows * 4);
    const bytes = this.#centresAddress + this.#stride * 4;
    if (bytes > largestMemory) throw new RangeError(`a matrix of ${rows} x ${columns} is more than the 4 GB that the kernel can address`);
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes), maximum: largestMemory / pageBytes, shared: true });
    placeRows(new Float32Array(this.#memory.buffer, this.#dataAddress, rows * this.#stride), matrix, columns);
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
    const data = new KMeansData(matrix, rows, columns, nThreads);
    try {
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
    return new Float32Array(this.#memory.buffer, this.#dataAddress + index * this.#stride * 4, this.columns);
  }

  /** The labels of the last `assign`, as a view that the next `assign` overwrites. */
  get labels(): Int32Array {
    return new Int32Array(this.#memory.buffer, this.#labelsAddress, this.rows);
  }

  /** Lets one fit at a time work on the data; others wait for their turn. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Forgets all labels and makes room for `nClusters`; the first thing of a start. */
  reset(nClusters: number): void {
    this.#clusters = paddedClusters(nClusters);
    this.#partialsAddress = aligned(this.#centresAddress + this.#clusters * this.#stride * 4);
    this.#partialBytes = partialBytesOf(this.#clusters, this.#stride);
    this.#reserve(this.#partialsAddress + this.#chunks * this.#partialBytes);
    this.labels.fill(-1);
    new Float64Array(this.#memory.buffer, this.#partialsAddress, (this.#chunks * this.#partialBytes) / 8).fill(0);
  }

  /** Labels every row with its nearest centre. `centres` is row-major nClusters x columns, of the nClusters given to `reset`. */
  async assign(centres: Float32Array): Promise<Assignment> {
    placeCentres(new Float32Array(this.#memory.buffer, this.#centresAddress, this.#clusters * this.#stride), centres, this.columns);
    await this.#run(this.#task('assign', this.#clusters));
    return this.#combine(centres.length / this.columns);
  }

  /** Ends the threads; a fit that still runs, or comes later, is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#threads?.close();
  }

  async #measure(): Promise<void> {
    const { rows, columns } = this;
    const stride = this.#stride;
    this.#partialsAddress = aligned(this.#centresAddress + stride * 4);
    this.#partialBytes = stride * 16;
    this.#reserve(this.#partialsAddress + this.#chunks * this.#partialBytes);
    // The first row is taken off every row, or the squares of a column far from 0 would drown its variance.
    new Float32Array(this.#memory.buffer, this.#centresAddress, columns).set(this.row(0));
    await this.#run(this.#task('moments', 0));
    const moments = new Float64Array(this.#memory.buffer, this.#partialsAddress, this.#chunks * stride * 2);
    let total = 0;
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      let squares = 0;
      for (let chunk = 0; chunk < this.#chunks; chunk++) {
        sum += moments[chunk * stride * 2 + column] as number;
        squares += moments[chunk * stride * 2 + stride + column] as number;
      }
      const variance = squares / rows - (sum / rows) ** 2;
      const magnitude = Math.abs(this.row(0)[column] as number) + Math.sqrt(squares);
      if (!(magnitude < largestMagnitude)) throw new RangeError(`column ${column} of the matrix has a value that is not finite, or too large for squared distances in Float32`);
      total += Math.max(0, variance);
    }
    this.#meanVariance = total / columns;
  }

  #task(operation: KernelTask['operation'], clusters: number): KernelTask {
    return {
      operation, clusters,
      rows: this.rows, columns: this.#stride, chunkRows: this.#chunkRows,
      data: this.#dataAddress, labels: this.#labelsAddress, centres: this.#centresAddress,
      partials: this.#partialsAddress, partialBytes: this.#partialBytes,
      scratch: firstAddress, scratchBytes: this.#scratchBytes,
    };
  }

  async #run(task: KernelTask): Promise<void> {
    if (this.#closed) throw new Error('The data of this k-means fit are closed.');
    const work = this.rows * this.#stride * Math.max(1, task.clusters);
    if (this.#threads === undefined && (this.#chunks === 1 || work < worthThreads)) {
      this.#runHere ??= createChunkRunner(this.#memory, this.#counter);
      Atomics.store(this.#counter, 0, 0);
      this.#runHere(task, 0);
      return;
    }
    this.#threads ??= new AssignThreads(this.#memory, this.#counter, Math.min(this.#nThreads, this.#chunks));
    await this.#threads.run(task);
  }

  #combine(nClusters: number): Assignment {
    const { columns } = this;
    const stride = this.#stride;
    const counts = new Float64Array(nClusters);
    const sums = new Float64Array(nClusters * columns);
    let inertia = 0;
    let changed = 0;
    for (let chunk = 0; chunk < this.#chunks; chunk++) {
      const partial = new Float64Array(this.#memory.buffer, this.#partialsAddress + chunk * this.#partialBytes, this.#partialBytes / 8);
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

  #reserve(bytes: number): void {
    if (bytes > largestMemory) throw new RangeError(`${this.rows} x ${this.columns} with this many clusters is more than the 4 GB that the kernel can address`);
    const missing = bytes - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / pageBytes));
  }
}
