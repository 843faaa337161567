import { describe, expect, it } from 'vitest';
import { bootstrapStability } from '../../../algorithms/cluster/bootstrap-stability.ts';
import { calinskiHarabaszScore } from '../../../algorithms/cluster/calinski-harabasz-score.ts';
import { describeClusters } from '../../../algorithms/cluster/describe-clusters.ts';
import { firstSufficient, gapStatistic } from '../../../algorithms/cluster/gap-statistic.ts';
import { AgglomerativeClustering } from '../../../algorithms/cluster/agglomerative-clustering.ts';
import { KMeans } from '../../../algorithms/cluster/kmeans.ts';
import { membershipReasons } from '../../../algorithms/cluster/membership-reasons.ts';
import { selectClusters } from '../../../algorithms/cluster/select-clusters.ts';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';
import { madeMatrix } from './made-numbers.ts';

const clumps = Float32Array.from(madeMatrix(300, 5, 5000), (value, place) => value + (place % 5 === Math.floor(place / 5) % 4 ? 2 : 0));
const byRow = (names: number): Int32Array => Int32Array.from({ length: 300 }, (_, row) => row % names);
const formless = Float32Array.from(madeMatrix(400, 3, 20_000));

describe('the Calinski-Harabasz score', () => {
  it('agrees with scikit-learn', () => {
    // scikit-learn 1.9.1: calinski_harabasz_score(clumps.astype(float64), arange(300) % 4) and % 3
    expect(calinskiHarabaszScore(clumps, 300, 5, byRow(4))).toBeCloseTo(702.9875875274773, 9);
    expect(calinskiHarabaszScore(clumps, 300, 5, byRow(3))).toBeCloseTo(0.07244784500100743, 12);
  });

  it('is without bound where clusters are points, and refuses what is no clustering', () => {
    expect(calinskiHarabaszScore(Float64Array.of(1, 1, 5, 5), 4, 1, Int32Array.of(3, 3, 9, 9))).toBe(Number.POSITIVE_INFINITY);
    expect(() => calinskiHarabaszScore(clumps, 300, 5, new Int32Array(300))).toThrow(/2 to rows - 1/);
    expect(() => calinskiHarabaszScore(clumps, 300, 5, byRow(300))).toThrow(RangeError);
    expect(() => calinskiHarabaszScore(clumps, 300, 4, byRow(4))).toThrow(RangeError);
    expect(() => calinskiHarabaszScore(clumps, 300, 5, new Int32Array(2))).toThrow(RangeError);
  });
});

describe('the gap statistic', () => {
  const clusters = [1, 2, 3, 4, 5, 6];

  it('finds the groups that are there, and none where there are none', async () => {
    expect(firstSufficient(await gapStatistic(clumps, 300, 5, { clusters, seed: 1 }))).toBe(4);
    expect(firstSufficient(await gapStatistic(formless, 400, 3, { clusters, seed: 1 }))).toBe(1);
  });

  it('is the same for the same seed, and of a sample when there are many rows', async () => {
    const one = await gapStatistic(clumps, 300, 5, { clusters: [3, 4], references: 3, sampleSize: 100, seed: 5 });
    expect(await gapStatistic(clumps, 300, 5, { clusters: [3, 4], references: 3, sampleSize: 100, seed: 5 })).toEqual(one);
    expect(await gapStatistic(clumps, 300, 5, { clusters: [3, 4], references: 3, sampleSize: 100, seed: 6 })).not.toEqual(one);
    expect(one.every(({ standardError }) => standardError > 0)).toBe(true);
  });

  it('takes the first number that the next does not clearly exceed', () => {
    const point = (count: number, gap: number, standardError: number) => ({ clusters: count, gap, standardError });
    expect(firstSufficient([point(2, 1, 0.1), point(3, 1.2, 0.1), point(4, 1.25, 0.1), point(5, 2, 0.1)])).toBe(3);
    expect(firstSufficient([point(2, 1, 0), point(3, 2, 0)])).toBe(3);
    expect(() => firstSufficient([])).toThrow(RangeError);
  });

  it('refuses shapes that do not fit', async () => {
    await expect(gapStatistic(clumps, 300, 4, { clusters })).rejects.toThrow(RangeError);
    await expect(gapStatistic(clumps, 300, 5, { clusters, references: 0 })).rejects.toThrow(/references/);
  });
});

