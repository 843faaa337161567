import { Worker } from 'node:worker_threads';
import { createChunkRunner } from './chunk-runner.ts';
import type { ChunkRunner } from './chunk-runner.ts';

/** What a helping thread is started with. */
export interface KernelThreadData {
  readonly kernel: string;
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly thread: number;
}

/** Places in the shared control words. */
export const control = { open: 0, active: 1, next: 2, operation: 3, task: 4, chunks: 5, stopped: 6, failed: 7, words: 8 } as const;

/** Looks at a word before a thread sleeps; sleeping and waking costs more than a short task. */
const looks = 20_000;

/**
 * The calling thread and its helpers, which run the chunks of one task after another on a kernel. The calling thread works from the
 * first moment and helpers join when they have started, so that a team costs nothing where it is not worth it; a helper that cannot
 * start is only missed. `run` returns when all chunks are done. Which thread takes which chunk is left to chance: a kernel must
 * write what a chunk finds to the chunk's own place.
 */
export class KernelTeam {
  readonly #runHere: ChunkRunner;
  readonly #control: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(control.words * 4));
  readonly #alone: boolean;
  #task = 0;

  /** @param kernel name of a `.wasm` file in this folder. */
  constructor(kernel: string, memory: WebAssembly.Memory, nThreads: number) {
    this.#runHere = createChunkRunner(kernel, memory);
    this.#alone = nThreads === 1;
    for (let thread = 1; thread < nThreads; thread++) {
      const workerData: KernelThreadData = { kernel, memory, control: this.#control, thread };
      // A flag of the process, such as --input-type, may be one that no thread can start with.
      const worker = new Worker(new URL('./kernel.thread.ts', import.meta.url), { workerData, name: `${kernel} ${thread}`, execArgv: [] });
      worker.on('error', () => undefined);
      worker.unref();
    }
  }

  /**
   * @param task address of the operation's parameters in the kernel's memory.
   * @throws Error when the kernel failed in a helper; what the kernel throws on the calling thread.
   */
  run(operation: number, task: number, chunks: number): void {
    if (this.#alone || chunks === 1) {
      for (let chunk = 0; chunk < chunks; chunk++) this.#runHere(operation, task, chunk, 0);
      return;
    }
    const words = this.#control;
    words[control.next] = 0;
    words[control.operation] = operation;
    words[control.task] = task;
    words[control.chunks] = chunks;
    this.#task++;
    Atomics.store(words, control.open, this.#task);
    Atomics.notify(words, control.open);
    try {
      for (let chunk = Atomics.add(words, control.next, 1); chunk < chunks; chunk = Atomics.add(words, control.next, 1)) {
        this.#runHere(operation, task, chunk, 0);
      }
    } finally {
      Atomics.store(words, control.open, 0);
      waitUntil(words, control.active, (active) => active === 0);
    }
    if (Atomics.load(words, control.failed) !== 0) throw new Error('A kernel failed in a thread.');
  }

  /** Lets the helpers end; the team runs no more. */
  close(): void {
    Atomics.store(this.#control, control.stopped, 1);
    Atomics.store(this.#control, control.open, -1);
    Atomics.notify(this.#control, control.open);
  }
}

/** A helper's life: it takes chunks while a task is open, until the team is closed. */
export function helpTeam({ kernel, memory, control: words, thread }: KernelThreadData): void {
  const runChunk = createChunkRunner(kernel, memory);
  let seen = 0;
  while (Atomics.load(words, control.stopped) === 0) {
    waitUntil(words, control.open, (open) => open !== 0 && open !== seen);
    // First counted, then looked again: the calling thread sets up no new task before every counted helper is out of this one.
    Atomics.add(words, control.active, 1);
    const open = Atomics.load(words, control.open);
    if (open > 0 && open !== seen) {
      seen = open;
      takeChunks(words, runChunk, thread);
    }
    if (Atomics.sub(words, control.active, 1) === 1) Atomics.notify(words, control.active);
  }
}

function takeChunks(words: Int32Array<SharedArrayBuffer>, runChunk: ChunkRunner, thread: number): void {
  const chunks = words[control.chunks] as number;
  try {
    for (let chunk = Atomics.add(words, control.next, 1); chunk < chunks; chunk = Atomics.add(words, control.next, 1)) {
      runChunk(words[control.operation] as number, words[control.task] as number, chunk, thread);
    }
  } catch {
    Atomics.store(words, control.failed, 1);
  }
}

function waitUntil(words: Int32Array<SharedArrayBuffer>, place: number, holds: (value: number) => boolean): void {
  for (let look = 0; ; look++) {
    const value = Atomics.load(words, place);
    if (holds(value)) return;
    if (look >= looks) Atomics.wait(words, place, value);
  }
}
