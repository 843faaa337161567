import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subject as hierarchical } from '../../../bench/hierarchical.ts';
import { subject as kmeans } from '../../../bench/kmeans.ts';
import { writeMadeCustomers } from '../../../bench/made-customers.ts';
import type { Measurement } from '../../../bench/side-by-side.ts';

let folder: string;
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'bench-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (figures: Record<string, number>): Measurement => ({ seconds: {}, figures, peakBytes: 0 });
const silent = (): void => undefined;

describe('made customers', () => {
  it('are the same for the same seed, and not written twice', async () => {
    const size = { rows: 20_000, columns: 3, groups: 4 };
    const files = [1, 1, 2].map((seed, place) => ({ seed, file: join(folder, `made-${place}.f32`) }));
    for (const { seed, file } of files) await writeMadeCustomers(file, { ...size, seed }, silent);
    const [one, again, other] = await Promise.all(files.map(({ file }) => readFile(file)));
    expect(one!.length).toBe(20_000 * 3 * 4);
    expect(one!.equals(again!)).toBe(true);
    expect(one!.equals(other!)).toBe(false);
    const { mtimeMs } = await stat(files[0]!.file);
    await writeMadeCustomers(files[0]!.file, { ...size, seed: 9 }, silent);
    expect((await stat(files[0]!.file)).mtimeMs).toBe(mtimeMs);
  });
});

describe('the bench of k-means', () => {
  const input = { file: '', rows: 1, columns: 1, clusters: 1 };
  const sides = (own: number, peer: number) => {
    const of = (inertia: number): Measurement[] => [inertia * 0.9, inertia * 1.1].map((each) => run({ 'inertia of one start': each, 'inertia of ten starts': inertia }));
    return { own: of(own), peers: { 'scikit-learn Lloyd': of(peer) } };
  };

  it('lets times be compared when the project ends as low, over the runs, to a thousandth', () => {
    expect(kmeans.check(sides(100, 100), input)).toEqual([]);
    expect(kmeans.check(sides(90, 100), input)).toEqual([]);
    expect(kmeans.check(sides(100.2, 100), input)).toEqual([
      'inertia of one start is on the mean 0.200 % above the peer\'s', 'inertia of ten starts is on the mean 0.200 % above the peer\'s',
    ]);
    expect(kmeans.check(sides(Number.NaN, 100), input)).toHaveLength(2);
  });

  it('measures both numbers of starts', async () => {
    const file = join(folder, 'kmeans.f32');
    await writeMadeCustomers(file, { rows: 900, columns: 4, groups: 3, seed: 1 }, silent);
    const { seconds, figures } = await kmeans.own({ file, rows: 900, columns: 4, clusters: 3, run: 0 });
    expect(Object.keys(seconds)).toEqual(['one start', 'ten starts']);
    expect(figures['inertia of ten starts']).toBeLessThanOrEqual(figures['inertia of one start']! * 1.001);
  });
});

describe('the bench of hierarchical clustering', () => {
  const input = { file: '', rows: 1, columns: 1, clusters: 1 };
  const figures = { 'partition (checksum)': 7, 'sum of heights': 100 };

  it('lets times be compared only for the same partition', () => {
    expect(hierarchical.check({ own: [run(figures)], peers: { fastcluster: [run({ ...figures, 'sum of heights': 100 + 1e-9 })] } }, input)).toEqual([]);
    expect(hierarchical.check({ own: [run(figures)], peers: { fastcluster: [run({ ...figures, 'partition (checksum)': 8 })] } }, input)).toEqual(['the partitions are not the same']);
    expect(hierarchical.check({ own: [run(figures)], peers: { fastcluster: [run({ ...figures, 'sum of heights': 101 })] } }, input)).toHaveLength(1);
  });

  it('measures the dendrogram with its cut', async () => {
    const file = join(folder, 'hierarchical.f32');
    await writeMadeCustomers(file, { rows: 300, columns: 4, groups: 3, seed: 1 }, silent);
    const measured = await hierarchical.own({ file, rows: 300, columns: 4, clusters: 3, run: 0 });
    expect(Object.keys(measured.seconds)).toEqual(['ward']);
    expect(measured.figures['sum of heights']).toBeGreaterThan(0);
  });
});
