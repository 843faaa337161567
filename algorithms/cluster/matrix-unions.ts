import type { Unions } from './linkage.ts';

/**
 * Average (UPGMA) or complete linkage by the nearest-neighbour chain over a matrix of Euclidean distances, which is kept in memory:
 * rows^2 / 2 numbers of 8 bytes.
 *
 * Source: F. Murtagh, "A survey of recent advances in hierarchical clustering algorithms", The Computer Journal 26 (1983).
 *
 * @param matrix row-major rows x columns.
 * @param weights rows that each row stands for; 1 when not given.
 */
export function matrixUnions(matrix: Float32Array | Float64Array, rows: number, columns: number, linkage: 'average' | 'complete', weights?: Float64Array): Unions {
  // Row i of the upper triangle, without the diagonal, starts so that column j is at starts[i] + j.
  const starts = Float64Array.from({ length: rows }, (_, row) => row * rows - (row * (row + 1)) / 2 - row - 1);
  const distances = pairDistances(matrix, rows, columns);
  const sizes = Float64Array.from({ length: rows }, (_, row) => weights?.[row] ?? 1);
  const unions: Unions = { one: new Int32Array(rows - 1), other: new Int32Array(rows - 1), heights: new Float64Array(rows - 1) };
  const active = Int32Array.from({ length: rows }, (_, row) => row);
  const between = (a: number, b: number): number => (a < b ? starts[a]! + b : starts[b]! + a);
  const chain: number[] = [];
  let clusters = rows;

  while (clusters > 1) {
    if (chain.length === 0) chain.push(active[0]!);
    const top = chain[chain.length - 1]!;
    const before = chain[chain.length - 2] ?? -1;
    let nearest = before;
    let least = before < 0 ? Number.POSITIVE_INFINITY : distances[between(top, before)]!;
    for (let place = 0; place < clusters; place++) {
      const other = active[place]!;
      if (other === top) continue;
      const distance = distances[between(top, other)]!;
      if (distance < least) {
        least = distance;
        nearest = other;
      }
    }
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    const merge = rows - clusters;
    unions.one[merge] = top;
    unions.other[merge] = before;
    unions.heights[merge] = least;
    const kept = Math.max(top, before);
    const gone = Math.min(top, before);
    const keptSize = sizes[kept]!;
    const goneSize = sizes[gone]!;
    let write = 0;
    for (let place = 0; place < clusters; place++) {
      const other = active[place]!;
      if (other === gone) continue;
      active[write++] = other;
      if (other === kept) continue;
      const a = distances[between(kept, other)]!;
      const b = distances[between(gone, other)]!;
      distances[between(kept, other)] = linkage === 'complete' ? Math.max(a, b) : (keptSize * a + goneSize * b) / (keptSize + goneSize);
    }
    sizes[kept] = keptSize + goneSize;
    clusters--;
  }
  return unions;
}

/** Euclidean distances of all pairs, the upper triangle by rows. */
function pairDistances(matrix: Float32Array | Float64Array, rows: number, columns: number): Float64Array {
  const distances = new Float64Array((rows * (rows - 1)) / 2);
  const values = Float64Array.from(matrix);
  let place = 0;
  for (let row = 0; row < rows; row++) {
    const own = values.slice(row * columns, (row + 1) * columns);
    for (let at = (row + 1) * columns; at < values.length;) {
      let square = 0;
      for (let column = 0; column < columns; column++) {
        const away = values[at++]! - own[column]!;
        square += away * away;
      }
      distances[place++] = Math.sqrt(square);
    }
  }
  return distances;
}
