/** How many rows went from each cluster of one labelling to each of another. */
export interface MigrationMatrix {
  /** The labels that occur, ascending. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Rows, row-major from x to. */
  readonly counts: Float64Array;
}

/**
 * The contingency table of two labellings of the same rows; for segments of two cycles, who moved where.
 * @param before cluster of each row, any integers; `after` likewise.
 * @throws RangeError when they are not of the same rows.
 */
export function migrationMatrix(before: Int32Array, after: Int32Array): MigrationMatrix {
  if (before.length !== after.length) throw new RangeError(`labellings of ${before.length} and ${after.length} rows cannot be of the same rows`);
  const from = new Int32Array(new Set(before)).sort();
  const to = new Int32Array(new Set(after)).sort();
  const fromPlace = new Map(Array.from(from, (label, place) => [label, place]));
  const toPlace = new Map(Array.from(to, (label, place) => [label, place]));
  const counts = new Float64Array(from.length * to.length);
  for (let row = 0; row < before.length; row++) {
    const place = fromPlace.get(before[row]!)! * to.length + toPlace.get(after[row]!)!;
    counts[place] = counts[place]! + 1;
  }
  return { from, to, counts };
}

/** Rows by cluster of either side. */
export function marginsOf({ from, to, counts }: MigrationMatrix): { readonly from: Float64Array; readonly to: Float64Array } {
  const margins = { from: new Float64Array(from.length), to: new Float64Array(to.length) };
  counts.forEach((count, place) => {
    const row = Math.floor(place / to.length);
    const column = place % to.length;
    margins.from[row] = margins.from[row]! + count;
    margins.to[column] = margins.to[column]! + count;
  });
  return margins;
}
