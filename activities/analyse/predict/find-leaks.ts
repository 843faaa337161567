import { rocAuc } from '../../../algorithms/metrics/roc-auc.ts';
import type { PredictionRows } from './prediction-rows.ts';

/** What people do by habit is never told so well by one figure; what was written after they did it is. */
const tooGood = 0.975;
/** Rows looked at; more change no verdict. */
const mostRows = 5000;
/** Of each class; fewer can be in order by chance. */
const fewest = 20;

/**
 * Columns that alone put nearly every buyer on one side: such a feature knows the future, by a mistake in its SQL or by a source that is written back to. It
 * would win any comparison and be worth nothing for tomorrow, when that future is not there yet. A missing value counts as one of its own, below all others.
 */
export function findLeaks({ matrix, rows, labels }: PredictionRows, width: number): number[] {
  const looked = Math.min(rows, mostRows);
  // Spread over all rows, as their order may mean something.
  const places = Uint32Array.from({ length: looked }, (_, place) => Math.floor((place * rows) / looked));
  const truth = Uint8Array.from(places, (row) => labels[row]!);
  const positives = truth.reduce((sum, label) => sum + label, 0);
  if (positives < fewest || looked - positives < fewest) return [];
  return Array.from({ length: width }, (_, column) => column).filter((column) => {
    const values = Float64Array.from(places, (row) => matrix[row * width + column]!);
    const lowest = values.reduce((least, value) => (value < least ? value : least), Number.POSITIVE_INFINITY);
    const auc = rocAuc(truth, values.map((value) => (Number.isNaN(value) ? lowest - 1 : value)));
    return Math.max(auc, 1 - auc) > tooGood;
  });
}

/** The same rows without what some columns say: each has the same value everywhere. */
export function withoutColumns(matrix: Float64Array, width: number, columns: readonly number[]): Float64Array {
  if (columns.length === 0) return matrix;
  const kept = matrix.slice();
  for (let row = 0; row < kept.length; row += width) for (const column of columns) kept[row + column] = 0;
  return kept;
}
