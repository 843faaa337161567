import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrequencyEncoder } from '../../../algorithms/preprocess/frequency-encoder.ts';
import { IsolationForest } from '../../../algorithms/preprocess/isolation-forest.ts';
import { KNNImputer } from '../../../algorithms/preprocess/knn-imputer.ts';
import { Log1pTransformer } from '../../../algorithms/preprocess/log1p-transformer.ts';
import { MinMaxScaler } from '../../../algorithms/preprocess/min-max-scaler.ts';
import { MissingIndicator } from '../../../algorithms/preprocess/missing-indicator.ts';
import { OneHotEncoder } from '../../../algorithms/preprocess/one-hot-encoder.ts';
import { OutlierTreatment, type OutlierMethod } from '../../../algorithms/preprocess/outlier-treatment.ts';
import { pickTransform } from '../../../algorithms/preprocess/pick-transform.ts';
import { PowerTransformer } from '../../../algorithms/preprocess/power-transformer.ts';
import { RobustScaler } from '../../../algorithms/preprocess/robust-scaler.ts';
import { SimpleImputer } from '../../../algorithms/preprocess/simple-imputer.ts';
import { skewness } from '../../../algorithms/preprocess/skewness.ts';
import { TargetEncoder } from '../../../algorithms/preprocess/target-encoder.ts';
import { yeoJohnson } from '../../../algorithms/preprocess/yeo-johnson.ts';
import { madeMatrix, madeNumber } from './made-numbers.ts';

const gap = Number.NaN;

// Figures are of scikit-learn 1.9.1, SciPy 1.17.1 and NumPy 2.4.6 on the same made numbers.

describe('the k-nearest-neighbours imputer', () => {
  const gaps = [[0, 0], [0, 1], [3, 2], [5, 0], [5, 1], [5, 3], [7, 3], [11, 1], [9, 0], [2, 2]] as const;
  const matrix = madeMatrix(12, 4, 100);
  for (const [row, column] of gaps) matrix[row * 4 + column] = gap;

  it.each([
    // KNNImputer(n_neighbors=3, weights=...).fit_transform(matrix)
    ['uniform', [0.7786361402831972, 0.711783536321794, 0.5693456455289075, 0.4007350088407596, 0.7767378380522132, 0.28098352525072795, 0.6261613945631931, 0.7474103840067983, 0.5009291105282804, 0.38496912457048893]],
    ['distance', [0.6854379352448828, 0.766044406561737, 0.5809401320269515, 0.41147673784221667, 0.7626251041403667, 0.34654062341965064, 0.673072373610512, 0.7630335202411115, 0.5331406376586073, 0.42944642077853173]],
  ] as const)('agrees with scikit-learn, neighbours weighed by %s', (weights, expected) => {
    const imputer = new KNNImputer({ nNeighbors: 3, weights });
    const filled = imputer.fitTransform(matrix, 12, 4);
    gaps.forEach(([row, column], place) => expect(filled[row * 4 + column]).toBeCloseTo(expected[place]!, 12));
    expect([...imputer.imputed]).toEqual([3, 3, 2, 2]);
  });

  it('fills rows that share nothing with the mean, and columns of nothing with 0', () => {
    expect([...new KNNImputer().fitTransform(Float64Array.of(1, gap, 3, gap, gap, gap), 3, 2)]).toEqual([1, 0, 3, 0, 2, 0]);
  });

  it('takes as few donors as it is told, the same for the same seed', () => {
    const large = madeMatrix(3000, 3, 7);
    for (let place = 0; place < large.length; place += 10) large[place] = gap;
    const fill = (seed: number): Float64Array => new KNNImputer({ maxDonors: 200, seed }).fitTransform(large, 3000, 3);
    expect(fill(1)).toEqual(fill(1));
    expect(fill(1)).not.toEqual(fill(2));
    expect(fill(1).every((value, place) => (Number.isNaN(large[place]) ? value >= 0 && value < 1 : value === large[place]))).toBe(true);
  });

  it('refuses options out of range and use before fitting', () => {
    expect(() => new KNNImputer({ nNeighbors: 0 })).toThrow(RangeError);
    expect(() => new KNNImputer({ nNeighbors: 5, maxDonors: 4 })).toThrow(RangeError);
    expect(() => new KNNImputer().transform(matrix, 12)).toThrow(TypeError);
  });
});

