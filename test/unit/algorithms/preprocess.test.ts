import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutlierTreatment } from '../../../algorithms/preprocess/outlier-treatment.ts';
import { SimpleImputer } from '../../../algorithms/preprocess/simple-imputer.ts';
import { StandardScaler } from '../../../algorithms/preprocess/standard-scaler.ts';
import { quantile } from '../../../algorithms/statistics/quantile.ts';

const gap = Number.NaN;
/** 6 x 4; the last column is constant. */
const matrix = Float64Array.of(1, 10, gap, 5, 2, gap, gap, 5, 2, 30, 3, 5, 4, 40, 7, 5, gap, 50, 3, 5, 100, 20, 8, 5);

describe('the standard scaler', () => {
  it('agrees with scikit-learn, gaps and a constant column included', () => {
    // scikit-learn 1.9.1: StandardScaler().fit(matrix), its mean_, scale_ and transform(matrix)[0]
    const scaler = new StandardScaler().fit(matrix, 6, 4);
    expectClose(scaler.means, [21.8, 30, 5.25, 5]);
    expectClose(scaler.scales, [39.11214645094284, 14.142135623730951, 2.277608394786075, 1]);
    expectClose(scaler.transform(matrix, 6).subarray(0, 4), [-0.5318041040291358, -1.414213562373095, gap, 0]);
  });

  it('brings every column to mean 0 and deviation 1', () => {
    fc.assert(fc.property(tables(fc.integer({ min: -1_000_000, max: 1_000_000 })), ({ values, rows, columns }) => {
      const scaled = new StandardScaler().fitTransform(values, rows, columns);
      for (let column = 0; column < columns; column++) {
        const cells = scaled.filter((_, place) => place % columns === column);
        const mean = cells.reduce((sum, cell) => sum + cell, 0) / rows;
        const deviation = Math.sqrt(cells.reduce((sum, cell) => sum + (cell - mean) ** 2, 0) / rows);
        expect(Math.abs(mean)).toBeLessThan(1e-6);
        if (deviation > 1e-6) expect(deviation).toBeCloseTo(1, 6);
      }
    }));
  });

  it('does not blow up what rounding leaves of a constant column', () => {
    const scaled = new StandardScaler().fitTransform(new Float64Array(1000).fill(0.1), 1000, 1);
    expect(scaled.every((value) => Math.abs(value) < 1e-12)).toBe(true);
  });

  it('refuses infinite values, wrong shapes, and use before fitting', () => {
    expect(() => new StandardScaler().fit(Float64Array.of(1, Number.POSITIVE_INFINITY), 2, 1)).toThrow(/infinite/);
    expect(() => new StandardScaler().fit(matrix, 5, 4)).toThrow(RangeError);
    expect(() => new StandardScaler().fit(matrix, 6, 4).transform(matrix, 8)).toThrow(RangeError);
    expect(() => new StandardScaler().transform(matrix, 6)).toThrow(TypeError);
  });
});

describe('the imputer', () => {
  it.each([
    // scikit-learn 1.9.1: SimpleImputer(strategy=...).fit(matrix).statistics_, 'mode' being its 'most_frequent'
    ['mean', [21.8, 30, 5.25, 5]],
    ['median', [2, 30, 5, 5]],
    ['mode', [2, 10, 3, 5]],
  ] as const)('agrees with scikit-learn on the %s', (strategy, statistics) => {
    const imputer = new SimpleImputer({ strategy });
    const filled = imputer.fitTransform(matrix, 6, 4);
    expectClose(imputer.statistics, statistics);
    expect(Array.from(imputer.imputed)).toEqual([1, 1, 2, 0]);
    expect([filled[16], filled[5], filled[2], filled[6]]).toEqual([statistics[0], statistics[1], statistics[2], statistics[2]]);
  });

  it('takes a strategy a column, and fills a column without values with 0', () => {
    const imputer = new SimpleImputer({ strategy: ['mode', 'mean'] }).fit(Float64Array.of(3, gap, 3, gap, 1, gap), 3, 2);
    expectClose(imputer.statistics, [3, 0]);
    expect(() => new SimpleImputer({ strategy: ['mode'] }).fit(matrix, 6, 4)).toThrow(/1 strategies/);
  });

  it('leaves no gap, counts those it filled, and touches nothing else', () => {
    const cell = fc.oneof(fc.constant(gap), fc.double({ min: -1e6, max: 1e6, noNaN: true }));
    fc.assert(fc.property(tables(cell), fc.constantFrom('mean', 'median', 'mode'), ({ values, rows, columns }, strategy) => {
      const before = values.slice();
      const imputer = new SimpleImputer({ strategy });
      const filled = imputer.fitTransform(values, rows, columns);
      expect(filled.some(Number.isNaN)).toBe(false);
      expect(values).toEqual(before);
      expect(imputer.imputed.reduce((sum, count) => sum + count, 0)).toBe(values.filter(Number.isNaN).length);
      filled.forEach((value, place) => expect(Number.isNaN(values[place]) || Object.is(value, values[place])).toBe(true));
    }));
  });
});

