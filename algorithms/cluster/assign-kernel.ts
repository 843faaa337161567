import { readFileSync } from 'node:fs';

/** One chunk's arguments are addresses in bytes within the shared memory, and numbers of rows, columns and clusters. */
interface AssignExports {
  assignChunk(
    data: number, labels: number, bounds: number, firstRow: number, lastRow: number, columns: number,
    centres: number, clusters: number, drifts: number, shrink: number, force: number, partial: number, scratch: number,
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
  /** Address of each row's bound, and of each cluster's drift; see assignChunk. */
  readonly bounds: number;
  readonly drifts: number;
  /** Whether rows are looked at whose bound still holds. */
  readonly force: boolean;
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
    const { data, labels, bounds, columns, centres, clusters, drifts } = task;
    const shrink = relativeRounding(columns);
    const chunks = Math.ceil(task.rows / task.chunkRows);
    const scratch = task.scratch + thread * task.scratchBytes;
    for (let chunk = Atomics.add(counter, 0, 1); chunk < chunks; chunk = Atomics.add(counter, 0, 1)) {
      const first = chunk * task.chunkRows;
      const last = Math.min(first + task.chunkRows, task.rows);
      const partial = task.partials + chunk * task.partialBytes;
      if (task.operation === 'assign') {
        assignChunk(data, labels, bounds, first, last, columns, centres, clusters, drifts, shrink, task.force ? 1 : 0, partial, scratch);
      } else {
        momentsChunk(data, first, last, columns, centres, partial);
      }
    }
  };
}

/** More than a distance summed over so many columns can be off by rounding in Float32, now and at the next comparison, relative to itself. */
function relativeRounding(columns: number): number {
  return 8 * (columns + 8) * 2 ** -24;
}