describe('stability under resampling', () => {
  it('is whole for groups that are there, and not for cuts through one cloud', async () => {
    const good = await new KMeans({ nClusters: 4, seed: 1 }).fit(clumps, 300, 5);
    const stable = await bootstrapStability(clumps, 300, 5, good.clusterCenters, { resamples: 8 });
    expect(stable.adjustedRand).toBeGreaterThan(0.97);
    expect(Math.min(...stable.jaccard)).toBeGreaterThan(0.97);
    const cut = await new KMeans({ nClusters: 5, seed: 1 }).fit(formless, 400, 3);
    const doubtful = await bootstrapStability(formless, 400, 3, cut.clusterCenters, { resamples: 8 });
    expect(doubtful.adjustedRand).toBeLessThan(0.8);
    expect(doubtful.jaccard.length).toBe(5);
  });

  it('is the same for the same seed', async () => {
    const { clusterCenters } = await new KMeans({ nClusters: 5 }).fit(formless, 400, 3);
    const judge = (seed: number) => bootstrapStability(formless, 400, 3, clusterCenters, { resamples: 3, sampleSize: 200, seed });
    expect(await judge(2)).toEqual(await judge(2));
    expect(await judge(2)).not.toEqual(await judge(3));
  });

  it('refuses shapes that do not fit', async () => {
    await expect(bootstrapStability(formless, 400, 2, new Float32Array(4))).rejects.toThrow(RangeError);
    await expect(bootstrapStability(formless, 400, 3, new Float32Array(4))).rejects.toThrow(/centres/);
    await expect(bootstrapStability(formless, 400, 3, new Float32Array(6), { resamples: 0 })).rejects.toThrow(/resamples/);
  });
});

describe('the number of clusters', () => {
  it('is the one that all criteria speak for, and the curve shows the rest', async () => {
    const { model, curve } = await selectClusters(clumps, 300, 5, { minimum: 2, maximum: 6, resamples: 5, seed: 2 });
    expect(model.nClusters).toBe(4);
    expect(curve.map(({ clusters }) => clusters)).toEqual([2, 3, 4, 5, 6]);
    expect(curve[2]).toMatchObject({ inertia: model.inertia, votes: 4 });
    expect(curve[2]!.silhouette).toBeCloseTo(0.6768365897625724, 6);
    expect(curve[2]!.leastJaccard).toBeGreaterThan(0.97);
  });

  it('stays what it was before, unless another is better by more than chance', async () => {
    const choose = async (matrix: Float32Array, rows: number, columns: number, previous?: number) => {
      const { model, preferred } = await selectClusters(matrix, rows, columns, { minimum: 2, maximum: 6, resamples: 8, seed: 2, stabilityFloor: 0, previous });
      return [model.nClusters, preferred];
    };
    // The groups that are there win, whatever there was before.
    for (const previous of [2, 3, 5, 6, 9]) expect(await choose(clumps, 300, 5, previous)).toEqual([4, 4]);
    // In one cloud the votes speak for some number, and its neighbours are as good.
    const [preferred] = await choose(formless, 400, 3);
    const kept = await Promise.all([2, 3, 4, 5, 6].map((previous) => choose(formless, 400, 3, previous)));
    expect(kept.every(([chosen, spokenFor], place) => spokenFor === preferred && (chosen === preferred || chosen === place + 2))).toBe(true);
    expect(kept.filter(([chosen]) => chosen !== preferred).length).toBeGreaterThan(1);
  });

  it('may be cut from one dendrogram, whose clusters are those of Ward', async () => {
    const { model, dendrogram, curve } = await selectClusters(clumps, 300, 5, { algorithm: 'ward', minimum: 2, maximum: 6, resamples: 5, seed: 2 });
    expect(model.nClusters).toBe(4);
    const ward = await new AgglomerativeClustering({ nClusters: 4 }).fit(clumps, 300, 5);
    expect([...model.labels]).toEqual([...ward.labels]);
    expect(dendrogram).toEqual(ward.dendrogram);
    expect([...model.predict(clumps, 300)]).toEqual([...model.labels]);
    expect(curve.map(({ inertia }) => inertia)).toEqual(curve.map(({ inertia }) => inertia).toSorted((a, b) => b - a));
  });

  it('gives way where it is not stable any more', async () => {
    const { model, preferred } = await selectClusters(clumps, 300, 5, { minimum: 2, maximum: 6, resamples: 5, seed: 2, stabilityFloor: 0.95, previous: 6 });
    expect([model.nClusters, preferred]).toEqual([4, 4]);
  });

  it('has bounds', async () => {
    for (const [minimum, maximum] of [[1, 3], [4, 3], [2, 300], [2.5, 3]] as const) {
      await expect(selectClusters(clumps, 300, 5, { minimum, maximum })).rejects.toThrow(/numbers of clusters/);
    }
  });
});

