import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kilometresBetween, savingsRoutes, type Stop } from '../../../algorithms/route/savings-routes.ts';

const depot = { latitude: 0, longitude: 0 };
const stopArbitrary = fc.record({ latitude: fc.double({ min: -3, max: 3, noNaN: true }), longitude: fc.double({ min: -3, max: 3, noNaN: true }), load: fc.integer({ min: 1, max: 25 }) });

describe('tours from a depot', () => {
  it('knows how far Berlin is from Hamburg', () => {
    expect(kilometresBetween({ latitude: 52.52, longitude: 13.405 }, { latitude: 53.5511, longitude: 9.9937 })).toBeCloseTo(255, 0);
  });

  it('serve every stop with its whole load and no vehicle with more than it holds', () => {
    fc.assert(fc.property(fc.array(stopArbitrary, { maxLength: 14 }), fc.integer({ min: 8, max: 60 }), (stops, capacity) => {
      const routes = savingsRoutes(depot, stops, capacity);
      expect(new Set(routes.flatMap((route) => route.stops)).size).toBe(stops.length);
      expect(routes.reduce((sum, { load }) => sum + load, 0)).toBeCloseTo(stops.reduce((sum, { load }) => sum + load, 0), 6);
      for (const { load } of routes) expect(load).toBeLessThanOrEqual(capacity + 1e-6);
    }), { numRuns: 60 });
  });

  it('are never longer than driving to each stop and back', () => {
    fc.assert(fc.property(fc.array(stopArbitrary, { minLength: 1, maxLength: 12 }), (stops) => {
      const alone = stops.reduce((sum, stop) => sum + 2 * kilometresBetween(depot, stop), 0);
      expect(savingsRoutes(depot, stops, 25).reduce((sum, { kilometres }) => sum + kilometres, 0)).toBeLessThanOrEqual(alone + 1e-6);
    }), { numRuns: 60 });
  });

  it('with room for all are within a tenth of the shortest tour, tried in every order', () => {
    const places = [[1, 0], [1, 1], [0, 1.2], [-1, 1], [-1.1, 0], [-0.9, -1], [0.2, -1]] as const;
    const stops: Stop[] = places.map(([latitude, longitude]) => ({ latitude, longitude, load: 1 }));
    const length = (order: readonly number[]): number => [depot, ...order.map((index) => stops[index]!), depot].reduce((sum, point, at, all) => (at === 0 ? 0 : sum + kilometresBetween(all[at - 1]!, point)), 0);
    const orders = (rest: readonly number[]): number[][] => (rest.length === 0 ? [[]] : rest.flatMap((first) => orders(rest.filter((one) => one !== first)).map((after) => [first, ...after])));
    const shortest = Math.min(...orders(stops.map((_, index) => index)).map(length));
    const routes = savingsRoutes(depot, stops, 100);
    expect(routes).toHaveLength(1);
    expect(routes[0]!.kilometres).toBeLessThan(shortest * 1.1);
  });

  it('serves a stop that is more than a vehicle by several', () => {
    const routes = savingsRoutes(depot, [{ latitude: 1, longitude: 1, load: 25 }], 10);
    expect(routes.map(({ load }) => load)).toEqual([10, 10, 5]);
  });

  it('refuses vehicles that hold nothing', () => {
    expect(() => savingsRoutes(depot, [], 0)).toThrow(RangeError);
  });
});