describe('filling with a constant, and saying what was missing', () => {
  const matrix = Float64Array.of(1, gap, 3, gap, gap, 6);

  it('puts the constant into every gap', () => {
    expect([...new SimpleImputer({ strategy: 'constant', fillValue: -1 }).fitTransform(matrix, 2, 3)]).toEqual([1, -1, 3, -1, -1, 6]);
  });

  it('marks the gaps of the columns that had some', () => {
    const indicator = new MissingIndicator();
    expect([...indicator.fitTransform(matrix, 2, 3)]).toEqual([0, 1, 1, 1]);
    expect([...indicator.indicated]).toEqual([0, 1]);
    expect([...indicator.transform(Float64Array.of(gap, 2, gap), 1)]).toEqual([1, 0]);
    expect(() => new MissingIndicator().transform(matrix, 2)).toThrow(TypeError);
  });

  it('finds the most frequent value as counting does, the smallest of equals', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.constant(0), fc.constant(-0), fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true })), { minLength: 1, maxLength: 60 }), (values) => {
      const times = (value: number): number => values.filter((other) => other === value).length;
      const expected = values.reduce((best, value) => (times(value) > times(best) || (times(value) === times(best) && value < best) ? value : best));
      expect(new SimpleImputer({ strategy: 'mode' }).fit(Float64Array.from(values), values.length, 1).statistics[0]! === expected).toBe(true);
    }));
  });
});

