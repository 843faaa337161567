import { open, rename, stat } from 'node:fs/promises';
import { SeededRandom } from '../algorithms/random/seeded-random.ts';

/**
 * Writes customers who buy as BG/NBD and Gamma-Gamma say, known by whole days for up to two years: four columns of little-endian
 * doubles one after the other, frequency, recency and age in weeks, and the average value of a purchase after the first. A file that
 * has the right size already is left as it is.
 */
export async function writeMadeHistories(file: string, { customers, seed }: { readonly customers: number; readonly seed: number }, say: (line: string) => void): Promise<void> {
  if ((await stat(file).catch(() => undefined))?.size === customers * 4 * 8) return;
  say(`Writing ${customers.toLocaleString('en')} made purchase histories to ${file}.`);
  const random = new SeededRandom(seed);
  const [frequency, recency, age, value] = Array.from({ length: 4 }, () => new Float64Array(customers)) as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let customer = 0; customer < customers; customer++) {
    const known = 30 + random.integer(700);
    const rate = gammaDraw(random, 0.7) / 60;
    const [out, stay] = [gammaDraw(random, 0.9), gammaDraw(random, 4)];
    let [now, last, repeats, alive] = [0, 0, 0, true];
    while (alive) {
      now -= Math.log(1 - random.uniform()) / rate;
      const day = Math.floor(now);
      if (day > known) break;
      // What is bought within a day is one purchase.
      if (day === last) continue;
      last = day;
      repeats++;
      alive = random.uniform() > out / (out + stay);
    }
    frequency[customer] = repeats;
    recency[customer] = last / 7;
    age[customer] = known / 7;
    const spending = gammaDraw(random, 4) / 15;
    value[customer] = repeats === 0 ? 0 : gammaDraw(random, 6 * repeats) / spending / repeats;
  }
  const partial = await open(`${file}.partial`, 'w');
  try {
    for (const column of [frequency, recency, age, value]) await partial.write(column);
  } finally {
    await partial.close();
  }
  await rename(`${file}.partial`, file);
}

/** A gamma variable of rate 1 (Marsaglia and Tsang 2000). */
function gammaDraw(random: SeededRandom, shape: number): number {
  if (shape < 1) return gammaDraw(random, shape + 1) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const normal = random.normal();
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < (normal * normal) / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
}
