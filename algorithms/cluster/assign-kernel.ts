import { readFileSync } from 'node:fs';

/** One chunk's arguments are addresses in bytes within the shared memory, and numbers of rows, columns and clusters. */
interface AssignExports {
  assignChunk(
    data: number, labels: number, firstRow: number, lastRow: number, columns: number,
    centres: number, clusters: number, partial: number, scratch: number,
  ): void;
  momentsChunk(data: number, firstRow: number, lastRow: number, columns: number, origin: number, partial: number): void;
}

/** A pass over all rows, in chunks that any thread may take. */
export interface KernelTask {
  readonly operation: 'assign' | 'moments';
  readonly rows: number;
  readonly columns: number;
  readonly chunkRows: number;
  readonly data: number;
  readonly labels: number;
  /** Address of the centres, or for `moments` of the row that is subtracted from every row. */
  readonly centres: number;
  readonly clusters: number;
  /** Address of the first chunk's partial result, and bytes from one chunk's to the next. */
  readonly partials: number;
  readonly partialBytes: number;
  /** Address and bytes of each thread's own scratch memory. */
  readonly scratch: number;
  readonly scratchBytes: number;
}

/** Takes chunks until none is left; `thread` says which scratch memory is its own. */
export type ChunkRunner = (task: KernelTask, thread: number) => void;

const kernel = new WebAssembly.Module(readFileSync(new URL('./assign.wasm', import.meta.url)));

/**
 * The kernel of assign.as.ts over a shared memory. Threads share `counter[0]`, the next chunk to take; which thread takes which
 * chunk changes nothing, because every chunk writes its own partial result and the reader adds them in order.
 */
export function createChunkRunner(memory: WebAssembly.Memory, counter: Int32Array): ChunkRunner {
  const { assignChunk, momentsChunk } = new WebAssembly.Instance(kernel, { env: { memory } }).exports as unknown as AssignExports;
  return (task, thread) => {
    const chunks = Math.ceil(task.rows / task.chunkRows);
    const scratch = task.scratch + thread * task.scratchBytes;
    for (let chunk = Atomics.add(counter, 0, 1); chunk < chunks; chunk = Atomics.add(counter, 0, 1)) {
      const first = chunk * task.chunkRows;
      const last = Math.min(first + task.chunkRows, task.rows);
      const partial = task.partials + chunk * task.partialBytes;
      if (task.operation === 'assign') {
        assignChunk(task.data, task.labels, first, last, task.columns, task.centres, task.clusters, partial, scratch);
      } else {
        momentsChunk(task.data, first, last, task.columns, task.centres, partial);
      }
    }
  };
}
