import { availableParallelism } from 'node:os';
import { aligned, firstAddress, kernelMemory } from '../predict/kernel-memory.ts';
import { KernelTeam } from '../predict/kernel-team.ts';

/** Bytes of a task's parameters. */
const taskBytes = 256;

type Numbers = Float32Array | Uint32Array | Int32Array;

/** How many threads work where nothing else is said. */
export const allThreads = (): number => Math.min(availableParallelism(), 16);

/**
 * One piece of memory for a kernel of this folder and the threads that run it. Pieces are laid out first, by `reserve`; `open` makes the
 * memory, and addresses hold from then on.
 */
export class KernelArena {
  #end = firstAddress + taskBytes;
  #memory: WebAssembly.Memory | undefined;
  #team: KernelTeam | undefined;
  readonly #kernel: string;
  readonly #nThreads: number;

  /** @throws RangeError unless nThreads is a whole number of at least 1 */
  constructor(kernel: 'top-lists' | 'factors', nThreads: number) {
    if (!Number.isInteger(nThreads) || nThreads < 1) throw new RangeError(`nThreads must be a whole number of at least 1, not ${nThreads}`);
    this.#kernel = kernel;
    this.#nThreads = nThreads;
  }

  /** The address of so many words of four bytes, zero at first. */
  reserve(words: number): number {
    const address = aligned(this.#end);
    this.#end = address + words * 4;
    return address;
  }

  /** @throws RangeError when what is reserved is more than the 4 GB that a kernel can address */
  open(what: string): void {
    this.#memory = kernelMemory(this.#end, what);
    this.#team = new KernelTeam(`../recommendation/${this.#kernel}`, this.#memory, this.#nThreads);
  }

  put(address: number, numbers: Numbers): void {
    const Type = numbers.constructor as Float32ArrayConstructor;
    new Type(this.#memory!.buffer, address, numbers.length).set(numbers);
  }

  floats(address: number, length: number): Float32Array { return new Float32Array(this.#memory!.buffer, address, length); }

  integers(address: number, length: number): Int32Array { return new Int32Array(this.#memory!.buffer, address, length); }

  words(address: number, length: number): Uint32Array { return new Uint32Array(this.#memory!.buffer, address, length); }

  /** Runs an operation with these parameters over so many chunks, by all threads. */
  run(operation: number, parameters: readonly number[], chunks = 1): void {
    new Float64Array(this.#memory!.buffer, firstAddress, parameters.length).set(parameters);
    this.#team!.run(operation, firstAddress, chunks);
  }

  close(): void { this.#team?.close(); }
}
