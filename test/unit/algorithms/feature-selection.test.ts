import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correlationMatrix } from '../../../algorithms/feature-selection/correlation-matrix.ts';
import { L1Selection } from '../../../algorithms/feature-selection/l1-selection.ts';
import { mutualInformation } from '../../../algorithms/feature-selection/mutual-information.ts';
import { pruneCorrelated } from '../../../algorithms/feature-selection/prune-correlated.ts';
import { StabilitySelection } from '../../../algorithms/feature-selection/stability-selection.ts';
import { VarianceThreshold } from '../../../algorithms/feature-selection/variance-threshold.ts';
import { StandardScaler } from '../../../algorithms/preprocess/standard-scaler.ts';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';
import { madeMatrix } from './made-numbers.ts';

const rows = 300;
const columns = 4;
const matrix = madeMatrix(rows, columns, 9000);
const noise = madeMatrix(rows, 1, 20_000);
const y = Uint8Array.from({ length: rows }, (_, row) => Number(matrix[row * columns]! + 0.5 * matrix[row * columns + 1]! + 0.4 * noise[row]! > 1));
for (let row = 0; row < rows; row++) matrix[row * columns + 2] = matrix[row * columns + 2]! ** 2 - y[row]! * 0.3;

// Figures are of scikit-learn 1.9.1 and NumPy 2.4.6 on the same made numbers.

describe('mutual information with a class', () => {
  it('agrees with scikit-learn where no two values are equal', () => {
    // mutual_info_classif(matrix, y, discrete_features=False, random_state=0), and with n_neighbors=7, and with three classes
    expectClose(mutualInformation(matrix, rows, columns, y), [0.29719115952588937, 0.05734998338388908, 0.3267222044748077, 0], 7);
    expectClose(mutualInformation(matrix, rows, columns, y, { nNeighbors: 7 }), [0.32803834019643974, 0.05090048414546233, 0.3095420148692285, 0], 7);
    const thirds = Uint8Array.from({ length: rows }, (_, row) => Math.floor(matrix[row * columns]! * 3));
    expectClose(mutualInformation(matrix, rows, columns, thirds), [1.0977938574931403, 0, 0.12337200210184185, 0.03412142024823384], 7);
  });

  it('is that of the table of counts where a column has few values', () => {
    const values = Float64Array.from({ length: 4000 }, (_, row) => (row * 7) % 3);
    const bought = Uint8Array.from(values, (value, row) => Number((row * 13) % 10 < 2 + 3 * value));
    const table = tableInformation(values, bought);
    expect(table).toBeGreaterThan(0.1);
    expect(mutualInformation(values, 4000, 1, bought)[0]).toBeCloseTo(table, 2);
    expect(mutualInformation(values, 4000, 1, Uint8Array.from(values, (_, row) => Number(row % 2)))[0]).toBeLessThan(0.002);
  });

  it('finds the neighbours that looking at all rows finds', () => {
    const cell = fc.integer({ min: 0, max: 12 });
    fc.assert(fc.property(fc.array(fc.tuple(cell, fc.integer({ min: 0, max: 1 })), { minLength: 2, maxLength: 40 }), fc.integer({ min: 1, max: 4 }), (pairs, nNeighbors) => {
      const values = Float64Array.from(pairs, ([value]) => value);
      const labels = Uint8Array.from(pairs, ([, label]) => label);
      expect(mutualInformation(values, pairs.length, 1, labels, { nNeighbors })[0]).toBeCloseTo(plainInformation(values, labels, nNeighbors), 9);
    }));
  });

  it('looks at a sample of many rows, the same for the same seed, and refuses what does not fit', () => {
    const of = (seed: number): Float64Array => mutualInformation(matrix, rows, columns, y, { maxSamples: 150, seed });
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(() => mutualInformation(matrix, rows, columns, y.subarray(1))).toThrow(RangeError);
    expect(() => mutualInformation(matrix, rows, columns, y, { nNeighbors: 0 })).toThrow(RangeError);
    expect([...mutualInformation(Float64Array.of(1, 2), 2, 1, [0, 1])]).toEqual([0]);
  });
});

