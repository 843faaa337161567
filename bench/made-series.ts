import { rename, stat, writeFile } from 'node:fs/promises';
import { SeededRandom } from '../algorithms/random/seeded-random.ts';

/**
 * Writes made daily demand, one row of doubles a series: level, slow trend that turns, weekly and yearly season (of either kind), noise that
 * remembers yesterday, whole numbers; a tenth of the series sell now and then only. A file of the right size is left as it is.
 */
export async function writeMadeSeries(file: string, { series, days, seed }: { readonly series: number; readonly days: number; readonly seed: number }, say: (line: string) => void): Promise<void> {
  if ((await stat(file).catch(() => undefined))?.size === series * days * 8) return;
  say(`Writing ${series.toLocaleString('en')} made series of ${days} days to ${file}.`);
  const random = new SeededRandom(seed);
  const values = new Float64Array(series * days);
  for (let row = 0; row < series; row++) {
    const into = values.subarray(row * days, (row + 1) * days);
    if (row % 10 === 9) fillIntermittent(into, random);
    else fillRegular(into, random);
  }
  await writeFile(`${file}.partial`, values);
  await rename(`${file}.partial`, file);
}

function fillRegular(into: Float64Array, random: SeededRandom): void {
  const level = 20 * Math.exp(random.normal());
  const week = Array.from({ length: 7 }, () => 0.25 * random.normal());
  const waves = [0.3, 0.1].map((size) => [size * random.normal(), size * random.normal()] as const);
  const multiplicative = random.uniform() < 0.5;
  const noise = 0.1 + 0.2 * random.uniform();
  let [slope, drift, echo] = [0.0004 * random.normal(), 0, 0];
  for (let day = 0; day < into.length; day++) {
    if (random.uniform() < 1 / 200) slope = 0.0004 * random.normal();
    drift += slope + 0.003 * random.normal();
    echo = 0.3 * echo + noise * random.normal();
    const angle = (2 * Math.PI * day) / 365.25;
    const year = waves.reduce((sum, [sine, cosine], wave) => sum + sine * Math.sin((wave + 1) * angle) + cosine * Math.cos((wave + 1) * angle), 0);
    const season = (week[day % 7] as number) + year;
    const mean = multiplicative ? (1 + drift) * Math.exp(season) : 1 + drift + season;
    into[day] = Math.max(0, Math.round(level * (mean + echo * (multiplicative ? Math.max(mean, 0.1) : 1))));
  }
}

function fillIntermittent(into: Float64Array, random: SeededRandom): void {
  const chance = 0.05 + 0.35 * random.uniform();
  const size = 1 + 4 * random.uniform();
  for (let day = 0; day < into.length; day++) into[day] = random.uniform() < chance ? Math.max(1, Math.round(size * Math.exp(0.5 * random.normal()))) : 0;
}
