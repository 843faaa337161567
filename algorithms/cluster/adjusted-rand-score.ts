import { marginsOf, migrationMatrix } from './migration-matrix.ts';

/**
 * The adjusted Rand index of two clusterings of the same rows: 1 when they are the same but for names, about 0 when one says no more
 * of the other than chance would, down to -0.5.
 *
 * Source: L. Hubert and P. Arabie, "Comparing partitions", Journal of Classification 2 (1985); the same as scikit-learn's.
 *
 * @throws RangeError when they are not of the same rows.
 */
export function adjustedRandScore(one: Int32Array, other: Int32Array): number {
  const matrix = migrationMatrix(one, other);
  const margins = marginsOf(matrix);
  const pairs = (counts: Float64Array): number => counts.reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
  const all = (one.length * (one.length - 1)) / 2;
  const together = pairs(matrix.counts);
  const inOne = pairs(margins.from);
  const inOther = pairs(margins.to);
  const expected = all === 0 ? 0 : (inOne * inOther) / all;
  const most = (inOne + inOther) / 2;
  // Both are one single cluster, or both all rows apart: there is nothing that they could differ in.
  if (most === expected) return 1;
  return (together - expected) / (most - expected);
}
