import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reviewCurve } from '../../../algorithms/index.ts';

const costs = { reviewCost: 5, lossShare: 0.5 };

test('looking at one more case finds what is there and costs a look', () => {
  const points = reviewCurve(Uint8Array.of(0, 1, 1, 0), Float64Array.of(0.9, 0.8, 0.1, 0.2), Float64Array.of(10, 100, 40, 10), [1, 2, 4], costs);
  expect(points).toEqual([
    { alerts: 1, found: 0, precision: 0, recall: 0, saved: -5 },
    { alerts: 2, found: 1, precision: 0.5, recall: 0.5, saved: 40 },
    { alerts: 4, found: 2, precision: 0.5, recall: 1, saved: 50 },
  ]);
});

test('whoever looks at everything finds everything, and more looks never find less', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 500 })), { minLength: 1, maxLength: 40 }), (cases) => {
    const sizes = cases.map((_, place) => place + 1);
    const points = reviewCurve(Uint8Array.from(cases, ([is]) => Number(is)), Float64Array.from(cases, ([, score]) => score), Float64Array.from(cases, ([, , amount]) => amount), sizes, costs);
    expect(points.at(-1)?.found).toBe(cases.filter(([is]) => is).length);
    points.forEach((point, place) => expect(point.found).toBeGreaterThanOrEqual(points[place - 1]?.found ?? 0));
  }));
});

test('refuses shapes that do not fit, scores that are none and sizes beyond the rows', () => {
  const of = (scores: Float64Array, sizes: number[]) => () => reviewCurve(Uint8Array.of(1, 0), scores, Float64Array.of(1, 1), sizes, costs);
  expect(of(Float64Array.of(1), [1])).toThrow(RangeError);
  expect(of(Float64Array.of(1, Number.NaN), [1])).toThrow(RangeError);
  expect(of(Float64Array.of(1, 2), [3])).toThrow(RangeError);
});
