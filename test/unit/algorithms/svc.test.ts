import { describe, expect, it } from 'vitest';
import { SVC } from '../../../algorithms/predict/svc.ts';
import type { SVCOptions } from '../../../algorithms/predict/svc.ts';
import { madeMatrix, madeNumber } from './made-numbers.ts';

const rows = 200;
const x = madeMatrix(rows, 3, 0).map((value) => (value - 0.5) * 4);
// Two columns tell the class only together.
const y = Uint8Array.from({ length: rows }, (_, row) => {
  const [a, b, c] = x.subarray(row * 3, row * 3 + 3) as unknown as [number, number, number];
  return madeNumber(100_000 + row) < 1 / (1 + Math.exp(-3 * (a * b + 0.3 * c))) ? 1 : 0;
});

describe('support vector machine with the Gaussian kernel', () => {
  // scikit-learn 1.9.1: SVC(tol=1e-10, ...).fit(x, y), its number of support_, intercept_, decision_function(x[:3]) and abs(dual_coef_).sum()
  const cases: readonly (readonly [SVCOptions, number, number, readonly number[], number])[] = [
    [{}, 119, -0.21955114983017707, [-0.4911334596735427, 0.9050840195582733, -1.0000000398655706], 107.23524977880388],
    [{ C: 10, gamma: 0.5 }, 90, -0.259060443692187, [-0.9999993656599042, 0.9999997129842322, -0.9999994948000481], 702.5865937295216],
    [{ gamma: 'auto', classWeight: 'balanced' }, 120, -0.1476857274073736, [-0.3142881119538201, 1.0348283636171876, -0.8353232421983022], 106.27800283256036],
    [{ C: 0.1, classWeight: [1, 3] }, 155, 0.4594914825639379, [0.8064593585073339, 1.1294543700750626, 0.4760054628611044], 22.400000000000002],
  ];
  it.each(cases)('decides as scikit-learn with %j', (options, vectors, intercept, decisions, multipliers) => {
    const model = new SVC({ ...options, tol: 1e-10 }).fit(x, rows, 3, y);
    expect(model.support.length).toBe(vectors);
    expect(model.intercept).toBeCloseTo(intercept, 5);
    expect(model.dualCoefficients.reduce((sum, value) => sum + Math.abs(value), 0)).toBeCloseTo(multipliers, 4);
    const told = model.decisionFunction(x, rows);
    decisions.forEach((value, row) => expect(told[row]).toBeCloseTo(value, 5));
    expect([...model.predict(x, rows)]).toEqual([...told].map((decision) => Number(decision > 0)));
  });

  it('has a solution of its problem: multipliers within their bounds that cancel out, and rows outside the margin without one', () => {
    const C = 2;
    const model = new SVC({ C, tol: 1e-10 }).fit(x, rows, 3, y);
    expect(model.dualCoefficients.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 6);
    model.dualCoefficients.forEach((value, place) => {
      const signed = y[model.support[place]!] === 1 ? value : -value;
      expect(signed).toBeGreaterThan(0);
      expect(signed).toBeLessThanOrEqual(C + 1e-9);
    });
    const told = model.decisionFunction(x, rows);
    const supporting = new Set(model.support);
    told.forEach((decision, row) => { if (!supporting.has(row)) expect(decision * (y[row] === 1 ? 1 : -1)).toBeGreaterThan(1 - 1e-5); });
  });

  it('takes the class that comes first for class 0 or 1 alike', () => {
    const turned = new SVC({ tol: 1e-10 }).fit(x, rows, 3, y.map((label) => 1 - label));
    const told = new SVC({ tol: 1e-10 }).fit(x, rows, 3, y).decisionFunction(x, rows);
    turned.decisionFunction(x, rows).forEach((decision, row) => expect(decision).toBeCloseTo(-told[row]!, 6));
  });

  it('refuses what cannot be fitted', () => {
    for (const options of [{ C: 0 }, { gamma: -1 }, { tol: 0 }, { cacheSize: 0 }, { classWeight: [1, 0] as const }]) expect(() => new SVC(options)).toThrow(RangeError);
    expect(() => new SVC().predict(x, rows)).toThrow(TypeError);
    expect(() => new SVC().fit(x, rows, 2, y)).toThrow(/rows x columns/);
    expect(() => new SVC().fit(x, rows, 3, new Uint8Array(rows))).toThrow(/one class/);
    expect(() => new SVC().fit(x.map((value, place) => (place === 7 ? Number.NaN : value)), rows, 3, y)).toThrow(/finite/);
    expect(() => new SVC().fit(x, rows, 3, y).decisionFunction(x, 3)).toThrow(RangeError);
  });
});