describe('the variance floor', () => {
  it('agrees with NumPy, and takes rounding for no variance', () => {
    // matrix.var(axis=0)
    expectClose(new VarianceThreshold().fit(matrix, rows, columns).variances, [0.08909889117290812, 0.08328500094580313, 0.11806349896417202, 0.08244836284338396], 12);
    const selector = new VarianceThreshold({ threshold: 0.25 }).fit(Float64Array.of(0.1, 0, Number.NaN, 0.1, 1, 5, 0.1, 2, Number.NaN), 3, 3);
    expect([...selector.variances].map((variance) => Number(variance.toFixed(6)))).toEqual([0, 0.666667, 0]);
    expect(selector.support).toEqual([false, true, false]);
    expect(() => new VarianceThreshold({ threshold: -1 })).toThrow(RangeError);
    expect(() => new VarianceThreshold().support).toThrow(TypeError);
  });
});

describe('correlated columns', () => {
  it('correlate as in NumPy', () => {
    // numpy.corrcoef(matrix.T)
    const correlations = correlationMatrix(matrix, rows, columns);
    expectClose(correlations.subarray(0, 8), [1, -0.00858217326021095, -0.3316534273781619, 0.07201692810571553, -0.00858217326021095, 1, -0.12308555701981226, -0.04881142617464928], 12);
    expect(correlationMatrix(Float64Array.of(1, 5, 2, 5), 2, 2)[1]).toBe(0);
  });

  it('are thinned out: the one that tells more stays, and stands for the others', () => {
    const base = madeMatrix(500, 3, 1);
    // the second is nearly the first, the third is nearly the first turned round, the fourth is its own
    const wide = Float64Array.from({ length: 2000 }, (_, place) => {
      const [a, b, c] = base.subarray(Math.floor(place / 4) * 3, Math.floor(place / 4) * 3 + 3) as unknown as [number, number, number];
      return [a, a + 0.05 * b, -a + 0.05 * c, b][place % 4]!;
    });
    const pruned = pruneCorrelated(wide, 500, 4, { maximum: 0.9, relevance: [0.1, 0.3, 0.2, 0] });
    expect(pruned.support).toEqual([false, true, false, true]);
    expect([...pruned.rival]).toEqual([1, -1, 1, -1]);
    expect(pruned.correlation[2]).toBeLessThan(-0.9);
    expect(pruneCorrelated(wide, 500, 4, { maximum: 0.9, relevance: [1, 1, 1, 1] }).support).toEqual([true, false, false, true]);
    expect(() => pruneCorrelated(wide, 500, 4, { relevance: [1] })).toThrow(RangeError);
  });

  it('that stay never correlate above the maximum, and those that go do with one that stays', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 100_000 }), fc.double({ min: 0.05, max: 1, noNaN: true }), (salt, maximum) => {
      const small = madeMatrix(12, 5, salt);
      const { support, rival, correlation } = pruneCorrelated(small, 12, 5, { maximum, relevance: madeMatrix(1, 5, salt + 77) });
      const correlations = correlationMatrix(small, 12, 5);
      for (let one = 0; one < 5; one++) {
        if (support[one]) for (let other = 0; other < one; other++) expect(!support[other] || Math.abs(correlations[one * 5 + other]!) <= maximum).toBe(true);
        else expect([support[rival[one]!], Math.abs(correlation[one]!) > maximum]).toEqual([true, true]);
      }
    }));
  });
});

describe('selection by an L1 penalty', () => {
  const scaled = new StandardScaler().fitTransform(matrix, rows, columns);

  it('has the coefficients of scikit-learn', () => {
    // LogisticRegression(penalty='l1', C=0.05, solver='saga', tol=1e-10, max_iter=100000).fit(scaled, y).coef_
    const selection = new L1Selection({ C: 0.05 }).fit(scaled, rows, columns, y);
    expectClose(selection.coefficients, [1.5806358902576447, 0.47130708098281693, -0.3190485518154725, 0], 4);
    expect(selection.support).toEqual([true, true, true, false]);
    expect(() => new L1Selection().support).toThrow(TypeError);
  });
});

