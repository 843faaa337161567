import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgglomerativeClustering } from '../../../algorithms/cluster/agglomerative-clustering.ts';
import { findUnions } from '../../../algorithms/cluster/find-unions.ts';
import type { LinkageMethod } from '../../../algorithms/cluster/find-unions.ts';
import { cutTree, linkageOf } from '../../../algorithms/cluster/linkage.ts';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';
import { madeMatrix } from './made-numbers.ts';

const linkages: readonly LinkageMethod[] = ['ward', 'average', 'complete', 'single'];

describe('agglomerative clustering', () => {
  it.each([
    // scipy 1.17.1: Z = linkage(madeMatrix(120, 5, 700), method); Z[:, 2].sum(), Z[-1, 2], Z[-2, 2], sorted(bincount(fcluster(Z, 6, 'maxclust'))[1:])
    ['ward', 76.67596042374977, 4.026707431948564, 3.117531098852755, [10, 14, 18, 19, 27, 32]],
    ['average', 50.387762134766994, 1.09903149926059, 0.9407825273192378, [1, 12, 17, 20, 33, 37]],
    ['complete', 61.429284466691946, 1.789937694819105, 1.504942802993026, [4, 13, 17, 22, 25, 39]],
    ['single', 36.435913577833134, 0.4986751197710907, 0.49797469026464597, [1, 1, 1, 1, 1, 115]],
  ] as const)('agrees with scipy by %s linkage', async (linkage, sum, last, lastButOne, sizes) => {
    const { dendrogram, labels } = await new AgglomerativeClustering({ nClusters: 6, linkage }).fit(madeMatrix(120, 5, 700), 120, 5);
    expect(dendrogram.heights.reduce((total, height) => total + height, 0)).toBeCloseTo(sum, 10);
    expect(dendrogram.heights.at(-1)).toBeCloseTo(last, 12);
    expect(dendrogram.heights.at(-2)).toBeCloseTo(lastButOne, 12);
    expect(sizesOf(labels).sort((a, b) => a - b)).toEqual(sizes);
  });

  it('labels rows as scipy does, clusters by their first row', async () => {
    const { labels } = await new AgglomerativeClustering({ nClusters: 6 }).fit(madeMatrix(120, 5, 700), 120, 5);
    expect(Array.from(labels.subarray(0, 30))).toEqual([0, 1, 0, 2, 1, 3, 4, 4, 0, 4, 0, 4, 1, 3, 1, 2, 0, 0, 2, 5, 4, 1, 0, 0, 5, 5, 0, 0, 1, 5]);
  });

  it('joins the two clusters that are nearest, at every merge and by every linkage', async () => {
    await fc.assert(fc.asyncProperty(fc.constantFrom(...linkages), matrices(), async (linkage, { matrix, rows, columns }) => {
      const { dendrogram: { left, right, heights, sizes } } = await new AgglomerativeClustering({ nClusters: 1, linkage }).fit(matrix, rows, columns);
      const clusters = new Map(Array.from({ length: rows }, (_, row) => [row, [row]]));
      for (let merge = 0; merge < rows - 1; merge++) {
        const all = [...clusters.values()];
        const least = Math.min(...all.flatMap((a, place) => all.slice(place + 1).map((b) => apart(linkage, matrix, columns, a, b))));
        const a = clusters.get(left[merge]!)!;
        const b = clusters.get(right[merge]!)!;
        expect(heights[merge]).toBeCloseTo(least, 6);
        expect(heights[merge]).toBeCloseTo(apart(linkage, matrix, columns, a, b), 6);
        expect(sizes[merge]).toBe(a.length + b.length);
        clusters.delete(left[merge]!);
        clusters.delete(right[merge]!);
        clusters.set(rows + merge, [...a, ...b]);
      }
    }), { numRuns: 60 });
  });

  it('is cut to any number of clusters, each within one of the coarser cut', async () => {
    const model = await new AgglomerativeClustering({ nClusters: 4 }).fit(madeMatrix(60, 3, 1), 60, 3);
    for (let nClusters = 1; nClusters < 60; nClusters++) {
      const coarse = model.labelsFor(nClusters);
      const fine = model.labelsFor(nClusters + 1);
      expect(new Set(coarse).size).toBe(nClusters);
      expect(new Set(Array.from(fine, (label, row) => `${label} in ${coarse[row]}`)).size).toBe(nClusters + 1);
    }
    expect(model.labels).toEqual(model.labelsFor(4));
  });

  it.each(linkages)('leaves the calling thread free while it links many rows by %s linkage', async (method) => {
    const matrix = Float32Array.from(madeMatrix(1500, 3, 9));
    let turns = 0;
    const timer = setInterval(() => { turns += 1; }, 1);
    const { dendrogram } = await new AgglomerativeClustering({ nClusters: 4, linkage: method }).fit(matrix, 1500, 3);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
    expect(dendrogram).toEqual(linkageOf(findUnions({ method, matrix, rows: 1500, columns: 3 })));
  });

  it.each(linkages)('gathers more rows than it may take in micro-clusters, and finds groups that are there, by %s linkage', async (linkage) => {
    const rows = 3000;
    const random = new SeededRandom(3);
    const matrix = Float32Array.from({ length: rows * 4 }, (_, place) => 0.3 * random.normal() + (place % 4 === Math.floor(place / 4) % 3 ? 6 : 0));
    const fit = (nThreads: number): Promise<AgglomerativeClustering> =>
      new AgglomerativeClustering({ nClusters: 3, linkage, maxRows: 400, microClusters: 60, seed: 1, nThreads }).fit(matrix, rows, 4);
    const model = await fit(1);
    expect(Array.from(model.labels)).toEqual(Array.from({ length: rows }, (_, row) => row % 3));
    expect(model.dendrogram.observations).toBeLessThanOrEqual(60);
    expect(Math.max(...model.microLabels!)).toBe(model.dendrogram.observations - 1);
    expect(model.dendrogram.sizes.at(-1)).toBe(rows);
    expect((await fit(3)).dendrogram).toEqual(model.dendrogram);
  });

  it('copes with equal rows, one row and one column', async () => {
    for (const linkage of linkages) {
      const equal = await new AgglomerativeClustering({ nClusters: 2, linkage }).fit(Float32Array.of(1, 1, 1, 5, 5), 5, 1);
      expect(Array.from(equal.labels)).toEqual([0, 0, 0, 1, 1]);
      expect(equal.dendrogram.heights.subarray(0, 3)).toEqual(Float64Array.of(0, 0, 0));
      const alone = await new AgglomerativeClustering({ nClusters: 1, linkage }).fit(Float64Array.of(3, 4), 1, 2);
      expect(alone.labels).toEqual(Int32Array.of(0));
    }
  });

  it('refuses what it cannot cluster', async () => {
    expect(() => new AgglomerativeClustering({ nClusters: 0 })).toThrow(RangeError);
    expect(() => new AgglomerativeClustering({ nClusters: 2, linkage: 'median' as LinkageMethod })).toThrow(/linkage/);
    expect(() => new AgglomerativeClustering({ nClusters: 2, maxRows: 10, microClusters: 11 })).toThrow(/microClusters/);
    expect(() => new AgglomerativeClustering({ nClusters: 2 }).labels).toThrow(TypeError);
    await expect(new AgglomerativeClustering({ nClusters: 3 }).fit(new Float32Array(4), 2, 2)).rejects.toThrow(/2 rows/);
    await expect(new AgglomerativeClustering({ nClusters: 2 }).fit(new Float32Array(5), 2, 2)).rejects.toThrow(RangeError);
    await expect(new AgglomerativeClustering({ nClusters: 1 }).fit(Float32Array.of(1, Number.NaN), 2, 1)).rejects.toThrow(/finite/);
  });
});

