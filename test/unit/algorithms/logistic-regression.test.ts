import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogisticRegression } from '../../../algorithms/predict/logistic-regression.ts';
import { solvePositiveDefinite } from '../../../algorithms/predict/solve-positive-definite.ts';
import { madeMatrix, madeNumber } from './made-numbers.ts';

const rows = 200;
const spread = [4, 1, 10];
const x = madeMatrix(rows, 3, 0).map((value, place) => (value - 0.5) * spread[place % 3]!);
const y = Uint8Array.from({ length: rows }, (_, row) => {
  const [a, b, c] = x.subarray(row * 3, row * 3 + 3) as unknown as [number, number, number];
  return madeNumber(100_000 + row) < 1 / (1 + Math.exp(-(0.3 + 1.2 * a - 2 * b + 0.1 * c))) ? 1 : 0;
});

describe('logistic regression', () => {
  // scikit-learn 1.9.1: LogisticRegression(solver='newton-cholesky', tol=1e-12, max_iter=1000, ...).fit(x, y), its coef_,
  // intercept_ and predict_proba(x[:2])[:, 1]
  it.each([
    [{}, [1.157671646417126, -2.143838968532499, 0.15083664849512066], 0.2978544610080728, [0.34904325909879047, 0.742524799988542]],
    [{ C: 0.1, classWeight: 'balanced' as const }, [0.9239821491772723, -0.6387780649083937, 0.12014080087236895], 0.016343135923954904, [0.29747655625695, 0.647868821452418]],
    [{ fitIntercept: false, C: 10 }, [1.227897503675519, -2.974159982961345, 0.18467376485936507], 0, [0.2689786631233796, 0.7101101024847662]],
  ])('has the coefficients of scikit-learn with %j', (options, coefficients, intercept, probabilities) => {
    expect(y.reduce((sum, value) => sum + value, 0)).toBe(114);
    const model = new LogisticRegression({ ...options, tol: 1e-12 }).fit(x, rows, 3, y);
    coefficients.forEach((value, column) => expect(model.coefficients[column]).toBeCloseTo(value, 9));
    expect(model.intercept).toBeCloseTo(intercept, 9);
    expect(model.converged).toBe(true);
    const told = model.predictProbability(x, rows);
    probabilities.forEach((value, row) => expect(told[row]).toBeCloseTo(value, 9));
  });

  // scikit-learn 1.9.1: LogisticRegression(solver='saga', tol=1e-14, max_iter=200000, ...).fit(x, y); newton-cholesky for C=inf
  it.each([
    [{ l1Ratio: 1, C: 0.05 }, [0.7024578575933033, 0, 0.04566929277506464], 0.28371302007679394],
    [{ l1Ratio: 1 }, [1.185514865127927, -2.624576031887063, 0.15841942236326062], 0.3041965117591023],
    [{ l1Ratio: 0.5, C: 0.1, classWeight: 'balanced' as const }, [0.917152951615872, -0.41120410307940797, 0.10229938967479339], 0.020110707103225944],
    [{ l1Ratio: 0.5, C: 0.1, fitIntercept: false }, [0.9096374608741822, -0.40922171698123383, 0.106622024798076], 0],
    [{ C: Number.POSITIVE_INFINITY }, [1.25124999836483, -3.133704220509992, 0.1762752892643892], 0.313137665069869],
  ])('has them with an L1 penalty, an elastic net or none: %j', (options, coefficients, intercept) => {
    const model = new LogisticRegression({ ...options, tol: 1e-12 }).fit(x, rows, 3, y);
    coefficients.forEach((value, column) => expect(model.coefficients[column]).toBeCloseTo(value, 8));
    expect(coefficients.map((value) => value === 0)).toEqual(Array.from(model.coefficients, (value) => value === 0));
    expect(model.intercept).toBeCloseTo(intercept, 8);
    expect(model.converged).toBe(true);
  });

  it('gives the same bytes for any number of threads, and starts from a sample only where the sample helps', () => {
    const many = 60_000;
    const columns = 50;
    const wide = Float32Array.from({ length: many * columns }, (_, place) => madeNumber(place) - 0.5);
    const truth = Uint8Array.from({ length: many }, (_, row) => Number(madeNumber(90_000_000 + row) < 1 / (1 + Math.exp(-4 * wide[row * columns]! + 2 * wide[row * columns + 1]!))));
    const [one, three] = [1, 3].map((nThreads) => new LogisticRegression({ nThreads, tol: 1e-9 }).fit(wide, many, columns, truth));
    expect(three!.coefficients).toEqual(one!.coefficients);
    expect(three!.intercept).toBe(one!.intercept);
    expect(one!.coefficients[0]).toBeGreaterThan(3.5);

    // Every sampled row is of class 0: what the sample says of the intercept is far from the truth.
    const misleading = Uint8Array.from(truth, (value, row) => (Math.floor(row / 1024) % 16 === 0 ? 0 : value));
    const sampled = new LogisticRegression({ tol: 1e-9, C: 1e3 }).fit(wide, many, columns, misleading);
    expect(sampled.converged).toBe(true);
    // Where the gradient is nothing, the mean probability is the share of class 1.
    const mean = sampled.predictProbability(wide, many).reduce((sum, value) => sum + value, 0) / many;
    expect(mean).toBeCloseTo(misleading.reduce((sum, value) => sum + value, 0) / many, 7);
  });

  it('takes Float32 as well', () => {
    const narrow = new LogisticRegression().fit(Float32Array.from(x), rows, 3, y);
    const wide = new LogisticRegression().fit(x, rows, 3, y);
    wide.coefficients.forEach((value, column) => expect(narrow.coefficients[column]).toBeCloseTo(value, 5));
  });

  it('ends at the minimum: no neighbour has a lower objective', () => {
    fc.assert(fc.property(fc.nat(10_000), fc.constantFrom(0.01, 1, 100), (salt, C) => {
      const data = madeMatrix(60, 2, salt);
      const truth = Uint8Array.from({ length: 60 }, (_, row) => (row < 2 ? row : madeNumber(salt * 7 + row) < data[row * 2]! ? 1 : 0));
      const model = new LogisticRegression({ C, tol: 1e-10 }).fit(data, 60, 2, truth);
      const best = objective(data, truth, model.coefficients, model.intercept, C);
      for (const step of [-1e-3, 1e-3]) {
        expect(objective(data, truth, model.coefficients, model.intercept + step, C)).toBeGreaterThanOrEqual(best);
        for (let column = 0; column < 2; column++) {
          const moved = model.coefficients.map((value, at) => value + (at === column ? step : 0));
          expect(objective(data, truth, moved, model.intercept, C)).toBeGreaterThanOrEqual(best);
        }
      }
    }), { numRuns: 50 });
  });

  it('stays finite where the classes are apart, far from the origin, or a column is repeated or constant', () => {
    const apart = new LogisticRegression({ C: 1e6 }).fit(Float64Array.from({ length: 40 }, (_, row) => (row < 20 ? -1e3 : 1e3)), 40, 1, Uint8Array.from({ length: 40 }, (_, row) => Number(row >= 20)));
    expect(apart.converged).toBe(true);
    expect(Number.isFinite(apart.coefficients[0])).toBe(true);
    const repeated = Float64Array.from({ length: 400 }, (_, place) => (place % 4 === 3 ? 1 : x[Math.floor(place / 4) * 3]!));
    const model = new LogisticRegression({ C: 1e4 }).fit(repeated, 100, 4, y.subarray(0, 100));
    expect(model.converged).toBe(true);
    expect(model.coefficients[0]).toBeCloseTo(model.coefficients[1]!, 6);
  });

  it('says when it ran out of iterations', () => {
    const model = new LogisticRegression({ maxIter: 1, tol: 1e-12 }).fit(x, rows, 3, y);
    expect([model.iterations, model.converged]).toEqual([1, false]);
  });

  it('refuses what it cannot learn from', () => {
    expect(() => new LogisticRegression({ C: 0 })).toThrow(RangeError);
    expect(() => new LogisticRegression({ l1Ratio: 1.5 })).toThrow(RangeError);
    expect(() => new LogisticRegression({ nThreads: 0 })).toThrow(RangeError);
    expect(() => new LogisticRegression().fit(x, rows, 3, new Uint8Array(rows))).toThrow(/one class only/);
    expect(() => new LogisticRegression().fit(x, rows, 3, new Uint8Array(rows).fill(2))).toThrow(/0 or 1/);
    expect(() => new LogisticRegression().fit(x, rows, 2, y)).toThrow(RangeError);
    expect(() => new LogisticRegression().fit(x, rows, 3, y.subarray(1))).toThrow(RangeError);
    expect(() => new LogisticRegression().fit(x.map((value, place) => (place === 4 ? Number.NaN : value)), rows, 3, y)).toThrow(/finite/);
    expect(() => new LogisticRegression().predictProbability(x, rows)).toThrow(TypeError);
  });
});

describe('the Cholesky solver', () => {
  it('solves what it is given', () => {
    // 4 * 1.75 + 2 * 1.5 = 10 and 2 * 1.75 + 3 * 1.5 = 8
    const [first, second] = solvePositiveDefinite(Float64Array.of(4, 2, 2, 3), Float64Array.of(10, 8)) as unknown as [number, number];
    expect(first).toBeCloseTo(1.75, 14);
    expect(second).toBeCloseTo(1.5, 14);
    expect(() => solvePositiveDefinite(new Float64Array(3), new Float64Array(2))).toThrow(RangeError);
  });
});

function objective(data: Float64Array, truth: Uint8Array, coefficients: Float64Array, intercept: number, C: number): number {
  let loss = 0;
  truth.forEach((value, row) => {
    const logOdds = coefficients.reduce((sum, weight, column) => sum + weight * data[row * coefficients.length + column]!, intercept);
    loss += Math.log1p(Math.exp(value === 1 ? -logOdds : logOdds));
  });
  return C * loss + coefficients.reduce((sum, weight) => sum + weight * weight, 0) / 2;
}
