/** Addresses start here, so that none is 0. */
export const firstAddress = 1024;

/** Bytes of a page of WebAssembly memory. */
export const pageBytes = 65536;

/** The next address that starts a cache line. */
export function aligned(address: number): number {
  return Math.ceil(address / 64) * 64;
}

/** Values from one row to the next: the columns, up to a whole vector of four. */
export function strideOf(columns: number): number {
  return Math.ceil(columns / 4) * 4;
}

/** Centres that the kernel handles: the clusters, up to a whole group of four. */
export function paddedClusters(nClusters: number): number {
  return Math.ceil(nClusters / 4) * 4;
}

/** Bytes of a thread's scratch memory: eight rows by column, and their numbers, labels and leads. */
export function scratchBytesOf(stride: number): number {
  return aligned(stride * 32 + 96);
}

/** Bytes of a chunk's partial result; see assignChunk. */
export function partialBytesOf(clusters: number, stride: number): number {
  return aligned((2 + clusters + clusters * stride) * 8);
}

/** Copies row-major rows to their places at `stride`; padding columns are left 0. */
export function placeRows(target: Float32Array, matrix: Float32Array, columns: number): void {
  const stride = strideOf(columns);
  if (stride === columns) {
    target.set(matrix);
    return;
  }
  for (let from = 0, to = 0; from < matrix.length; to += stride) {
    for (let column = 0; column < columns; column++) target[to + column] = matrix[from++] as number;
  }
}

/** Copies the centres to their places and puts the surplus ones, up to the group of four, where no row is nearest to them. */
export function placeCentres(target: Float32Array, centres: Float32Array, columns: number): void {
  target.fill(0);
  placeRows(target, centres, columns);
  target.fill(3e38, (centres.length / columns) * strideOf(columns));
}
