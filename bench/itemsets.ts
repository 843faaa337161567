import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Apriori } from '../algorithms/associate/apriori.ts';
import { Eclat } from '../algorithms/associate/eclat.ts';
import { FPGrowth } from '../algorithms/associate/fp-growth.ts';
import { questBaskets } from './quest-baskets.ts';
import type { Runs, Subject } from './side-by-side.ts';

interface ItemsetsInput {
  /** Words of 32 bits: the number of baskets, their offsets, one more than they are, and the items. */
  readonly file: string;
  readonly minSupport: number;
  /** How many itemsets are published for the input; unknown for made baskets. */
  readonly published?: number;
}

const miners = { Eclat, FPGrowth, Apriori };

/** Frequent itemsets beside Borgelt's programs in C (pyfim) and mlxtend. Both sides begin with the baskets in memory in their own form. */
export const subject: Subject<ItemsetsInput> = {
  name: 'itemsets',
  description: 'Frequent itemsets of FIMI retail and T10I4D100K-like baskets at 0.1 %, beside pyfim and mlxtend.',
  module: import.meta.url,
  peers: [
    { name: 'pyfim', script: 'itemsets.py', parameters: { library: 'pyfim' } },
    { name: 'mlxtend', script: 'itemsets.py', parameters: { library: 'mlxtend' } },
  ],
  async inputs({ folder, say }): Promise<Readonly<Record<string, ItemsetsInput>>> {
    await mkdir(folder, { recursive: true });
    const made: ItemsetsInput = { file: join(folder, 't10i4d100k-like.u32'), minSupport: 0.001 };
    if (await stat(made.file).catch(() => undefined) === undefined) {
      say(`Writing 100,000 made baskets to ${made.file}.`);
      await writeBaskets(made.file, questBaskets({ baskets: 100_000, basketLength: 10, patternLength: 4, items: 1000, patterns: 2000, seed: 1 }));
    }
    const text = await readFile(new URL('../../shared/datasets/fimi_retail/retail.dat', import.meta.url), 'utf8').catch(() => undefined);
    if (text === undefined) {
      say('FIMI retail is not beside the checkout: made baskets only.');
      return { 'T10I4D100K-like, 0.1 %': made };
    }
    const retail: ItemsetsInput = { file: join(folder, 'retail.u32'), minSupport: 0.001, published: 7589 };
    await writeBaskets(retail.file, text.trim().split('\n').map((line) => [...new Set(line.trim().split(' ').map(Number))].sort((one, other) => one - other)));
    return { 'FIMI retail, 0.1 %': retail, 'T10I4D100K-like, 0.1 %': made };
  },
  async own({ file, minSupport }) {
    const bytes = await readFile(file);
    const words = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const offsets = words.slice(1, words[0]! + 2);
    const items = words.slice(words[0]! + 2);
    const seconds: Record<string, number> = {};
    const figures: Record<string, number> = {};
    for (const [name, Miner] of Object.entries(miners)) {
      const start = performance.now();
      const { counts } = new Miner({ minSupport }).fit(offsets, items).itemsets;
      seconds[name] = (performance.now() - start) / 1000;
      figures[`itemsets by ${name}`] = counts.length;
      figures[`sum of counts by ${name}`] = counts.reduce((sum, count) => sum + count, 0);
    }
    return { seconds: { ...seconds, 'the fastest': Math.min(...Object.values(seconds)) }, figures };
  },
  check({ own, peers }: Runs, { published }) {
    const complaints: string[] = [];
    const expected = { 'itemsets': published ?? own[0]!.figures['itemsets by Eclat']!, 'sum of counts': own[0]!.figures['sum of counts by Eclat']! };
    for (const { figures } of [...own, ...Object.values(peers).flat()]) {
      for (const [name, figure] of Object.entries(figures)) {
        const wanted = expected[name.startsWith('itemsets') ? 'itemsets' : 'sum of counts'];
        if (figure !== wanted) complaints.push(`${name}: ${figure}, not ${wanted}`);
      }
    }
    return complaints;
  },
};

async function writeBaskets(file: string, baskets: readonly (readonly number[])[]): Promise<void> {
  const words = [baskets.length, 0];
  let end = 0;
  for (const basket of baskets) words.push(end += basket.length);
  for (const basket of baskets) for (const item of basket) words.push(item);
  await writeFile(file, Uint32Array.from(words));
}
