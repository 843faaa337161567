import { quantile } from './quantile.ts';

/**
 * Population stability index of a column between two samples: sum over bins of (share now - share before) * ln(share now / share before). Bins hold
 * equal shares of the sample before; missing values (NaN) are a bin of their own. By custom below 0.1 is stable, 0.1 to 0.25 a shift to look at,
 * above it another population. An empty bin counts as half a row, so that the figure stays finite.
 *
 * Source: N. Siddiqi, "Credit Risk Scorecards" (2006), chapter 10.
 *
 * @throws RangeError when a sample is empty or bins is not an integer of at least 2.
 */
export function populationStabilityIndex(before: Float64Array, now: Float64Array, { bins = 10 }: { readonly bins?: number } = {}): number {
  if (before.length === 0 || now.length === 0) throw new RangeError('a stability index needs rows in both samples');
  if (!Number.isInteger(bins) || bins < 2) throw new RangeError(`bins must be an integer of at least 2, not ${bins}`);
  const ascending = before.filter((value) => !Number.isNaN(value)).sort();
  // Equal borders are one: a value that many have would otherwise be dealt out among bins.
  const borders = ascending.length === 0 ? [] : [...new Set(Array.from({ length: bins - 1 }, (_, bin) => quantile(ascending, (bin + 1) / bins)))];
  const shares = (values: Float64Array): Float64Array => {
    const counts = new Float64Array(borders.length + 2);
    for (const value of values) {
      const bin = Number.isNaN(value) ? borders.length + 1 : binOf(borders, value);
      counts[bin] = counts[bin]! + 1;
    }
    return counts.map((count) => Math.max(count, 0.5) / values.length);
  };
  const [one, other] = [shares(before), shares(now)];
  return one.reduce((sum, share, bin) => sum + (other[bin]! - share) * Math.log(other[bin]! / share), 0);
}

/** The number of borders below a value: one on a border belongs to the bin below it. */
function binOf(borders: readonly number[], value: number): number {
  let [low, high] = [0, borders.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (borders[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
