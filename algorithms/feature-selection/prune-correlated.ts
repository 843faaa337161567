import { correlationMatrix } from './correlation-matrix.ts';

export interface PruneCorrelatedOptions {
  /** Absolute correlation above which one of a pair goes; 0.9 when not given. */
  readonly maximum?: number;
  /** How much each column is worth, such as its mutual information with the target: of a pair the one that is worth less goes. */
  readonly relevance: ArrayLike<number>;
}

export interface Pruned {
  /** Whether each column stays. */
  readonly support: boolean[];
  /** For each column that goes, the one that stands for it; -1 for those that stay. */
  readonly rival: Int32Array;
  /** Correlation with the rival; 0 for those that stay. */
  readonly correlation: Float64Array;
}

/**
 * Leaves out columns that others stand for: in the order of their relevance (the first of equals first) each column stays unless its
 * correlation with one that stayed before is above the maximum.
 * @param matrix row-major rows x columns, finite.
 * @throws RangeError when the shape is wrong, the maximum is not in (0, 1], or there are not as many relevances as columns.
 */
export function pruneCorrelated(matrix: Float64Array, rows: number, columns: number, { maximum = 0.9, relevance }: PruneCorrelatedOptions): Pruned {
  if (!(maximum > 0 && maximum <= 1)) throw new RangeError(`maximum must be in (0, 1], not ${maximum}`);
  if (relevance.length !== columns) throw new RangeError(`${relevance.length} relevances were given for ${columns} columns`);
  const correlations = correlationMatrix(matrix, rows, columns);
  const order = Array.from({ length: columns }, (_, column) => column).sort((a, b) => (relevance[b] as number) - (relevance[a] as number) || a - b);
  const support = new Array<boolean>(columns).fill(false);
  const rival = new Int32Array(columns).fill(-1);
  const correlation = new Float64Array(columns);
  const kept: number[] = [];
  for (const column of order) {
    const nearest = kept.reduce((best, other) => (best < 0 || Math.abs(correlations[column * columns + other] as number) > Math.abs(correlations[column * columns + best] as number) ? other : best), -1);
    if (nearest >= 0 && Math.abs(correlations[column * columns + nearest] as number) > maximum) {
      rival[column] = nearest;
      correlation[column] = correlations[column * columns + nearest] as number;
      continue;
    }
    kept.push(column);
    support[column] = true;
  }
  return { support, rival, correlation };
}
