import { cumulativeCounts } from './cumulative-counts.ts';

/**
 * Lift of the best tenths: how many times as large the share of class 1 is among the rows of the highest scores as among all. 1 is
 * chance. Of the rows that tie at the border, a part counts, with their mean share, so that the order of equals plays no part.
 *
 * Source: G. Piatetsky-Shapiro, B. Masand, "Estimating campaign benefits and modeling lift", KDD 1999.
 *
 * @param actual class of each row, 0 or 1, with at least one 1.
 * @param decile tenths of the rows from the top, 1 to 10.
 * @throws RangeError when the lengths differ, a score is NaN, a class is neither 0 nor 1, none is 1, or the decile is not an integer of 1 to 10.
 */
export function liftAtDecile(actual: Uint8Array, scores: Float64Array, decile = 1): number {
  if (!Number.isInteger(decile) || decile < 1 || decile > 10) throw new RangeError(`decile must be an integer of 1 to 10, not ${decile}`);
  const wanted = (actual.length * decile) / 10;
  let [rows, positives, within] = [0, 0, Number.NaN];
  for (const { truePositives, falsePositives } of cumulativeCounts(actual, scores)) {
    const next = truePositives + falsePositives;
    if (Number.isNaN(within) && next >= wanted) within = positives + ((truePositives - positives) * (wanted - rows)) / (next - rows);
    rows = next;
    positives = truePositives;
  }
  if (positives === 0) throw new RangeError('the lift needs a row of class 1');
  return within / wanted / (positives / rows);
}
