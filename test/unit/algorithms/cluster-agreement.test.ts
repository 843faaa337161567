import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjustedRandScore } from '../../../algorithms/cluster/adjusted-rand-score.ts';
import { jaccardOfClusters } from '../../../algorithms/cluster/jaccard-of-clusters.ts';
import { linearSumAssignment } from '../../../algorithms/cluster/linear-sum-assignment.ts';
import { matchClusters } from '../../../algorithms/cluster/match-clusters.ts';
import { migrationMatrix } from '../../../algorithms/cluster/migration-matrix.ts';
import { madeMatrix, madeNumber } from './made-numbers.ts';

const labellings = fc.array(fc.tuple(fc.integer({ min: -2, max: 4 }), fc.integer({ min: 0, max: 5 })), { minLength: 1, maxLength: 40 })
  .map((pairs) => [Int32Array.from(pairs, ([one]) => one), Int32Array.from(pairs, ([, other]) => other)] as const);

describe('the adjusted Rand index', () => {
  it('agrees with scikit-learn', () => {
    // scikit-learn 1.9.1: adjusted_rand_score(a, b) with a, other and b as below
    const a = Int32Array.from({ length: 200 }, (_, row) => madeNumber(1 + row) * 5);
    const other = Int32Array.from({ length: 200 }, (_, row) => madeNumber(300 + row) * 3);
    const b = a.map((label, row) => (madeNumber(900 + row) < 0.6 ? label : other[row]! + 7));
    expect(adjustedRandScore(a, b)).toBeCloseTo(0.507784959635078, 12);
    expect(adjustedRandScore(a, other)).toBeCloseTo(-0.0031495249153381424, 12);
  });

  it('is 1 for the same partition, and does not care for names or sides', () => {
    fc.assert(fc.property(labellings, ([one, other]) => {
      expect(adjustedRandScore(one, one.map((label) => 10 - 3 * label))).toBeCloseTo(1, 12);
      expect(adjustedRandScore(one, other)).toBeCloseTo(adjustedRandScore(other, one), 12);
      expect(adjustedRandScore(one, other)).toBeGreaterThanOrEqual(-0.5 - 1e-12);
      expect(adjustedRandScore(one, other)).toBeLessThanOrEqual(1);
    }));
  });

  it('is of labellings of the same rows', () => {
    expect(() => adjustedRandScore(new Int32Array(2), new Int32Array(3))).toThrow(RangeError);
  });
});

describe('a migration matrix', () => {
  it('says who went where', () => {
    const { from, to, counts } = migrationMatrix(Int32Array.of(0, 0, 2, 2, 2), Int32Array.of(1, 4, 4, 4, 1));
    expect([from, to, counts]).toEqual([Int32Array.of(0, 2), Int32Array.of(1, 4), Float64Array.of(1, 1, 1, 2)]);
  });

  it('loses nobody', () => {
    fc.assert(fc.property(labellings, ([one, other]) => {
      expect(migrationMatrix(one, other).counts.reduce((sum, count) => sum + count, 0)).toBe(one.length);
    }));
  });
});

describe('Jaccard similarities of clusters', () => {
  it('are rows in both over rows in either', () => {
    const { similarities } = jaccardOfClusters(Int32Array.of(0, 0, 0, 1), Int32Array.of(5, 5, 6, 6));
    expect(Array.from(similarities)).toEqual([2 / 3, 1 / 4, 0, 1 / 2]);
  });
});

describe('the assignment of least cost', () => {
  it.each([
    // scipy 1.17.1: linear_sum_assignment(madeMatrix(rows, columns, salt)), and with maximize=True
    [7, 7, 20, [0, 1, 2, 3, 4, 5, 6], [4, 0, 2, 1, 3, 6, 5], 1.4788311871234328, [6, 2, 1, 5, 0, 4, 3], 5.486223138868809],
    [4, 9, 60, [0, 1, 2, 3], [2, 6, 8, 1], 0.4077308429405093, [0, 7, 5, 3], 3.7614623194094747],
    [9, 4, 60, [0, 3, 6, 7], [2, 3, 1, 0], 0.4369229390285909, undefined, 3.728829457424581],
  ] as const)('of %i x %i agrees with scipy', (rows, columns, salt, chosenRows, chosenColumns, cost, most, highest) => {
    const costs = madeMatrix(rows, columns, salt);
    const least = linearSumAssignment(costs, rows, columns);
    expect([Array.from(least.rows), Array.from(least.columns)]).toEqual([chosenRows, chosenColumns]);
    expect(least.cost).toBeCloseTo(cost, 12);
    const dearest = linearSumAssignment(costs, rows, columns, { maximize: true });
    expect(dearest.cost).toBeCloseTo(highest, 12);
    if (most !== undefined) expect(Array.from(dearest.columns)).toEqual(most);
  });

  it('is the least of all, ties and negative costs included', () => {
    fc.assert(fc.property(
      fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })).chain(([rows, columns]) =>
        fc.tuple(fc.constant(rows), fc.constant(columns), fc.array(fc.integer({ min: -4, max: 4 }), { minLength: rows * columns, maxLength: rows * columns }))),
      ([rows, columns, numbers]) => {
        const { rows: chosen, columns: partners, cost } = linearSumAssignment(Float64Array.from(numbers), rows, columns);
        expect(chosen.length).toBe(Math.min(rows, columns));
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(new Set(partners).size).toBe(partners.length);
        expect(cost).toBe(leastByTrial(numbers, rows, columns));
      },
    ));
  });

  it('is refused for costs that are none', () => {
    expect(() => linearSumAssignment(new Float64Array(5), 2, 3)).toThrow(RangeError);
    expect(() => linearSumAssignment(Float64Array.of(1, Number.POSITIVE_INFINITY), 1, 2)).toThrow(RangeError);
    expect(linearSumAssignment(new Float64Array(0), 0, 3).cost).toBe(0);
  });
});

describe('clusters of two cycles', () => {
  it('go on from the one they share most rows with, one to one, and what is left is new', () => {
    const before = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1);
    const after = Int32Array.of(2, 2, 2, 3, 0, 0, 0, 3);
    expect(matchClusters(before, after)).toEqual([
      { after: 0, before: 1, similarity: 0.75 },
      { after: 2, before: 0, similarity: 0.75 },
      { after: 3, similarity: 0 },
    ]);
  });

  it('are not matched when they share nobody', () => {
    expect(matchClusters(Int32Array.of(0, 0, 1), Int32Array.of(4, 4, 4))).toEqual([{ after: 4, before: 0, similarity: 2 / 3 }]);
    expect(matchClusters(Int32Array.of(0, 1), Int32Array.of(0, 0)).filter(({ before }) => before === undefined)).toEqual([]);
  });
});

function leastByTrial(costs: readonly number[], rows: number, columns: number, row = 0, taken: readonly number[] = []): number {
  if (rows > columns) return leastByTrial(Array.from({ length: rows * columns }, (_, place) => costs[(place % rows) * columns + Math.floor(place / rows)]!), columns, rows);
  if (row === rows) return 0;
  let least = Number.POSITIVE_INFINITY;
  for (let column = 0; column < columns; column++) {
    if (!taken.includes(column)) least = Math.min(least, costs[row * columns + column]! + leastByTrial(costs, rows, columns, row + 1, [...taken, column]));
  }
  return least;
}