describe('the isolation forest', () => {
  /** Eight rows far out, the others in a cube. */
  const matrix = madeMatrix(400, 3, 3000);
  for (let place = 0; place < 24; place++) matrix[place] = matrix[place]! * 6 - 3;

  it('scores as scikit-learn does, up to the chance of 2,000 trees', () => {
    // IsolationForest(n_estimators=2000, random_state=0).fit(matrix).score_samples(matrix)[:12]; the mean of all is -0.44326
    const scores = new IsolationForest({ nEstimators: 2000, seed: 1 }).fit(matrix, 400, 3).scoreSamples(matrix, 400);
    const expected = [-0.7679, -0.826, -0.5983, -0.5806, -0.7288, -0.7923, -0.7015, -0.7143, -0.4405, -0.5358, -0.4199, -0.4531];
    expected.forEach((score, row) => expect(Math.abs(scores[row]! - score)).toBeLessThan(0.012));
    expect(scores.reduce((sum, score) => sum + score, 0) / 400).toBeCloseTo(-0.44326, 2);
  });

  it('takes the asked share for outliers: the eight, as scikit-learn', () => {
    // IsolationForest(n_estimators=2000, random_state=0, contamination=0.02): rows 0 to 7, offset -0.5525
    const forest = new IsolationForest({ nEstimators: 500, contamination: 0.02 }).fit(matrix, 400, 3);
    const sides = forest.predict(matrix, 400);
    expect([...sides.keys()].filter((row) => sides[row] === -1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(Math.abs(forest.offset - -0.5525)).toBeLessThan(0.02);
    expect(new IsolationForest().fit(matrix, 400, 3).offset).toBe(-0.5);
  });

  it('is the same for the same seed, and alike for all rows where all are alike', () => {
    const score = (seed: number): Float64Array => new IsolationForest({ seed }).fit(matrix, 400, 3).scoreSamples(matrix, 400);
    expect(score(3)).toEqual(score(3));
    expect(score(3)).not.toEqual(score(4));
    const same = new Float64Array(60).fill(5);
    expect(new Set(new IsolationForest().fit(same, 30, 2).scoreSamples(same, 30)).size).toBe(1);
  });

  it('refuses values that are not finite, options out of range and use before fitting', () => {
    expect(() => new IsolationForest().fit(Float64Array.of(1, gap), 2, 1)).toThrow(/not finite/);
    expect(() => new IsolationForest({ contamination: 0.6 })).toThrow(RangeError);
    expect(() => new IsolationForest().predict(matrix, 400)).toThrow(TypeError);
  });
});

describe('outliers by more methods and with more treatments', () => {
  const matrix = skewedColumns();

  it('takes robust bounds from the median and its deviations', () => {
    // median and scipy.stats.median_abs_deviation(column, scale='normal')
    const treatment = new OutlierTreatment({ method: 'robust_z' }).fit(matrix, 40, 3);
    [[2.799524259185283, 3.0775670961166], [2.397282056968088, 4.326708689032532], [-17.767522484047845, 2.210013197939678]].forEach(([median, deviation], column) => {
      expect(treatment.lower[column]).toBeCloseTo(median! - 3.5 * deviation!, 9);
      expect(treatment.upper[column]).toBeCloseTo(median! + 3.5 * deviation!, 9);
    });
  });

  it('reports how many values lie under and over the bounds, and flags rows without changing them', () => {
    const given = Float64Array.of(1, 2, 3, 4, 5, 100, -90, 3);
    const flagged = new OutlierTreatment({ method: 'iqr', action: 'flag' }).fitTransform(given, 8, 1);
    expect([[...flagged.below], [...flagged.above], [...flagged.counts], [...flagged.outlying]]).toEqual([[1], [1], [2], [0, 0, 0, 0, 0, 1, 1, 0]]);
    expect(flagged.matrix).toEqual(given);
    expect(flagged.keptRows).toHaveLength(8);
  });

  it('clips to the range of the rows that the forest leaves, drops or flags the others', () => {
    const cloud = madeMatrix(400, 3, 3000);
    for (let place = 0; place < 24; place++) cloud[place] = cloud[place]! * 6 - 3;
    const by = (action: 'clip' | 'drop' | 'flag') => new OutlierTreatment({ method: 'isolation_forest', contamination: 0.02, action, seed: 2 }).fitTransform(cloud, 400, 3);
    const rows = [0, 1, 2, 3, 4, 5, 6, 7];
    const { outlying } = by('flag');
    expect([...outlying.keys()].filter((row) => outlying[row] === 1)).toEqual(rows);
    const dropped = by('drop');
    expect(dropped.keptRows[0]).toBe(8);
    expect(dropped.matrix).toEqual(cloud.slice(24));
    const clipped = by('clip').matrix;
    expect(clipped.slice(24)).toEqual(cloud.slice(24));
    expect(Math.min(...clipped)).toBe(Math.min(...cloud.slice(24)));
    expect(Math.max(...clipped)).toBe(Math.max(...cloud.slice(24)));
  });

  it('counts what it moves, whatever the method', () => {
    const methods: OutlierMethod[] = ['z_score', 'robust_z', 'iqr', 'isolation_forest'];
    fc.assert(fc.property(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom(...methods), (salt, method) => {
      const given = madeMatrix(60, 2, salt).map((value) => value ** 9);
      const treated = new OutlierTreatment({ method, limit: 1, contamination: 0.1 }).fitTransform(given, 60, 2);
      const moved = [0, 1].map((column) => given.filter((value, place) => place % 2 === column && treated.matrix[place] !== value).length);
      expect([...treated.counts]).toEqual(moved);
      expect(treated.counts.map((count, column) => count - treated.below[column]! - treated.above[column]!)).toEqual(new Uint32Array(2));
    }), { numRuns: 50 });
  });
});

describe('scalers', () => {
  const matrix = skewedColumns();

  it('to a range agrees with scikit-learn', () => {
    // MinMaxScaler().fit(matrix): data_min_, data_range_, transform(matrix)[0]
    const scaler = new MinMaxScaler().fit(matrix, 40, 3);
    expectClose(scaler.minimums, [0.38027563509954604, -0.6232478875147618, -19.58330113358973]);
    expectClose(scaler.ranges, [18.921789857794238, 19.52768952572814, 19.431849660356175]);
    expectClose(scaler.transform(matrix, 40).subarray(0, 3), [0.4210785586241371, 0.00150154106396801, 0.0737071521122179]);
  });

  it('by quartiles agrees with scikit-learn', () => {
    // RobustScaler().fit(matrix): center_, scale_, transform(matrix)[0]
    const scaler = new RobustScaler().fit(matrix, 40, 3);
    expectClose(scaler.medians, [2.799524259185283, 2.397282056968088, -17.767522484047845]);
    expectClose(scaler.ranges, [6.6673637692813275, 7.239382254082663, 4.5987978152581235]);
    expectClose(scaler.transform(matrix, 40).subarray(0, 3), [0.8321596912689718, -0.4131855746515738, -0.0833940447505266]);
  });

  it('leave a constant column at 0, and one of nothing as it is', () => {
    for (const scaler of [new MinMaxScaler(), new RobustScaler()]) {
      expect([...scaler.fitTransform(Float64Array.of(7, gap, 7, gap), 2, 2)]).toEqual([0, gap, 0, gap]);
      expect(() => scaler.transform(matrix, 40)).toThrow(RangeError);
    }
    expect(() => new MinMaxScaler().fit(Float64Array.of(1, Number.NEGATIVE_INFINITY), 2, 1)).toThrow(/infinite/);
    expect(() => new RobustScaler().transform(matrix, 40)).toThrow(TypeError);
    expect(() => new MinMaxScaler().transform(matrix, 40)).toThrow(TypeError);
  });

  it('take logarithms of 1 and more', () => {
    expect([...new Log1pTransformer().fitTransform(Float64Array.of(0, Math.E - 1, gap), 3, 1)]).toEqual([0, 1, gap]);
    expect(() => new Log1pTransformer().fitTransform(Float64Array.of(-1), 1, 1)).toThrow(RangeError);
  });
});

describe("Yeo and Johnson's power", () => {
  const matrix = skewedColumns();

  it('has the lambdas and the columns of scikit-learn', () => {
    // PowerTransformer().fit(matrix): lambdas_, transform(matrix)[0], transform(matrix)[7]
    const transformer = new PowerTransformer();
    const powered = transformer.fitTransform(matrix, 40, 3);
    expectClose(transformer.lambdas, [-0.2975761740535293, 0.0927293039455663, -0.3360318661444224], 5);
    expectClose(powered.subarray(0, 3), [1.0036050068637086, -1.3135068708468187, -0.48340186050319384], 5);
    expectClose(powered.subarray(21, 24), [0.8800590831428379, 1.1165175609990887, -0.23230953616572766], 5);
    expect(powered[10]).toBeNaN();
    expect(transformer.transform(matrix, 40)).toEqual(powered);
  });

  it('is increasing, and nothing for lambda 1', () => {
    const number = fc.double({ min: -1e4, max: 1e4, noNaN: true });
    fc.assert(fc.property(number, number, fc.double({ min: -3, max: 5, noNaN: true }), (a, b, lambda) => {
      expect(yeoJohnson(a, 1)).toBeCloseTo(a, 8);
      if (a < b) expect(yeoJohnson(a, lambda)).toBeLessThanOrEqual(yeoJohnson(b, lambda));
    }));
    expect(yeoJohnson(3, 0)).toBe(Math.log(4));
    expect(yeoJohnson(-3, 2)).toBe(-Math.log(4));
  });

  it('leaves a constant column, and finds lambda from a sample near that of all', () => {
    expect(new PowerTransformer().fit(new Float64Array(5).fill(3), 5, 1).lambdas[0]).toBe(1);
    const many = madeMatrix(20_000, 1, 5).map((value) => Math.exp(3 * value));
    const of = (maxSamples: number): number => new PowerTransformer({ maxSamples }).fit(many, 20_000, 1).lambdas[0]!;
    expect(Math.abs(of(2000) - of(Number.POSITIVE_INFINITY))).toBeLessThan(0.05);
    expect(() => new PowerTransformer({ standardize: false }).fit(matrix, 40, 3).scaler).toThrow(TypeError);
    expect(() => new PowerTransformer().fit(Float64Array.of(1, Number.POSITIVE_INFINITY), 2, 1)).toThrow(/infinite/);
  });
});

describe('the transform picked by skew', () => {
  it('knows the skewness as SciPy', () => {
    // scipy.stats.skew of the columns
    const matrix = skewedColumns();
    [1.2320205148909174, 1.175393284130876, 1.5882450268529245].forEach((expected, column) => {
      expect(skewness(matrix.filter((value, place) => place % 3 === column && !Number.isNaN(value)))).toBeCloseTo(expected, 10);
    });
    expect(skewness(new Float64Array(4).fill(0.1))).toBe(0);
  });

  it('is none within the limit, a logarithm for long tails of counts and money, else the power', () => {
    expect(pickTransform(Float64Array.of(1, 2, 3, 4, 5))).toBe('none');
    expect(pickTransform(Float64Array.of(0, 0, 1, 1, 2, 50))).toBe('log1p');
    expect(pickTransform(Float64Array.of(-1, 0, 1, 1, 2, 50))).toBe('yeo_johnson');
    expect(pickTransform(Float64Array.of(0, 48, 49, 49, 50, 50))).toBe('yeo_johnson');
    expect(pickTransform(Float64Array.of(0, 0, 1, 1, 2, 50), 3)).toBe('none');
  });
});

describe('encoders of categories', () => {
  const categories = Array.from({ length: 60 }, (_, row) => 'abcdef'[Math.floor(madeNumber(40_000 + row) ** 2 * 6)]!);
  const target = madeMatrix(60, 1, 50_000).map((value, row) => value + Number(categories[row] === 'a'));

  it('one-hot puts the rare ones together, as scikit-learn', () => {
    // OneHotEncoder(max_categories=4).fit(categories): infrequent b, c, f; column sums 22, 10, 9, 19
    const encoder = new OneHotEncoder({ maxCategories: 4 });
    const matrix = encoder.fitTransform(categories);
    expect([encoder.categories, encoder.infrequent, encoder.columns]).toEqual([['a', 'd', 'e'], ['b', 'c', 'f'], 4]);
    expect([0, 1, 2, 3].map((column) => matrix.filter((value, place) => place % 4 === column && value === 1).length)).toEqual([22, 10, 9, 19]);
  });

  it('one-hot gives a row one 1, a row without category none, and refuses what it does not know', () => {
    const encoder = new OneHotEncoder().fit(['b', null, 'a']);
    expect([...encoder.transform(['a', null, 'b'])]).toEqual([1, 0, 0, 0, 0, 1]);
    expect(() => encoder.transform(['c'])).toThrow(/row 0/);
    expect([...new OneHotEncoder({ handleUnknown: 'ignore' }).fit(['a']).transform(['c'])]).toEqual([0]);
    expect(() => new OneHotEncoder().transform(['a'])).toThrow(TypeError);
  });

  it('by frequency gives shares that sum to 1 over the categories', () => {
    const encoder = new FrequencyEncoder().fit(['a', 'b', 'a', null]);
    expect([...encoder.transform(['a', 'b', null, 'c'])]).toEqual([0.5, 0.25, 0.25, 0]);
    expect([...encoder.shares.values()].reduce((sum, share) => sum + share, 0)).toBe(1);
    expect(() => new FrequencyEncoder().transform(['a'])).toThrow(TypeError);
  });

  it.each([
    // TargetEncoder(smooth=..., cv=4, shuffle=False, target_type='continuous').fit_transform(categories, target)
    ['auto', [1.5756810769305492, 0.4965514299401947, 0.37070391967042454, 0.5798101586376642, 0.44571383035027595, 0.5424216756585966], [0.4651773469224196, 0.40513172406435644, 0.4651773469224196, 1.6027819890492996, 1.5880096308346867]],
    [5, [1.4528214788433726, 0.6283670510844482, 0.5967018797757301, 0.6749797899444173, 0.5930141785328963, 0.7291268692632137], [0.6241636411545591, 0.6041987136034577, 0.6241636411545591, 1.4567378926410746, 1.3783850918659066]],
  ] as const)('by target agrees with scikit-learn, smoothing %s', (smooth, encodings, outOfFold) => {
    const encoder = new TargetEncoder({ smooth, cv: 4, shuffle: false });
    const encoded = encoder.fitTransform(categories, target);
    'abcdef'.split('').forEach((category, place) => expect(encoder.encodings.get(category)).toBeCloseTo(encodings[place]!, 10));
    expect(encoder.targetMean).toBeCloseTo(0.8841786277053567, 12);
    [0, 1, 2, 31, 59].forEach((row, place) => expect(encoded[row]).toBeCloseTo(outOfFold[place]!, 10));
    expect(encoder.transform(['a', 'never seen'])[1]).toBe(encoder.targetMean);
  });

  it('by target never lets a row see its own target', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 99 }), (row, seed) => {
      const changed = target.slice();
      changed[row] = 1000;
      const encode = (of: Float64Array): number => new TargetEncoder({ seed }).fitTransform(categories, of)[row]!;
      expect(encode(changed)).toBe(encode(target));
    }), { numRuns: 40 });
    expect(new TargetEncoder({ seed: 1 }).fitTransform(categories, target)).not.toEqual(new TargetEncoder({ seed: 2 }).fitTransform(categories, target));
    expect(() => new TargetEncoder().fitTransform(['a'], [1])).toThrow(RangeError);
    expect(() => new TargetEncoder().fit(['a'], [])).toThrow(RangeError);
    expect(() => new TargetEncoder().transform(['a'])).toThrow(TypeError);
  });
});

/** Three columns with long tails to the right, one of them around 0, one below it, and a gap. */
function skewedColumns(): Float64Array {
  const matrix = madeMatrix(40, 3, 500).map((value, place) => Math.exp(4 * value - 1) - [0, 1, 20][place % 3]!);
  matrix[10] = gap;
  return matrix;
}

function expectClose(values: Float64Array, expected: readonly number[], digits = 10): void {
  expect(values.length).toBe(expected.length);
  expected.forEach((figure, place) => expect(values[place]).toBeCloseTo(figure, digits));
}
