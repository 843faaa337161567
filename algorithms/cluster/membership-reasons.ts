/** A column that speaks for a row's cluster. */
export interface MembershipReason {
  readonly column: number;
  /** How much of the row's lead comes from the column: squared distance to the next best centre less that to its own, in this column. */
  readonly weight: number;
}

/**
 * Why a row is in its cluster rather than in the next best one: the columns that draw it most, at most `most` and only such that speak
 * for it, the strongest first. The weights of all columns add up to the difference of the two squared distances.
 *
 * @param row the row's values, in the units that were clustered.
 * @param centres row-major clusters x columns.
 * @param cluster the row's own.
 * @throws RangeError when the shapes do not fit or there is no other cluster.
 */
export function membershipReasons(row: ArrayLike<number>, centres: Float32Array | Float64Array, cluster: number, most = 3): readonly MembershipReason[] {
  const columns = row.length;
  const clusters = centres.length / columns;
  if (!Number.isInteger(clusters) || clusters < 2) throw new RangeError(`centres has ${centres.length} values, which is not of 2 or more rows of ${columns} columns`);
  if (!Number.isInteger(cluster) || cluster < 0 || cluster >= clusters) throw new RangeError(`cluster must be an integer in [0, ${clusters}), not ${cluster}`);
  const away = (of: number, column: number): number => (row[column]! - centres[of * columns + column]!) ** 2;
  let next = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let other = 0; other < clusters; other++) {
    if (other === cluster) continue;
    let square = 0;
    for (let column = 0; column < columns; column++) square += away(other, column);
    if (square < least) {
      least = square;
      next = other;
    }
  }
  return Array.from({ length: columns }, (_, column) => ({ column, weight: away(next, column) - away(cluster, column) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.column - b.column)
    .slice(0, most);
}
