/** What a row of runs came to. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly runs: number;
}

/**
 * Median and range of measurements; the median of an even number is the mean of the two in the middle.
 * @throws RangeError when there is none
 */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('A spread needs at least one measurement.');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, least: sorted[0]!, most: sorted[sorted.length - 1]!, runs: sorted.length };
}

/** How many times `peer` is as large as `own`: above 1 the project is faster or smaller. NaN where either is not positive. */
export function ratio(own: Spread, peer: Spread): number {
  return own.median > 0 && peer.median > 0 ? peer.median / own.median : Number.NaN;
}
