import { SeededRandom } from '../random/seeded-random.ts';

/** Rows to learn from and rows to judge by; none is in both. */
export interface HonestSplit {
  /** Ascending. */
  readonly learn: Uint32Array;
  readonly judge: Uint32Array;
}

/**
 * Splits the customers of an experiment so that nothing that was learnt from a customer is judged by the same one, with the share of each arm
 * the same in both parts.
 *
 * Source: S. Athey and G. Imbens, "Recursive partitioning for heterogeneous causal effects", PNAS 113 (2016).
 *
 * @throws RangeError when the share is not in (0, 1), or a part would have no customer of an arm.
 */
export function honestSplit(treated: Uint8Array, { judgeShare = 0.5, seed = 0 }: { readonly judgeShare?: number; readonly seed?: number } = {}): HonestSplit {
  if (!(judgeShare > 0 && judgeShare < 1)) throw new RangeError(`judgeShare must be in (0, 1), not ${judgeShare}`);
  const random = new SeededRandom(seed);
  const judges = new Uint8Array(treated.length);
  for (const arm of [0, 1]) {
    const rows = random.shuffle(Uint32Array.from(treated, (_, row) => row).filter((row) => treated[row] === arm));
    const count = Math.round(rows.length * judgeShare);
    if (count === 0 || count === rows.length) throw new RangeError(`arm ${arm} has ${rows.length} customers, too few for two parts`);
    for (const row of rows.subarray(0, count)) judges[row] = 1;
  }
  const all = Uint32Array.from(treated, (_, row) => row);
  return { learn: all.filter((row) => judges[row] === 0), judge: all.filter((row) => judges[row] === 1) };
}
