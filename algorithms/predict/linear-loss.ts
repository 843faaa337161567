import { aligned, firstAddress, kernelMemory } from './kernel-memory.ts';
import { KernelTeam } from './kernel-team.ts';

/** Sums over the rows; what was not asked for is empty. */
export interface LossSums {
  readonly loss: number;
  /** The rows' weights. */
  readonly weight: number;
  /** By column, the intercept last. */
  readonly gradient: Float64Array;
  /** Row-major, lower triangle only. */
  readonly hessian: Float64Array;
}

/** How much `LinearLoss.at` computes; the numbers are the kernel's operations. */
export const wanted = { loss: 0, gradient: 1, hessian: 2 } as const;

export interface LinearLossOptions {
  readonly kind: 'log' | 'squaredHinge';
  /** Weight of the rows of class 0 and of class 1. */
  readonly classWeights: readonly [number, number];
  readonly nThreads: number;
}

const panelRows = 128;
const parameters = 16;
/** Rows of a chunk where its partial sums are small; chunks grow with the columns, so that all partial sums stay under `partialsBytes`. */
const smallestChunk = 1024;
const partialsBytes = 16 << 20;
/** Multiplications of a pass below which all passes of a fit take less time than starting a thread. */
const worthThreads = 150_000_000;

/**
 * The loss of a linear model of two classes over all rows, with its first two derivatives, by the SIMD kernel of linear-loss.as.ts.
 * The rows are copied once, into the kernel's memory. Sums are kept by chunk and added in order, and chunks follow from the shape
 * alone, so the bytes of a result do not depend on the number of threads. Close it after the last use.
 */
export class LinearLoss {
  readonly rows: number;
  readonly columns: number;
  /** Sum of the rows' weights. */
  readonly totalWeight: number;
  readonly chunks: number;
  readonly #size: number;
  readonly #partialLength: number;
  readonly #chunkRows: number;
  readonly #memory: WebAssembly.Memory;
  readonly #partialsAddress: number;
  readonly #weightsAddress: number;
  readonly #team: KernelTeam;

  /**
   * @param x row-major rows x columns.
   * @param y class of each row, 0 or 1.
   * @throws RangeError when the matrix is more than the 4 GB that the kernel can address.
   */
  constructor(x: Float64Array | Float32Array, rows: number, columns: number, y: Uint8Array, { kind, classWeights, nThreads }: LinearLossOptions) {
    this.rows = rows;
    this.columns = columns;
    let positives = 0;
    for (const value of y) positives += value;
    this.totalWeight = positives * classWeights[1] + (rows - positives) * classWeights[0];
    this.#size = Math.ceil((columns + 1) / 2) * 2;
    this.#partialLength = 2 + this.#size + this.#size ** 2;
    const mostChunks = Math.max(16, Math.floor(partialsBytes / (this.#partialLength * 8)));
    this.#chunkRows = Math.max(smallestChunk, Math.ceil(rows / mostChunks / panelRows) * panelRows);
    this.chunks = Math.ceil(rows / this.#chunkRows);

    const wide = x instanceof Float64Array;
    const panels = Math.ceil(rows / panelRows);
    const threads = rows * this.#size ** 2 < worthThreads ? 1 : Math.min(nThreads, this.chunks);
    const scratchBytes = (this.#size + 6) * panelRows * 8;
    this.#weightsAddress = firstAddress + parameters * 8;
    const scratch = aligned(this.#weightsAddress + (columns + 1) * 8);
    this.#partialsAddress = scratch + threads * scratchBytes;
    const labels = aligned(this.#partialsAddress + this.chunks * this.#partialLength * 8);
    const data = aligned(labels + rows);
    const bytes = data + panels * panelRows * columns * (wide ? 8 : 4);
    this.#memory = kernelMemory(bytes, `a matrix of ${rows} x ${columns}`);
    // Before the rows are copied: helpers start meanwhile.
    this.#team = new KernelTeam('linear-loss', this.#memory, threads);
    const { buffer } = this.#memory;
    new Float64Array(buffer, firstAddress, parameters).set([
      data, labels, rows, columns, this.#size, this.#weightsAddress, this.#partialsAddress, this.#partialLength * 8, scratch, scratchBytes,
      this.#chunkRows, Number(wide), Number(kind === 'squaredHinge'), classWeights[0], classWeights[1], this.#chunkRows,
    ]);
    new Uint8Array(buffer, labels, rows).set(y);
    const length = panels * panelRows * columns;
    if (wide) placePanels(new Float64Array(buffer, data, length), x, rows, columns);
    else placePanels(new Float32Array(buffer, data, length), x, rows, columns);
  }

  /**
   * @param weights coefficient of each column, the intercept last.
   * @param stride looks at every stride-th chunk only: a sample of the rows.
   */
  at(weights: Float64Array, operation: (typeof wanted)[keyof typeof wanted], stride = 1): LossSums {
    const { buffer } = this.#memory;
    new Float64Array(buffer, this.#weightsAddress, this.columns + 1).set(weights);
    new Float64Array(buffer, firstAddress, parameters)[15] = this.#chunkRows * stride;
    const chunks = Math.ceil(this.chunks / stride);
    this.#team.run(operation, firstAddress, chunks);

    const size = this.#size;
    const length = 2 + (operation === wanted.loss ? 0 : size) + (operation === wanted.hessian ? size * size : 0);
    const sums = new Float64Array(length);
    for (let chunk = 0; chunk < chunks; chunk++) {
      const partial = new Float64Array(buffer, this.#partialsAddress + chunk * this.#partialLength * 8, length);
      for (let place = 0; place < length; place++) sums[place] = (sums[place] as number) + (partial[place] as number);
    }
    const order = this.columns + 1;
    const hessian = new Float64Array(operation === wanted.hessian ? order * order : 0);
    if (operation === wanted.hessian) {
      for (let row = 0; row < order; row++) hessian.set(sums.subarray(2 + size + row * size, 2 + size + row * size + row + 1), row * order);
    }
    return { loss: sums[0] as number, weight: sums[1] as number, gradient: operation === wanted.loss ? new Float64Array(0) : sums.slice(2, 2 + order), hessian };
  }

  /** Lets the threads end. */
  close(): void {
    this.#team.close();
  }
}

/** Turns rows into panels of 128 rows by column. */
function placePanels(target: Float64Array | Float32Array, x: Float64Array | Float32Array, rows: number, columns: number): void {
  for (let first = 0; first < rows; first += panelRows) {
    const count = Math.min(panelRows, rows - first);
    const panel = first * columns;
    for (let column = 0; column < columns; column++) {
      const to = panel + column * panelRows;
      for (let row = 0, from = panel + column; row < count; row++, from += columns) target[to + row] = x[from] as number;
    }
  }
}
