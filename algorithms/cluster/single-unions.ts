import type { Unions } from './linkage.ts';

/**
 * Single linkage of Euclidean distances by the minimum spanning tree: rows^2 / 2 distances, each computed once and none kept.
 *
 * Source: J. Gower and G. Ross, "Minimum spanning trees and single linkage cluster analysis", Applied Statistics 18 (1969); the tree by
 * Prim's algorithm.
 *
 * @param matrix row-major rows x columns.
 */
export function singleUnions(matrix: Float32Array | Float64Array, rows: number, columns: number): Unions {
  const values = Float64Array.from(matrix);
  const unions: Unions = { one: new Int32Array(rows - 1), other: new Int32Array(rows - 1), heights: new Float64Array(rows - 1) };
  // Rows that are not in the tree yet, the nearest of the tree's rows to each, and its squared distance.
  const outside = Int32Array.from({ length: rows - 1 }, (_, place) => place + 1);
  const inside = new Int32Array(rows - 1);
  const squares = new Float64Array(rows - 1).fill(Number.POSITIVE_INFINITY);
  let newest = 0;
  for (let left = rows - 1; left > 0; left--) {
    const own = values.slice(newest * columns, (newest + 1) * columns);
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let place = 0; place < left; place++) {
      const known = squares[place]!;
      let square = 0;
      for (let column = 0, at = outside[place]! * columns; column < columns; column++, at++) {
        const away = values[at]! - own[column]!;
        square += away * away;
      }
      if (square < known) {
        squares[place] = square;
        inside[place] = newest;
      }
      const now = Math.min(square, known);
      if (now < least) {
        least = now;
        nearest = place;
      }
    }
    newest = outside[nearest]!;
    const merge = rows - 1 - left;
    unions.one[merge] = inside[nearest]!;
    unions.other[merge] = newest;
    unions.heights[merge] = Math.sqrt(least);
    outside[nearest] = outside[left - 1]!;
    inside[nearest] = inside[left - 1]!;
    squares[nearest] = squares[left - 1]!;
  }
  return unions;
}
