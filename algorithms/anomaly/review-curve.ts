/** What comes of looking at the `alerts` cases of the highest scores. */
export interface ReviewPoint {
  readonly alerts: number;
  readonly found: number;
  /** Share of the alerts that were right, and share of all that is to be found that they found. */
  readonly precision: number;
  readonly recall: number;
  /** Money kept by stopping what was found, less what the looks cost. */
  readonly saved: number;
}

export interface ReviewCosts {
  /** What one look costs. */
  readonly reviewCost: number;
  /** Share of an amount that is lost where nobody looks. */
  readonly lossShare: number;
}

/**
 * The curve of a review queue: what looking at one more case, the highest score first, brings and costs. Of equal scores the earlier row comes first.
 *
 * Source: A. Dal Pozzolo and others, "Credit card fraud detection: a realistic modeling and a novel learning strategy", IEEE TNNLS 29 (2018), for
 * precision at the capacity of the investigators as the figure that counts.
 *
 * @param actual 1 for a case that is to be found.
 * @param amounts money at stake in each.
 * @param sizes numbers of alerts to tell of, each within the rows.
 * @throws RangeError when the shapes do not fit, a score is NaN, or a size is no number of rows.
 */
export function reviewCurve(actual: Uint8Array, scores: Float64Array, amounts: Float64Array, sizes: readonly number[], { reviewCost, lossShare }: ReviewCosts): ReviewPoint[] {
  const rows = actual.length;
  if (scores.length !== rows || amounts.length !== rows) throw new RangeError(`there are ${scores.length} scores and ${amounts.length} amounts for ${rows} rows`);
  if (scores.some(Number.isNaN)) throw new RangeError('a score is NaN');
  for (const size of sizes) if (!Number.isInteger(size) || size < 1 || size > rows) throw new RangeError(`${size} alerts of ${rows} rows`);
  const order = highestFirst(scores);
  const found = new Float64Array(rows + 1);
  const kept = new Float64Array(rows + 1);
  order.forEach((row, place) => {
    found[place + 1] = found[place]! + actual[row]!;
    kept[place + 1] = kept[place]! + (actual[row] === 1 ? amounts[row]! : 0);
  });
  const all = found[rows]!;
  return sizes.map((alerts) => ({ alerts, found: found[alerts]!, precision: found[alerts]! / alerts, recall: all === 0 ? 0 : found[alerts]! / all, saved: kept[alerts]! * lossShare - alerts * reviewCost }));
}

/** Rows by falling score; of equal scores the earlier row first. */
export function highestFirst(scores: Float64Array): Uint32Array {
  return Uint32Array.from(scores.keys()).sort((one, other) => scores[other]! - scores[one]! || one - other);
}
