import { createChunkRunner } from './assign-kernel.ts';
import { aligned, firstAddress, pageBytes, paddedClusters, partialBytesOf, placeCentres, placeRows, scratchBytesOf, strideOf } from './kernel-layout.ts';

/** Rows copied into the kernel's memory at a time. */
const blockRows = 8192;

/** The nearest centre of each row of a row-major matrix, on the calling thread; `centres` is row-major nClusters x columns. */
export function nearestCentres(matrix: Float32Array, columns: number, centres: Float32Array): Int32Array {
  const rows = matrix.length / columns;
  const stride = strideOf(columns);
  const clusters = paddedClusters(centres.length / columns);
  const centresAddress = aligned(firstAddress + scratchBytesOf(stride));
  const partials = aligned(centresAddress + clusters * stride * 4);
  const labels = aligned(partials + partialBytesOf(clusters, stride));
  const bounds = aligned(labels + blockRows * 4);
  const drifts = aligned(bounds + blockRows * 4);
  const data = aligned(drifts + clusters * 4);
  const pages = Math.ceil((data + blockRows * stride * 4) / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const runChunks = createChunkRunner(memory, counter);
  placeCentres(new Float32Array(memory.buffer, centresAddress, clusters * stride), centres, columns);

  const found = new Int32Array(rows);
  const blockLabels = new Int32Array(memory.buffer, labels, blockRows);
  const blockData = new Float32Array(memory.buffer, data, blockRows * stride);
  for (let first = 0; first < rows; first += blockRows) {
    const last = Math.min(first + blockRows, rows);
    placeRows(blockData, matrix.subarray(first * columns, last * columns), columns);
    blockLabels.fill(-1);
    Atomics.store(counter, 0, 0);
    runChunks({
      operation: 'assign', rows: last - first, columns: stride, chunkRows: blockRows, data, labels, bounds, drifts, force: true,
      centres: centresAddress, clusters, partials, partialBytes: 0, scratch: firstAddress, scratchBytes: 0,
    }, 0);
    found.set(blockLabels.subarray(0, last - first), first);
  }
  return found;
}
