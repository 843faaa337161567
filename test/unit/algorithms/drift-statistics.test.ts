import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kolmogorovSmirnovTest, populationStabilityIndex } from '../../../algorithms/index.ts';

const first = Float64Array.from({ length: 150 }, (_, place) => ((place * 7919) % 1000) / 100);
const second = Float64Array.from({ length: 200 }, (_, place) => ((place * 104_729) % 1000) / 90 + 0.8);

describe('the Kolmogorov-Smirnov test of two samples', () => {
  test('has the statistic and about the p-value of scipy.stats.ks_2samp(method="exact"): 0.185, 0.00499', () => {
    const { statistic, pValue } = kolmogorovSmirnovTest(first, second);
    expect(statistic).toBeCloseTo(0.185, 12);
    expect(Math.abs(pValue / 0.004991452951795344 - 1)).toBeLessThan(0.1);
  });

  test('finds no difference of a sample from itself, all difference of samples apart, and leaves missing values out', () => {
    expect(kolmogorovSmirnovTest(first, Float64Array.of(...first, Number.NaN))).toEqual({ statistic: 0, pValue: 1 });
    expect(kolmogorovSmirnovTest(first, first.map((value) => value + 100))).toMatchObject({ statistic: 1 });
    expect(() => kolmogorovSmirnovTest(first, Float64Array.of(Number.NaN))).toThrow(RangeError);
  });
});

describe('the population stability index', () => {
  test('is the sum over bins of the published formula', () => {
    // Halves of 1..4 at the median 2.5: one of four is above in the second sample, two of four in the first.
    const expected = (0.75 - 0.5) * Math.log(0.75 / 0.5) + (0.25 - 0.5) * Math.log(0.25 / 0.5);
    // Neither has a missing value: half a row stands for it on both sides, which adds nothing.
    expect(populationStabilityIndex(Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 1, 2, 3), { bins: 2 })).toBeCloseTo(expected, 12);
  });

  test('is 0 for the same sample, never negative, and sees values go missing', () => {
    expect(populationStabilityIndex(first, first)).toBe(0);
    expect(populationStabilityIndex(first, first.map((value, place) => (place % 2 === 0 ? Number.NaN : value)))).toBeGreaterThan(0.25);
    const values = fc.array(fc.double({ noNaN: true, min: -10, max: 10 }), { minLength: 1, maxLength: 50 }).map((given) => Float64Array.from(given));
    fc.assert(fc.property(values, values, (before, now) => { expect(populationStabilityIndex(before, now)).toBeGreaterThanOrEqual(0); }));
  });
});
