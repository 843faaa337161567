import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantile, quantileInPlace } from '../../../algorithms/statistics/quantile.ts';

describe('quantile', () => {
  test.each([[0, 1], [0.25, 1.75], [0.5, 2.5], [0.9, 3.7], [1, 4]])('of 1, 2, 3, 4 at %f is %f, as numpy.quantile gives it', (share, expected) => {
    expect(quantile(Float64Array.of(1, 2, 3, 4), share)).toBeCloseTo(expected, 12);
    expect(quantileInPlace(Float64Array.of(3, 1, 4, 2), share)).toBeCloseTo(expected, 12);
  });

  test('of nothing is not a number', () => {
    expect(quantile(new Float64Array(), 0.5)).toBeNaN();
    expect(quantileInPlace(new Float64Array(), 0.5)).toBeNaN();
  });

  test('needs no sorted values, and keeps every one of them', () => {
    // A sort puts -0 before 0, a comparison does not: as values they are one, so one is given.
    const values = fc.array(fc.oneof(fc.double({ noNaN: true, min: -1e9, max: 1e9 }).map((value) => value + 0), fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 200 });
    fc.assert(fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (given, share) => {
      const ascending = Float64Array.from(given).sort();
      const shuffled = Float64Array.from(given);
      expect(quantileInPlace(shuffled, share)).toBe(quantile(ascending, share));
      expect(shuffled.sort()).toEqual(ascending);
    }));
  });
});
