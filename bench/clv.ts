import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BgNbd } from '../algorithms/lifetime-value/bg-nbd.ts';
import { customerLifetimeValue } from '../algorithms/lifetime-value/customer-lifetime-value.ts';
import { GammaGamma } from '../algorithms/lifetime-value/gamma-gamma.ts';
import { summarisePurchases } from '../algorithms/lifetime-value/summarise-purchases.ts';
import { writeMadeHistories } from './made-histories.ts';
import type { Runs, Subject } from './side-by-side.ts';

interface ClvInput {
  /** Columns of doubles one after the other: frequency, recency, age, average value. */
  readonly file: string;
  readonly customers: number;
}

/** How far two maximum likelihood fits may lie apart, relative to their size: lifetimes stops by its own measure of flatness. */
const tolerance = 1e-3;

const sum = (column: Float64Array): number => column.reduce((total, value) => total + value, 0);

/** BG/NBD, Gamma-Gamma and the life-time value of each customer, beside lifetimes. */
export const subject: Subject<ClvInput> = {
  name: 'clv',
  description: 'Life-time value by BG/NBD and Gamma-Gamma, beside lifetimes.',
  module: import.meta.url,
  peers: [{ name: 'lifetimes', script: 'clv.py' }],
  async inputs({ folder, say }) {
    await mkdir(folder, { recursive: true });
    const made = { file: join(folder, 'histories-100k.f64'), customers: 100_000 };
    await writeMadeHistories(made.file, { customers: made.customers, seed: 9 }, say);
    const cdnow = await writeCdnow(join(folder, 'cdnow.f64'));
    if (cdnow === undefined) say('The CDNOW sample is not beside the checkout: made customers only.');
    return { ...(cdnow === undefined ? {} : { 'CDNOW 1/10th sample, 39 weeks': cdnow }), '100k made customers': made };
  },
  async own({ file, customers }) {
    const bytes = await readFile(file);
    const [frequency, recency, age, averageValue] = [0, 1, 2, 3].map((column) => new Float64Array(bytes.buffer.slice(bytes.byteOffset + column * customers * 8, bytes.byteOffset + (column + 1) * customers * 8))) as [Float64Array, Float64Array, Float64Array, Float64Array];
    const histories = { frequency, recency, age };
    const times = [performance.now()];
    const purchases = new BgNbd().fit(histories);
    times.push(performance.now());
    const values = new GammaGamma().fit(frequency, averageValue);
    times.push(performance.now());
    const alive = purchases.probabilityAlive(histories);
    const expected = purchases.expectedPurchases(90 / 7, histories);
    const worth = customerLifetimeValue(purchases, histories, values.expectedValue(frequency, averageValue), { periods: 12, period: 4.345, discountRate: 0.01 });
    times.push(performance.now());
    const took = (step: number): number => (times[step + 1]! - times[step]!) / 1000;
    return {
      seconds: { 'fit BG/NBD': took(0), 'fit Gamma-Gamma': took(1), 'predict': took(2), 'all': took(0) + took(1) + took(2) },
      figures: { ...purchases.parameters, ...values.parameters, alive: sum(alive), 'purchases in 90 days': sum(expected), 'worth of a year': sum(worth) },
    };
  },
  check({ own, peers }: Runs) {
    const [mine, theirs] = [own[0]!.figures, peers['lifetimes']![0]!.figures];
    return Object.keys(mine)
      .filter((name) => !(Math.abs(mine[name]! / theirs[name]! - 1) <= tolerance))
      .map((name) => `${name} is ${mine[name]} here and ${theirs[name]} there`);
  },
};

async function writeCdnow(file: string): Promise<ClvInput | undefined> {
  const text = await readFile(new URL('../../shared/datasets/cdnow/CDNOW_sample.txt', import.meta.url), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const day = (date: string): number => Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6))) / 86_400_000;
  const lines = text.trim().split('\n').map((line) => line.trim().split(/\s+/));
  const { customers, frequency, recency, age, averageValue } = summarisePurchases({
    customers: Uint32Array.from(lines, ([, customer]) => Number(customer)),
    days: Int32Array.from(lines, ([, , date]) => day(date!)),
    values: Float64Array.from(lines, ([, , , , dollars]) => Number(dollars)),
  }, day('19970930'), 7);
  await writeFile(file, Buffer.concat([frequency, recency, age, averageValue].map((column) => new Uint8Array(column.buffer))));
  return { file, customers: customers.length };
}