describe('a linkage', () => {
  it('is put in the order of heights, whatever the order of unions', () => {
    const { left, right, heights, sizes } = linkageOf({ one: Int32Array.of(0, 2, 0), other: Int32Array.of(3, 3, 1), heights: Float64Array.of(3, 1, 2) });
    expect([left, right, heights, sizes]).toEqual([Int32Array.of(2, 0, 4), Int32Array.of(3, 1, 5), Float64Array.of(1, 2, 3), Float64Array.of(2, 2, 4)]);
  });

  it('cannot be cut into more clusters than it has observations', () => {
    const linkage = linkageOf({ one: Int32Array.of(0), other: Int32Array.of(1), heights: Float64Array.of(1) });
    expect(cutTree(linkage, 2)).toEqual(Int32Array.of(0, 1));
    expect(() => cutTree(linkage, 3)).toThrow(RangeError);
    expect(() => cutTree(linkage, 0)).toThrow(RangeError);
  });
});

function sizesOf(labels: Int32Array): number[] {
  const sizes: number[] = [];
  for (const label of labels) sizes[label] = (sizes[label] ?? 0) + 1;
  return sizes;
}

function matrices(): fc.Arbitrary<{ matrix: Float64Array; rows: number; columns: number }> {
  return fc.tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 6 })).chain(([rows, columns]) =>
    fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: rows * columns, maxLength: rows * columns })
      .map((values) => ({ matrix: Float64Array.from(values), rows, columns })));
}

/** The distance of two clusters by its definition. */
function apart(linkage: LinkageMethod, matrix: Float64Array, columns: number, a: readonly number[], b: readonly number[]): number {
  const value = (row: number, column: number): number => matrix[row * columns + column]!;
  const distance = (x: (column: number) => number, y: (column: number) => number): number => Math.hypot(...Array.from({ length: columns }, (_, column) => x(column) - y(column)));
  if (linkage === 'ward') {
    const mean = (rows: readonly number[]) => (column: number) => rows.reduce((sum, row) => sum + value(row, column), 0) / rows.length;
    return Math.sqrt((2 * a.length * b.length) / (a.length + b.length)) * distance(mean(a), mean(b));
  }
  const pairs = a.flatMap((one) => b.map((other) => distance((column) => value(one, column), (column) => value(other, column))));
  if (linkage === 'average') return pairs.reduce((sum, pair) => sum + pair, 0) / pairs.length;
  return linkage === 'complete' ? Math.max(...pairs) : Math.min(...pairs);
}
