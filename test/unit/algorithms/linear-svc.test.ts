import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinearSVC } from '../../../algorithms/predict/linear-svc.ts';
import type { LinearSVCOptions } from '../../../algorithms/predict/linear-svc.ts';
import { madeMatrix, madeNumber } from './made-numbers.ts';

const rows = 200;
const spread = [4, 1, 10];
const x = madeMatrix(rows, 3, 0).map((value, place) => (value - 0.5) * spread[place % 3]!);
const y = Uint8Array.from({ length: rows }, (_, row) => {
  const [a, b, c] = x.subarray(row * 3, row * 3 + 3) as unknown as [number, number, number];
  return madeNumber(100_000 + row) < 1 / (1 + Math.exp(-(0.3 + 1.2 * a - 2 * b + 0.1 * c))) ? 1 : 0;
});

describe('linear support vector machine', () => {
  // scikit-learn 1.9.1: LinearSVC(tol=1e-12, max_iter=10000000, ...).fit(x, y), its coef_, intercept_ and decision_function(x[:2])
  const cases: readonly (readonly [LinearSVCOptions, readonly number[], number, readonly number[]])[] = [
    [{}, [0.4546661724450822, -1.0465733892974565, 0.060575110612570884], 0.11252386784238957, [-0.2284382274815209, 0.4183878109873572]],
    [{ C: 0.1, classWeight: 'balanced' }, [0.44187630103489545, -0.8013822518212788, 0.05661010657867358], 0.012350447819200673, [-0.33696113180688664, 0.2996047785256151]],
    [{ fitIntercept: false, C: 0.01 }, [0.3797672188018616, -0.2513902323112747, 0.04752911592500615], 0, [-0.3527458198410633, 0.23775952266614653]],
    [{ loss: 'hinge' }, [1.0323375892337028, -2.1403786084637986, 0.14906667732226897], 0.19570235732055408, [-0.6635044328014225, 0.9244194600216425]],
    [{ loss: 'hinge', C: 0.05, classWeight: 'balanced' }, [0.7861702835586254, -0.5180456252023035, 0.09903070955382479], 0.02252305492784265, [-0.7110073980259459, 0.5167500082564668]],
    [{ dual: true, C: 0.1 }, [0.43901744998677517, -0.7847855197189433, 0.05405355809623072], 0.10600387729949166, [-0.23232085346596532, 0.3841882193454422]],
    [{ dual: false, C: 0.1, interceptScaling: 5 }, [0.43908332369139563, -0.7848047824380354, 0.053980238273026004], 0.10884122395485993, [-0.22916678161200024, 0.3868032890307107]],
    [{ dual: true, C: 0.1, interceptScaling: 5 }, [0.43908332369139563, -0.7848047824380354, 0.053980238273026004], 0.10884122395485993, [-0.22916678161200024, 0.3868032890307107]],
  ];
  it.each(cases)('has the coefficients of scikit-learn with %j', (options, coefficients, intercept, decisions) => {
    const model = new LinearSVC({ ...options, tol: 1e-10, maxIter: 1_000_000 }).fit(x, rows, 3, y);
    coefficients.forEach((value, column) => expect(model.coefficients[column]).toBeCloseTo(value, 6));
    expect(model.intercept).toBeCloseTo(intercept, 6);
    expect(model.converged).toBe(true);
    const told = model.decisionFunction(x, rows);
    decisions.forEach((value, row) => expect(told[row]).toBeCloseTo(value, 6));
    expect([...model.predict(x, rows)]).toEqual([...told].map((decision) => Number(decision > 0)));
  });

  it('finds the same plane from any order of the rows, in Float32 or Float64', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e9 }), fc.constantFrom<'hinge' | 'squaredHinge'>('hinge', 'squaredHinge'), (seed, loss) => {
      const options: LinearSVCOptions = { loss, dual: true, C: 0.1, tol: 1e-9, maxIter: 1_000_000 };
      const fixed = new LinearSVC(options).fit(x, rows, 3, y);
      const drawn = new LinearSVC({ ...options, seed }).fit(Float32Array.from(x), rows, 3, y);
      fixed.coefficients.forEach((value, column) => expect(drawn.coefficients[column]).toBeCloseTo(value, 4));
    }), { numRuns: 10 });
  });

  it('is the same to the byte for the same seed, and for any number of threads', () => {
    const many = 40_000;
    const columns = 70;
    const wide = Float32Array.from({ length: many * columns }, (_, place) => madeNumber(place) - 0.5);
    const truth = Uint8Array.from({ length: many }, (_, row) => Number(wide[row * columns]! + 0.3 * madeNumber(90_000_000 + row) > 0.1));
    const fit = (options: LinearSVCOptions): Float64Array => new LinearSVC(options).fit(wide, many, columns, truth).coefficients;
    expect(fit({ nThreads: 3 })).toEqual(fit({ nThreads: 1 }));
    const dual: LinearSVCOptions = { loss: 'hinge', maxIter: 5, seed: 3 };
    expect(fit(dual)).toEqual(fit(dual));
    expect(fit({ ...dual, seed: 4 })).not.toEqual(fit(dual));
  });

  it('separates what can be separated with the widest margin', () => {
    // The nearest points are at 1 and 3, so the plane is at 2 and the margins at 1 and 3: coefficient 1, intercept -2.
    const model = new LinearSVC({ loss: 'hinge', C: 1e4, interceptScaling: 2, tol: 1e-10, maxIter: 1_000_000 }).fit(Float64Array.of(-5, 0, 1, 3, 4, 9), 6, 1, Uint8Array.of(0, 0, 0, 1, 1, 1));
    expect(model.coefficients[0]).toBeCloseTo(1, 4);
    expect(model.intercept).toBeCloseTo(-2, 4);
  });

  it('says when it ran out of passes', () => {
    const model = new LinearSVC({ loss: 'hinge', maxIter: 2, tol: 1e-10 }).fit(x, rows, 3, y);
    expect([model.iterations, model.converged]).toEqual([2, false]);
  });

  it('refuses what it cannot learn from', () => {
    expect(() => new LinearSVC({ C: -1 })).toThrow(RangeError);
    expect(() => new LinearSVC({ loss: 'hinge', dual: false })).toThrow(/dual/);
    expect(() => new LinearSVC().fit(x, rows, 3, new Uint8Array(rows))).toThrow(/one class only/);
    expect(() => new LinearSVC().fit(x, rows, 2, y)).toThrow(RangeError);
    for (const loss of ['hinge', 'squaredHinge'] as const) {
      expect(() => new LinearSVC({ loss, maxIter: 5 }).fit(x.map((value, place) => (place === 4 ? Number.NaN : value)), rows, 3, y)).toThrow(/finite/);
    }
    expect(() => new LinearSVC().decisionFunction(x, rows)).toThrow(TypeError);
  });
});
