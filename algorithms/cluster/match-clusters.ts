import { jaccardOfClusters } from './jaccard-of-clusters.ts';
import { linearSumAssignment } from './linear-sum-assignment.ts';

/** A cluster of today and the one of before that it goes on from. */
export interface ClusterMatch {
  readonly after: number;
  /** Absent for a cluster that is new. */
  readonly before?: number;
  /** Jaccard similarity of the two, 0 to 1; 0 for a new one. */
  readonly similarity: number;
}

/**
 * Which cluster of an earlier labelling each cluster goes on from: the pairs whose Jaccard similarities add up to the most, one to one.
 * A cluster without any row of an earlier one is new.
 *
 * @param before cluster of each row earlier, and `after` now; only rows that are in both.
 * @throws RangeError when they are not of the same rows.
 */
export function matchClusters(before: Int32Array, after: Int32Array): readonly ClusterMatch[] {
  const { one, other, similarities } = jaccardOfClusters(before, after);
  const { rows, columns } = linearSumAssignment(similarities, one.length, other.length, { maximize: true });
  const rowOf = new Map(Array.from(columns, (column, place) => [column, rows[place]!]));
  return Array.from(other, (label, column): ClusterMatch => {
    const row = rowOf.get(column);
    const similarity = row === undefined ? 0 : similarities[row * other.length + column]!;
    return row === undefined || similarity === 0 ? { after: label, similarity: 0 } : { after: label, before: one[row]!, similarity };
  });
}
