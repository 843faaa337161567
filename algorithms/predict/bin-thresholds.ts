import { SeededRandom } from '../random/seeded-random.ts';

/** Rows whose values say where the thresholds lie; quantiles of more are the same for any purpose here. */
const sampledRows = 32_768;

/** Thresholds of a column in the kernel, the unused infinite. */
export const thresholdsOfAColumn = 256;

/**
 * Where a column's values are cut into bins: halfway between neighbouring values where there are at most `maxBins` of them, at quantiles
 * else. A value belongs to the bin whose number is that of the thresholds below it.
 *
 * @param x row-major rows x columns.
 * @returns ascending thresholds by column, none of a column that does not vary
 * @throws RangeError when a value is not finite.
 */
export function binThresholds(x: Float64Array | Float32Array, rows: number, columns: number, maxBins: number, seed: number): Float64Array[] {
  for (let place = 0; place < x.length; place++) if (!(Math.abs(x[place]!) < Number.POSITIVE_INFINITY)) throw new RangeError('x has a value that is not finite');
  const sample = rows <= sampledRows ? undefined : new SeededRandom(seed).sample(rows, sampledRows);
  const count = sample?.length ?? rows;
  const values = x instanceof Float64Array ? new Float64Array(count) : new Float32Array(count);
  return Array.from({ length: columns }, (_, column) => {
    for (let place = 0; place < count; place++) values[place] = x[(sample === undefined ? place : sample[place]!) * columns + column]!;
    return thresholdsOf(values.sort(), maxBins);
  });
}

function thresholdsOf(sorted: Float64Array | Float32Array, maxBins: number): Float64Array {
  const between = (place: number): number => sorted[place - 1]! / 2 + sorted[place]! / 2;
  const thresholds: number[] = [];
  for (let place = 1; place < sorted.length && thresholds.length < maxBins; place++) if (sorted[place] !== sorted[place - 1]) thresholds.push(between(place));
  if (thresholds.length < maxBins) return Float64Array.from(thresholds);
  const cuts = new Set<number>();
  for (let cut = 1; cut < maxBins; cut++) {
    const rank = (cut * (sorted.length - 1)) / maxBins;
    const [below, above] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!];
    // The largest value may be the quantile of many ranks; nothing lies above it.
    const threshold = below / 2 + above / 2;
    if (threshold < sorted[sorted.length - 1]!) cuts.add(threshold);
  }
  return Float64Array.from(cuts);
}
