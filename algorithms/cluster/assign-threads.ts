import { Worker } from 'node:worker_threads';
import type { KernelTask } from './assign-kernel.ts';

/** What a thread is started with. */
export interface ThreadData {
  readonly memory: WebAssembly.Memory;
  readonly counter: Int32Array;
  readonly thread: number;
}

/**
 * Worker threads that run one kernel task together. They keep the process alive only while a task runs, and an error in one rejects
 * the task and every later one.
 */
export class AssignThreads {
  readonly #counter: Int32Array;
  readonly #workers: readonly Worker[];
  #running: { left: number; resolve: () => void; reject: (error: Error) => void } | undefined;
  #failure: Error | undefined;
  #closing = false;

  constructor(memory: WebAssembly.Memory, counter: Int32Array, nThreads: number) {
    this.#counter = counter;
    this.#workers = Array.from({ length: nThreads }, (_, thread) => {
      const workerData: ThreadData = { memory, counter, thread };
      // A flag of the process, such as --input-type, may be one that no thread can start with.
      const worker = new Worker(new URL('./assign.thread.ts', import.meta.url), { workerData, name: `k-means ${thread}`, execArgv: [] });
      worker.on('message', () => this.#oneDone());
      worker.on('error', (error) => this.#fail(error as Error));
      worker.on('exit', (code) => this.#fail(new Error(`A k-means thread ended early with code ${code}.`)));
      worker.unref();
      return worker;
    });
  }

  /** Runs all chunks of one task; one task at a time. Rejects when a thread fails or the threads are closed. */
  async run(task: KernelTask): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    Atomics.store(this.#counter, 0, 0);
    const done = new Promise<void>((resolve, reject) => {
      this.#running = { left: this.#workers.length, resolve, reject };
    });
    for (const worker of this.#workers) {
      worker.ref();
      worker.postMessage(task);
    }
    try {
      await done;
    } finally {
      this.#running = undefined;
      // Closing waits for the threads' end, and what nothing refers to is not waited for.
      if (!this.#closing) for (const worker of this.#workers) worker.unref();
    }
  }

  /** Ends the threads; a task that still runs is rejected. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#fail(new Error('The k-means threads are closed.'));
    await Promise.all(this.#workers.map((worker) => {
      worker.ref();
      return worker.terminate();
    }));
  }

  #oneDone(): void {
    if (this.#running === undefined) return;
    this.#running.left--;
    if (this.#running.left === 0) this.#running.resolve();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#running?.reject(this.#failure);
  }
}