describe('stability selection', () => {
  /** Three columns of twelve have a say in the class, the first as loudly as asked; the fourth repeats the first with noise. */
  function made(seed: number, loud = 1): { x: Float64Array; labels: Uint8Array } {
    const random = new SeededRandom(seed);
    const x = Float64Array.from({ length: 800 * 12 }, () => random.normal());
    const labels = new Uint8Array(800);
    for (let row = 0; row < 800; row++) {
      const own = x.subarray(row * 12, row * 12 + 12);
      own[3] = own[0]! + own[3]!;
      labels[row] = Number(random.uniform() < 1 / (1 + Math.exp(1 - loud * (own[0]! + 0.7 * own[1]! - 0.7 * own[2]!))));
    }
    return { x, labels };
  }

  it('finds the columns that have a say, on every seed', () => {
    for (let seed = 0; seed < 5; seed++) {
      const { x, labels } = made(seed);
      const selection = new StabilitySelection({ nFeatures: 4, threshold: 0.8, seed }).fit(x, 800, 12, labels);
      expect(selection.support.slice(0, 3)).toEqual([true, true, true]);
      expect(selection.support.filter(Boolean).length).toBeLessThanOrEqual(4);
      expect(selection.expectedFalse).toBeCloseTo(4 ** 2 / (0.6 * 12), 10);
    }
  });

  it('finds nothing stable where no column has a say', () => {
    const { x, labels } = made(9, 0);
    const random = new SeededRandom(1);
    random.shuffle(labels);
    expect(new StabilitySelection({ nFeatures: 3, threshold: 0.9 }).fit(x, 800, 12, labels).support.filter(Boolean).length).toBeLessThanOrEqual(1);
  });

  it('selects as many a half as asked, the same for the same seed', () => {
    const { x, labels } = made(4);
    const of = (seed: number): Float64Array => new StabilitySelection({ nFeatures: 5, nResamples: 20, seed }).fit(x, 800, 12, labels).frequencies;
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(of(1).reduce((sum, frequency) => sum + frequency, 0)).toBeCloseTo(5, 10);
  });

  it('refuses one class alone, shapes that do not fit and options out of range', () => {
    const { x, labels } = made(4);
    expect(() => new StabilitySelection().fit(x, 800, 12, new Uint8Array(800))).toThrow(/twice/);
    expect(() => new StabilitySelection().fit(x, 800, 12, labels.subarray(1))).toThrow(RangeError);
    expect(() => new StabilitySelection({ threshold: 0.5 })).toThrow(RangeError);
    expect(() => new StabilitySelection().frequencies).toThrow(TypeError);
  });
});

/** Sum of p log(p / (row share x column share)) over the table of a column and the class. */
function tableInformation(values: Float64Array, labels: Uint8Array): number {
  const share = (test: (row: number) => boolean): number => [...labels.keys()].filter(test).length / labels.length;
  let sum = 0;
  for (const value of new Set(values)) {
    for (const label of new Set(labels)) {
      const both = share((row) => values[row] === value && labels[row] === label);
      if (both > 0) sum += both * Math.log(both / share((row) => values[row] === value) / share((row) => labels[row] === label));
    }
  }
  return sum;
}

/** The estimator as it is defined, looking at every pair of rows. */
function plainInformation(values: Float64Array, labels: Uint8Array, nNeighbors: number): number {
  const digamma = (n: number): number => Array.from({ length: n - 1 }, (_, place) => 1 / (place + 1)).reduce((sum, term) => sum + term, -0.5772156649015329);
  const all = [...values.keys()].filter((row) => labels.filter((label) => label === labels[row]).length > 1);
  if (all.length === 0) return 0;
  let sum = 0;
  for (const row of all) {
    const distances = (of: readonly number[]): number[] => of.filter((other) => other !== row).map((other) => Math.abs(values[other]! - values[row]!)).sort((a, b) => a - b);
    const own = distances(all.filter((other) => labels[other] === labels[row]));
    const radius = own[Math.min(nNeighbors, own.length) - 1]!;
    const within = (of: readonly number[]): number => of.filter((distance) => distance <= radius).length;
    sum += digamma(within(own)) - digamma(own.length + 1) - digamma(within(distances(all)));
  }
  return Math.max(0, digamma(all.length) + sum / all.length);
}

function expectClose(values: Float64Array, expected: readonly number[], digits: number): void {
  expect(values.length).toBe(expected.length);
  expected.forEach((figure, place) => expect(values[place]).toBeCloseTo(figure, digits));
}
