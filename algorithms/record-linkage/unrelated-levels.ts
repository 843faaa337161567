import { SeededRandom } from '../random/seeded-random.ts';
import { chanceOfSameValue } from './coded-column.ts';
import { comparePairs, type ComparedField } from './compare-pairs.ts';

/** Counted beside what the sample holds, so that what strangers rarely share is rare and not impossible. */
const pseudoCount = 0.5;

/**
 * u: the probability of each level of agreement between two records drawn at random, level 1 first. That of the same value is exact, from the frequencies of the
 * values; how the rest is shared among the other levels is seen in `pairs` drawn pairs.
 */
export function unrelatedLevels(fields: readonly ComparedField[], records: number, { pairs = 200_000, seed }: { readonly pairs?: number; readonly seed: number }): Float64Array[] {
  const random = new SeededRandom(seed);
  const draw = (): number => Math.min(records - 1, Math.floor(random.uniform() * records));
  const [left, right] = [new Uint32Array(pairs), new Uint32Array(pairs)];
  for (let pair = 0; pair < pairs; pair++) {
    left[pair] = draw();
    right[pair] = draw();
  }
  const levels = comparePairs(fields, left, right);
  return fields.map(({ column, comparison }, field) => {
    const counts = new Float64Array(comparison.levels.length).fill(pseudoCount);
    for (let pair = 0, at = field; pair < pairs; pair++, at += fields.length) if (levels[at]! > 0 && levels[at]! < counts.length) counts[levels[at]! - 1]!++;
    const unequal = counts.subarray(0, -1).reduce((sum, count) => sum + count, 0);
    const chance = chanceOfSameValue(column);
    // A value that nobody shares may be shared by the next two records.
    const same = Number.isNaN(chance) ? 0.5 : Math.min(Math.max(chance, 1 / (records * records)), 1 - 1e-9);
    return counts.map((count, level) => (level === counts.length - 1 ? same : ((1 - same) * count) / unequal));
  });
}
