import { chanceOfSameValue, type CodedColumn } from './coded-column.ts';

/**
 * How much likelier, as a natural logarithm, two strangers are to share this very value than to share any: to have "Smith" in common says less than to have
 * "Zieliński" (Winkler 2000, Frequency-based matching in Fellegi–Sunter model). 0 where a pair does not share a value.
 * @param left, right records of each pair
 */
export function termRareness({ codes, counts }: CodedColumn, left: ArrayLike<number>, right: ArrayLike<number>): Float32Array {
  const present = counts.reduce((sum, count, code) => (code === 0 ? 0 : sum + count), 0);
  const average = chanceOfSameValue({ codes, counts, values: [] });
  const rareness = new Float32Array(left.length);
  if (!(average > 0)) return rareness;
  const ofCode = Float64Array.from(counts, (count) => Math.log(Math.max(count - 1, 0.5) / (present - 1) / average));
  for (let pair = 0; pair < left.length; pair++) {
    const code = codes[left[pair]!]!;
    if (code !== 0 && code === codes[right[pair]!]!) rareness[pair] = ofCode[code]!;
  }
  return rareness;
}
