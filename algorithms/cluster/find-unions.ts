import type { Unions } from './linkage.ts';
import { matrixUnions } from './matrix-unions.ts';
import { singleUnions } from './single-unions.ts';
import { wardUnions } from './ward-unions.ts';

/** How far apart two clusters are: Ward's growth of the sum of squares, or the mean, largest or least Euclidean distance of their rows. */
export type LinkageMethod = 'ward' | 'average' | 'complete' | 'single';

/** What is to be linked; see AgglomerativeClustering. */
export interface UnionsRequest {
  readonly method: LinkageMethod;
  /** Row-major rows x columns. */
  readonly matrix: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** Rows that each row stands for; 1 when not given. */
  readonly weights?: Float64Array;
}

/** All unions of a dendrogram, on the calling thread. */
export function findUnions({ method, matrix, rows, columns, weights }: UnionsRequest): Unions {
  if (method === 'ward') return wardUnions(matrix, rows, columns, weights);
  if (method === 'single') return singleUnions(matrix, rows, columns);
  return matrixUnions(matrix, rows, columns, method, weights);
}
