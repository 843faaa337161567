import { mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SeededRandom } from '../algorithms/random/seeded-random.ts';

/** Files of customers and whether they bought: row-major Float32 features, little-endian, and a byte a customer. */
export interface MadePurchases {
  readonly features: string;
  readonly bought: string;
  /** Rows to learn from come first, then the rows to judge by. */
  readonly rows: number;
  readonly testRows: number;
  readonly columns: number;
}

/**
 * Writes customers whose features are correlated and whose log odds of buying are a line with bends, products and waves on it, so that
 * a network can know more than a line does. Files of the right size are left as they are.
 */
export async function writeMadePurchases(
  folder: string,
  { rows, testRows, columns, seed }: { readonly rows: number; readonly testRows: number; readonly columns: number; readonly seed: number },
  say: (line: string) => void,
): Promise<MadePurchases> {
  const all = rows + testRows;
  const features = join(folder, `features-${all}-${columns}.f32`);
  const bought = join(folder, `bought-${all}-${columns}.u8`);
  const made = { features, bought, rows, testRows, columns };
  const sizeOf = async (file: string): Promise<number | undefined> => (await stat(file).catch(() => undefined))?.size;
  if (await sizeOf(features) === all * columns * 4 && await sizeOf(bought) === all) return made;
  say(`Writing ${all.toLocaleString('en')} made purchases to ${folder}.`);
  await mkdir(folder, { recursive: true });
  const random = new SeededRandom(seed);
  const line = Float64Array.from({ length: columns }, () => 0.9 * random.normal());
  const truth = new Uint8Array(all);
  const partial = await open(`${features}.partial`, 'w');
  try {
    const block = 16_384;
    for (let first = 0; first < all; first += block) {
      const count = Math.min(block, all - first);
      const values = new Float32Array(count * columns);
      for (let row = 0; row < count; row++) {
        const place = row * columns;
        const common = random.normal();
        let logOdds = -2;
        for (let column = 0; column < columns; column++) {
          const value = 0.4 * common + 0.92 * random.normal();
          values[place + column] = value;
          logOdds += line[column]! * value;
        }
        const [a, b, c, d] = values.subarray(place, place + 4) as unknown as [number, number, number, number];
        logOdds += 1.5 * Math.tanh(a * b) + (c * c - 1) + 1.3 * Math.sin(2 * d);
        truth[first + row] = Number(random.uniform() < 1 / (1 + Math.exp(-1.6 * logOdds)));
      }
      await partial.write(values);
    }
  } finally {
    await partial.close();
  }
  const labels = await open(`${bought}.partial`, 'w');
  await labels.write(truth);
  await labels.close();
  await rename(`${features}.partial`, features);
  await rename(`${bought}.partial`, bought);
  return made;
}