describe('a description of clusters', () => {
  const rows = 2000;
  const random = new SeededRandom(6);
  const matrix = Float64Array.from({ length: rows * 3 }, () => 100 * random.uniform());
  // A small cluster within a box, one above a line, and the rest.
  const labels = Int32Array.from({ length: rows }, (_, row) => {
    const [orders, recency] = [matrix[row * 3]!, matrix[row * 3 + 1]!];
    if (orders > 70) return 1;
    return recency <= 20 && orders <= 30 ? 2 : 0;
  });

  it('finds the rule that made them, however small they are', () => {
    const described = describeClusters(matrix, rows, 3, labels, ['orders', 'recency', 'noise']);
    expect(described.map(({ cluster }) => cluster)).toEqual([0, 1, 2]);
    expect(described[1]).toMatchObject({ precision: 1, recall: 1 });
    expect(described[1]!.text).toMatch(/^orders > (69\.\d|70(\.\d)?)$/);
    expect(described[2]!.text).toMatch(/^(orders ≤ [\d.]+ and recency ≤ [\d.]+|recency ≤ [\d.]+ and orders ≤ [\d.]+)$/);
    expect(described[2]).toMatchObject({ precision: 1, recall: 1 });
    expect(described[0]!.recall).toBeGreaterThan(0.99);
  });

  it('says how far a rule may be trusted', () => {
    const doubtful = labels.map((label, row) => (row % 5 === 0 ? (label + 1) % 3 : label));
    for (const { cluster, rules, precision, recall } of describeClusters(matrix, rows, 3, doubtful, ['orders', 'recency', 'noise'])) {
      const fits = Array.from({ length: rows }, (_, row) => row).filter((row) => rules.some(({ conditions }) =>
        conditions.every(({ column, above = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }) => Math.fround(matrix[row * 3 + column]!) > above && Math.fround(matrix[row * 3 + column]!) <= atMost)));
      const hits = fits.filter((row) => doubtful[row] === cluster).length;
      expect(precision).toBeCloseTo(hits / fits.length, 12);
      expect(recall).toBeCloseTo(hits / doubtful.filter((label) => label === cluster).length, 12);
      expect(rules.length).toBeLessThanOrEqual(3);
    }
  });

  it('needs a name for each column', () => {
    expect(() => describeClusters(matrix, rows, 3, labels, ['orders'])).toThrow(/names/);
  });
});

describe('reasons for a membership', () => {
  const centres = Float64Array.of(0, 0, 0, 4, 1, 0, 0, 9, 9);

  it('are the columns that draw the row from the next best centre, the strongest first', () => {
    expect(membershipReasons([0.5, 0.2, 7], centres, 0)).toEqual([{ column: 0, weight: 3.5 ** 2 - 0.5 ** 2 }, { column: 1, weight: expect.closeTo(0.8 ** 2 - 0.2 ** 2, 12) }]);
    expect(membershipReasons([0.5, 0.2, 7], centres, 0, 1)).toHaveLength(1);
  });

  it('refuse a cluster that is not there', () => {
    expect(() => membershipReasons([1, 2, 3], centres, 3)).toThrow(RangeError);
    expect(() => membershipReasons([1, 2], centres, 0)).toThrow(RangeError);
    expect(() => membershipReasons([1, 2, 3], centres.subarray(0, 3), 0)).toThrow(RangeError);
  });
});
