import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { criticalRatio, orderUpToLevel } from '../../../algorithms/inventory/order-up-to-level.ts';

describe('the level to order up to', () => {
  // Nahmias and Olsen, "Production and Operations Analysis", 7th edition, example 5.1: a paper costs 0.25, sells for 0.75 and is worth 0.10 afterwards; demand is normal with mean 11.73 and deviation 4.74.
  it('is the newsvendor\'s of the textbook', () => {
    const ratio = criticalRatio(0.75 - 0.25, 0.25 - 0.1);
    expect(ratio).toBeCloseTo(0.77, 2);
    expect(orderUpToLevel({ mean: 11.73, deviation: 4.74 }, ratio).level).toBeCloseTo(15.23, 1);
  });

  it('is the expected demand at even odds, and grows with the promise and with doubt', () => {
    expect(orderUpToLevel({ mean: 40, deviation: 8 }, 0.5)).toEqual({ level: 40, safetyStock: 0 });
    fc.assert(fc.property(fc.double({ min: 0, max: 1e4, noNaN: true }), fc.double({ min: 0.01, max: 1e3, noNaN: true }), fc.double({ min: 0.5, max: 0.98, noNaN: true }), (mean, deviation, service) => {
      const { level } = orderUpToLevel({ mean, deviation }, service);
      expect(orderUpToLevel({ mean, deviation }, service + 0.01).level).toBeGreaterThan(level);
      expect(orderUpToLevel({ mean, deviation: deviation * 2 }, service + 0.01).level).toBeGreaterThanOrEqual(level);
    }));
  });

  it('refuses what is no promise and no demand', () => {
    expect(() => orderUpToLevel({ mean: 1, deviation: 1 }, 1)).toThrow(RangeError);
    expect(() => orderUpToLevel({ mean: -1, deviation: 1 }, 0.9)).toThrow(RangeError);
    expect(() => criticalRatio(0, 0)).toThrow(RangeError);
  });
});
