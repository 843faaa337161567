import { createChunkRunner } from './assign-kernel.ts';
import type { ChunkRunner, KernelTask } from './assign-kernel.ts';
import { AssignThreads } from './assign-threads.ts';
import { aligned, firstAddress, pageBytes, scratchBytesOf } from './kernel-layout.ts';

const largestMemory = 65536 * pageBytes;
/** Below so many multiplications a pass takes less time than waking the threads would. */
const worthThreads = 1_000_000;
/** And below so many, than starting them. */
const worthStarting = 3_000_000;

/** The shared memory of a k-means kernel, handed out piece by piece, and the threads that work in it. */
export class KernelArena {
  readonly memory: WebAssembly.Memory;
  readonly #counter = new Int32Array(new SharedArrayBuffer(4));
  readonly #nThreads: number;
  readonly #scratchBytes: number;
  #end: number;
  #runHere: ChunkRunner | undefined;
  #threads: AssignThreads | undefined;
  #closed = false;

  /** @param bytes what will be allocated at first; more may follow. */
  constructor(nThreads: number, stride: number, bytes: number) {
    this.#nThreads = nThreads;
    this.#scratchBytes = scratchBytesOf(stride);
    this.#end = firstAddress + nThreads * this.#scratchBytes;
    requireAddressable(this.#end + bytes);
    this.memory = new WebAssembly.Memory({ initial: Math.ceil((this.#end + bytes) / pageBytes), maximum: largestMemory / pageBytes, shared: true });
  }

  /**
   * The address of so many bytes, zeros, at the start of a cache line; they are never given back.
   * @throws RangeError beyond the 4 GB that the kernel can address.
   */
  allocate(bytes: number): number {
    const address = aligned(this.#end);
    requireAddressable(address + bytes);
    this.#end = address + bytes;
    const missing = this.#end - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / pageBytes));
    return address;
  }

  /** Starts the threads, when there is enough work for them, so that they are ready by the first pass. */
  start(rows: number, stride: number): void {
    if (rows * stride >= worthStarting) this.#threads ??= new AssignThreads(this.memory, this.#counter, this.#nThreads);
  }

  /** Runs all chunks of one task, by the threads or here; one task at a time. Rejects when a thread fails or the arena is closed. */
  async run(task: Omit<KernelTask, 'scratch' | 'scratchBytes'>): Promise<void> {
    if (this.#closed) throw new Error('The data of this k-means fit are closed.');
    const whole = { ...task, scratch: firstAddress, scratchBytes: this.#scratchBytes };
    const work = task.rows * task.columns * Math.max(1, task.clusters);
    if (task.rows <= task.chunkRows || work < (this.#threads === undefined ? worthStarting : worthThreads)) {
      this.#runHere ??= createChunkRunner(this.memory, this.#counter);
      Atomics.store(this.#counter, 0, 0);
      this.#runHere(whole, 0);
      return;
    }
    this.#threads ??= new AssignThreads(this.memory, this.#counter, this.#nThreads);
    await this.#threads.run(whole);
  }

  /** Ends the threads; a task that still runs, or comes later, is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#threads?.close();
  }
}

function requireAddressable(bytes: number): void {
  if (bytes > largestMemory) throw new RangeError('the matrix, its labels and sums are more than the 4 GB that the kernel can address');
}
