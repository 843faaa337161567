import { marginsOf, migrationMatrix } from './migration-matrix.ts';

/** Jaccard similarity of every cluster of one labelling with every cluster of another. */
export interface ClusterSimilarities {
  /** The labels that occur, ascending. */
  readonly one: Int32Array;
  readonly other: Int32Array;
  /** Rows in both over rows in either, 0 to 1; row-major one x other. */
  readonly similarities: Float64Array;
}

/**
 * P. Jaccard's coefficient (1901) of clusters, as sets of rows.
 * @throws RangeError when the labellings are not of the same rows.
 */
export function jaccardOfClusters(one: Int32Array, other: Int32Array): ClusterSimilarities {
  const matrix = migrationMatrix(one, other);
  const margins = marginsOf(matrix);
  const columns = matrix.to.length;
  const similarities = matrix.counts.map((both, place) => both / (margins.from[Math.floor(place / columns)]! + margins.to[place % columns]! - both));
  return { one: matrix.from, other: matrix.to, similarities };
}
