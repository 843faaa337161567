import { open, rename, stat } from 'node:fs/promises';
import { SeededRandom } from '../algorithms/random/seeded-random.ts';

/**
 * Writes a row-major Float32 matrix, little-endian, of customers in overlapping groups: Gaussian about each group's centre, groups of
 * unlike sizes and widths, one customer in fifty drawn three times as wide. Data standardised and clipped look so, and no start is sure of its end.
 * A file that has the right size already is left as it is.
 */
export async function writeMadeCustomers(
  file: string,
  { rows, columns, groups, seed }: { readonly rows: number; readonly columns: number; readonly groups: number; readonly seed: number },
  say: (line: string) => void,
): Promise<void> {
  const bytes = rows * columns * 4;
  if ((await stat(file).catch(() => undefined))?.size === bytes) return;
  say(`Writing ${rows.toLocaleString('en')} made customers to ${file}.`);
  const random = new SeededRandom(seed);
  const centres = Float64Array.from({ length: groups * columns }, () => random.normal());
  const widths = Float64Array.from({ length: groups }, () => 0.5 + 0.7 * random.uniform());
  const shares = Float64Array.from({ length: groups }, (_, group) => 1 / (1 + group / 3));
  const whole = shares.reduce((sum, share) => sum + share, 0);
  const partial = await open(`${file}.partial`, 'w');
  try {
    const block = 16_384;
    for (let first = 0; first < rows; first += block) {
      const values = new Float32Array(Math.min(block, rows - first) * columns);
      for (let place = 0; place < values.length; place += columns) {
        let draw = random.uniform() * whole;
        let group = 0;
        while (group < groups - 1 && draw >= shares[group]!) draw -= shares[group++]!;
        const width = widths[group]! * (random.uniform() < 0.02 ? 3 : 1);
        for (let column = 0; column < columns; column++) values[place + column] = centres[group * columns + column]! + width * random.normal();
      }
      await partial.write(values);
    }
  } finally {
    await partial.close();
  }
  await rename(`${file}.partial`, file);
}