describe('the treatment of outliers', () => {
  it('takes its bounds from the quartiles as NumPy gives them', () => {
    // NumPy 2.4.6: nanpercentile(matrix, [25, 75], axis=0) = [[2, 20, 3, 5], [4, 40, 7.25, 5]]
    const treatment = new OutlierTreatment({ method: 'iqr' }).fit(matrix, 6, 4);
    expectClose(treatment.lower, [-1, -10, -3.375, Number.NEGATIVE_INFINITY]);
    expectClose(treatment.upper, [7, 70, 13.625, Number.POSITIVE_INFINITY]);
    const { matrix: treated, counts, keptRows } = treatment.transform(matrix, 6);
    expect(Array.from(counts)).toEqual([1, 0, 0, 0]);
    expect(treated[20]).toBe(7);
    expect(Array.from(keptRows)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('takes its bounds from mean and deviation', () => {
    // NumPy 2.4.6: nanmean and nanstd of the columns, as in the scaler above
    const treatment = new OutlierTreatment({ method: 'z_score', limit: 1.5 }).fit(matrix, 6, 4);
    expectClose(treatment.upper.subarray(0, 3), [21.8 + 1.5 * 39.11214645094284, 30 + 1.5 * 14.142135623730951, 5.25 + 1.5 * 2.277608394786075]);
    expectClose(treatment.lower.subarray(0, 1), [21.8 - 1.5 * 39.11214645094284]);
  });

  it('drops whole rows and says which remain', () => {
    const { matrix: treated, counts, keptRows } = new OutlierTreatment({ method: 'iqr', action: 'drop' }).fitTransform(matrix, 6, 4);
    expect(Array.from(keptRows)).toEqual([0, 1, 2, 3, 4]);
    expect(Array.from(counts)).toEqual([1, 0, 0, 0]);
    expect(treated).toEqual(matrix.slice(0, 20));
  });

  it('does not flatten a column that is mostly one value', () => {
    const { matrix: treated, counts } = new OutlierTreatment({ method: 'iqr' }).fitTransform(Float64Array.of(0, 0, 0, 0, 0, 0, 0, 0.9), 8, 1);
    expect(Array.from(counts)).toEqual([0]);
    expect(treated[7]).toBe(0.9);
  });

  it('leaves nothing out of bounds, and clipping again changes nothing', () => {
    const cell = fc.oneof(fc.constant(gap), fc.integer({ min: -1000, max: 1000 }));
    fc.assert(fc.property(tables(cell), fc.constantFrom('z_score', 'iqr'), fc.constantFrom('clip', 'drop'), ({ values, rows, columns }, method, action) => {
      const treatment = new OutlierTreatment({ method, action, limit: 1 }).fit(values, rows, columns);
      const once = treatment.transform(values, rows);
      expect(once.matrix.length).toBe(once.keptRows.length * columns);
      once.matrix.forEach((value, place) => {
        const column = place % columns;
        expect(value < treatment.lower[column]! || value > treatment.upper[column]!).toBe(false);
        const original = values[once.keptRows[Math.floor(place / columns)]! * columns + column];
        if (action === 'drop' || Number.isNaN(original)) expect(value).toBe(original);
      });
      if (once.keptRows.length === 0) return;
      const twice = treatment.transform(once.matrix, once.keptRows.length);
      expect(twice.matrix).toEqual(once.matrix);
      expect(twice.counts.every((count) => count === 0)).toBe(true);
    }));
  });

  it('refuses a limit that is not positive, and use before fitting', () => {
    expect(() => new OutlierTreatment({ limit: 0 })).toThrow(RangeError);
    expect(() => new OutlierTreatment().transform(matrix, 6)).toThrow(TypeError);
  });
});

describe('a quantile', () => {
  it('is linear between neighbours, and NaN of nothing', () => {
    expect(quantile(Float64Array.of(1, 2, 4, 8), 0.5)).toBe(3);
    expect(quantile(Float64Array.of(1, 2, 4, 8), 0.9)).toBeCloseTo(6.8, 12);
    expect(quantile(Float64Array.of(7), 0.3)).toBe(7);
    expect(quantile(new Float64Array(0), 0.5)).toBeNaN();
  });
});

function tables(cell: fc.Arbitrary<number>): fc.Arbitrary<{ values: Float64Array; rows: number; columns: number }> {
  return fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 4 })).chain(([rows, columns]) =>
    fc.array(cell, { minLength: rows * columns, maxLength: rows * columns }).map((cells) => ({ values: Float64Array.from(cells), rows, columns })));
}

function expectClose(values: Float64Array, expected: readonly number[]): void {
  expect(values.length).toBe(expected.length);
  expected.forEach((figure, place) => (Number.isFinite(figure) ? expect(values[place]).toBeCloseTo(figure, 12) : expect(values[place]).toBe(figure)));
}
