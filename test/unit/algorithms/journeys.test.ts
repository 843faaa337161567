import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { excessHits, outcomeRules, ratioOfValues } from '../../../algorithms/index.ts';

describe('outcomeRules', () => {
  /** Sessions by channel (0 web, 1 app), device (0 desktop, 1 phone, 2 ios) and part of the day; only the phone loses more. */
  const rows = [[0, 0, 0, 400, 40], [0, 0, 1, 400, 38], [0, 1, 0, 300, 90], [0, 1, 1, 300, 93], [1, 2, 0, 500, 52], [1, 2, 1, 500, 47]] as const;
  const cases = { codes: Int32Array.from(rows.flatMap((row) => row.slice(0, 3))), columns: 3, trials: Float64Array.from(rows, (row) => row[3]), hits: Float64Array.from(rows, (row) => row[4]) };

  test('tells the condition that explains the outcome first, and no pair that adds nothing to it', () => {
    const found = outcomeRules(cases);
    expect(found[0]).toMatchObject({ conditions: [{ column: 1, code: 1 }], trials: 600, hits: 183 });
    expect(found[0]!.lift).toBeCloseTo((183 / 600) / (360 / 2400), 12);
    expect(found.every(({ conditions }) => conditions.length === 1)).toBe(true);
  });

  test('has the p-values and false discovery rates of SciPy', () => {
    // scipy.stats: hypergeom.sf(h - 1, 2400, 360, n) for phone (600, 183) and web (1400, 261); false_discovery_control over all 20 sets
    const [phone, web] = outcomeRules(cases);
    expect(phone!.pValue / 5.463750334720673e-31).toBeCloseTo(1, 8);
    expect(web!.pValue / 1.1722425926744762e-09).toBeCloseTo(1, 8);
    expect(phone!.falseDiscoveryRate / 1.0927500669441345e-29).toBeCloseTo(1, 8);
  });

  test('keeps nothing of what is chance: outcomes dealt at random give a rule in few of many shops', () => {
    let found = 0;
    let state = 7;
    const draw = (): number => { state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; return state / 2 ** 32; };
    for (let shop = 0; shop < 60; shop++) {
      const trials = new Float64Array(48).fill(60);
      const hits = trials.map((of) => { let count = 0; for (let one = 0; one < of; one++) if (draw() < 0.2) count++; return count; });
      if (outcomeRules({ codes: Int32Array.from({ length: 48 * 3 }, (_, at) => [2, 4, 6].map((levels, column) => Math.floor(Math.floor(at / 3) / [1, 2, 8][column]!) % levels)[at % 3]!), columns: 3, trials, hits }).length > 0) found++;
    }
    expect(found).toBeLessThanOrEqual(6);
  });

  test('does not depend on how the same cases are split into rows', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.integer({ min: 1, max: 80 }), fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 2, maxLength: 12 }), (made) => {
      const parts = made.map(([one, other, trials, share]) => ({ codes: [one, other], trials, hits: Math.floor(trials * share) }));
      const of = (list: typeof parts) => outcomeRules({ codes: Int32Array.from(list.flatMap(({ codes }) => codes)), columns: 2, trials: Float64Array.from(list, ({ trials }) => trials), hits: Float64Array.from(list, ({ hits }) => hits) }, { minTrials: 1 });
      const split = parts.flatMap((part) => { const trials = Math.floor(part.trials / 2); const hits = Math.min(trials, part.hits); return [{ codes: part.codes, trials, hits }, { codes: part.codes, trials: part.trials - trials, hits: part.hits - hits }]; });
      fc.pre(split.every(({ trials, hits }) => hits <= trials));
      expect(of([...split].reverse())).toEqual(of(parts));
    }));
  });

  test('refuses shapes that do not fit and more hits than trials', () => {
    expect(() => outcomeRules({ codes: Int32Array.of(0), columns: 2, trials: Float64Array.of(1), hits: Float64Array.of(1) })).toThrow(RangeError);
    expect(() => outcomeRules({ codes: Int32Array.of(0), columns: 1, trials: Float64Array.of(1), hits: Float64Array.of(2) })).toThrow(RangeError);
  });
});

describe('excessHits', () => {
  test('compares like with like: a stratum that loses more everywhere makes no excess', () => {
    // crude rates 0.38 against 0.24, and the same within each stratum
    const found = excessHits([{ trials: 100, hits: 10, otherTrials: 400, otherHits: 40 }, { trials: 200, hits: 100, otherTrials: 200, otherHits: 100 }]);
    expect(found.expected).toBeCloseTo(110, 12);
    expect(found.excess).toBeCloseTo(0, 12);
  });

  test('covers the hits that were added in 95 of 100 shops', () => {
    let state = 11;
    const draw = (): number => { state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; return state / 2 ** 32; };
    const count = (of: number, share: number): number => { let hits = 0; for (let one = 0; one < of; one++) if (draw() < share) hits++; return hits; };
    let covered = 0;
    for (let shop = 0; shop < 400; shop++) {
      const anyway = [count(300, 0.05), count(200, 0.15)];
      const added = [count(300 - anyway[0]!, 0.1), count(200 - anyway[1]!, 0.1)];
      const { excess, standardError } = excessHits([{ trials: 300, hits: anyway[0]! + added[0]!, otherTrials: 900, otherHits: count(900, 0.05) }, { trials: 200, hits: anyway[1]! + added[1]!, otherTrials: 500, otherHits: count(500, 0.15) }]);
      if (Math.abs(excess - added[0]! - added[1]!) <= 1.96 * standardError) covered++;
    }
    expect(covered / 400).toBeGreaterThan(0.92);
    expect(covered / 400).toBeLessThan(0.985);
  });

  test('leaves out who has nobody to be compared with, and refuses what are no counts', () => {
    expect(excessHits([{ trials: 50, hits: 50, otherTrials: 0, otherHits: 0 }])).toEqual({ trials: 0, hits: 0, expected: 0, excess: 0, standardError: 0 });
    expect(() => excessHits([{ trials: 1, hits: 2, otherTrials: 1, otherHits: 0 }])).toThrow(RangeError);
  });
});

describe('ratioOfValues', () => {
  test('is the ratio of the sums, with the error of the textbook', () => {
    const pairs = [[10, 9], [20, 19], [30, 25], [40, 41]] as const;
    const sum = (of: (x: number, y: number) => number): number => pairs.reduce((total, [x, y]) => total + of(x, y), 0);
    const found = ratioOfValues({ count: 4, x: sum((x) => x), y: sum((_, y) => y), xx: sum((x) => x * x), xy: sum((x, y) => x * y), yy: sum((_, y) => y * y) });
    expect(found.ratio).toBeCloseTo(0.94, 12);
    const squares = pairs.reduce((total, [x, y]) => total + (y - 0.94 * x) ** 2, 0);
    expect(found.residual).toBeCloseTo(Math.sqrt(squares / 3), 10);
    expect(found.standardError).toBeCloseTo(Math.sqrt(squares / 3) / Math.sqrt(4) / 25, 10);
    expect(() => ratioOfValues({ count: 1, x: 1, y: 1, xx: 1, xy: 1, yy: 1 })).toThrow(RangeError);
  });
});
