import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averagePrecision } from '../../../algorithms/metrics/average-precision.ts';
import { bootstrapMetric, bootstrapMetricDifference } from '../../../algorithms/metrics/bootstrap-metric.ts';
import { calibrationCurve } from '../../../algorithms/metrics/calibration-curve.ts';
import { accuracy, confusionMatrix } from '../../../algorithms/metrics/confusion-matrix.ts';
import { deLongTest } from '../../../algorithms/metrics/de-long-test.ts';
import { liftAtDecile } from '../../../algorithms/metrics/lift-at-decile.ts';
import { permutationImportance } from '../../../algorithms/metrics/permutation-importance.ts';
import { brierScore } from '../../../algorithms/metrics/probability-losses.ts';
import { rocAuc } from '../../../algorithms/metrics/roc-auc.ts';
import { thresholdByExpectedProfit } from '../../../algorithms/metrics/threshold-by-expected-profit.ts';
import { madeMatrix, madeNumber } from './made-numbers.ts';

const rows = 60;
const good = Float64Array.from({ length: rows }, (_, row) => Math.floor(madeNumber(row) * 40) / 40);
const poor = Float64Array.from({ length: rows }, (_, row) => Math.floor((madeNumber(row) * 0.5 + madeNumber(500 + row) * 0.5) * 40) / 40);
const actual = Uint8Array.from(good, (probability, row) => Number(madeNumber(1000 + row) < probability));

/** Rows of a class and a coarse score, so that scores tie; both classes occur. */
const scored = fc.array(fc.tuple(fc.nat(1), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })), { minLength: 4, maxLength: 60 })
  .map((list) => ({ truth: Uint8Array.from(list, ([value]) => value), one: Float64Array.from(list, ([, score]) => score / 6), other: Float64Array.from(list, ([, , score]) => score / 6) }))
  .filter(({ truth }) => truth.filter((value) => value === 1).length >= 2 && truth.filter((value) => value === 0).length >= 2);

describe('average precision', () => {
  // scikit-learn 1.9.1: average_precision_score(actual, good) and (actual, poor)
  it('agrees with scikit-learn, with ties', () => {
    expect(averagePrecision(actual, good)).toBeCloseTo(0.7933497523949744, 12);
    expect(averagePrecision(actual, poor)).toBeCloseTo(0.6573764728294124, 12);
  });

  it('is 1 for a perfect order, the share of class 1 where all scores are equal', () => {
    fc.assert(fc.property(scored, ({ truth }) => {
      expect(averagePrecision(truth, Float64Array.from(truth))).toBe(1);
      expect(averagePrecision(truth, new Float64Array(truth.length))).toBeCloseTo(truth.reduce((sum, value) => sum + value, 0) / truth.length, 12);
    }));
  });

  it('refuses rows without a positive, NaN and other classes', () => {
    expect(() => averagePrecision(new Uint8Array(3), new Float64Array(3))).toThrow(/class 1/);
    expect(() => averagePrecision(Uint8Array.of(0, 1), Float64Array.of(1, Number.NaN))).toThrow(/NaN/);
    expect(() => averagePrecision(Uint8Array.of(0, 2), Float64Array.of(1, 0))).toThrow(RangeError);
  });
});

describe('the calibration curve', () => {
  // scikit-learn 1.9.1: calibration_curve(actual, good, n_bins=5, strategy=...)
  it.each([
    ['uniform' as const, [0.3333333333333333, 0.4444444444444444, 0.625, 0.6153846153846154, 0.8461538461538461], [0.10555555555555556, 0.34722222222222227, 0.5, 0.7288461538461538, 0.8749999999999999]],
    ['quantile' as const, [0.4166666666666667, 0.3333333333333333, 0.6923076923076923, 0.6923076923076923, 0.9], [0.15625, 0.40625, 0.5615384615384615, 0.7673076923076922, 0.8899999999999999]],
  ])('agrees with scikit-learn with %s bins', (strategy, shares, probabilities) => {
    const curve = calibrationCurve(actual, good, { strategy });
    expect(curve).toHaveLength(5);
    shares.forEach((share, bin) => expect(curve[bin]!.shareOfPositives).toBeCloseTo(share, 12));
    probabilities.forEach((probability, bin) => expect(curve[bin]!.meanProbability).toBeCloseTo(probability, 12));
    expect(curve.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows);
  });

  it('leaves empty bins out', () => {
    expect(calibrationCurve(Uint8Array.of(0, 1), Float64Array.of(0, 1), { nBins: 10 })).toEqual([{ rows: 1, meanProbability: 0, shareOfPositives: 0 }, { rows: 1, meanProbability: 1, shareOfPositives: 1 }]);
    expect(() => calibrationCurve(actual, good, { nBins: 0 })).toThrow(RangeError);
  });
});

describe('lift at a decile', () => {
  it('is the share in the best tenths over the share in all', () => {
    const truth = Uint8Array.of(1, 1, 0, 1, 0, 0, 0, 0, 0, 1);
    const scores = Float64Array.of(10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
    expect([1, 2, 3, 4, 10].map((decile) => liftAtDecile(truth, scores, decile))).toEqual([2.5, 2.5, expect.closeTo(2 / 3 / 0.4, 12), 1.875, 1]);
  });

  it('counts a part of the rows that tie at the border, and all tenths are the whole', () => {
    // Twenty rows, of the three that share the highest score one is of class 1: two of them make the tenth.
    const truth = Uint8Array.from({ length: 20 }, (_, row) => Number(row === 0 || row === 10));
    const scores = Float64Array.from({ length: 20 }, (_, row) => Number(row < 3));
    expect(liftAtDecile(truth, scores)).toBeCloseTo((2 / 3) / 2 / 0.1, 12);
    fc.assert(fc.property(scored, ({ truth: any, one }) => {
      expect(liftAtDecile(any, one, 10)).toBeCloseTo(1, 12);
    }));
    expect(() => liftAtDecile(truth, scores, 11)).toThrow(RangeError);
  });
});

describe('DeLong\'s test', () => {
  // NumPy 2.4.6 and SciPy 1.17.1: the covariance of the placements by all pairs of rows (DeLong and others, equations 4 to 7), and the normal distribution
  it('has the figures of the definition', () => {
    const { areas, difference, standardError, interval, z, pValue } = deLongTest(actual, good, poor);
    expect(areas[0]).toBeCloseTo(0.7037037037037037, 12);
    expect(areas[1]).toBeCloseTo(0.5052083333333333, 12);
    expect(difference).toBeCloseTo(0.19849537037037046, 12);
    expect(standardError).toBeCloseTo(0.06533436811633157, 12);
    expect(z).toBeCloseTo(3.0381463247174616, 10);
    expect(pValue).toBeCloseTo(0.002380383399536194, 10);
    expect(interval.lower).toBeCloseTo(0.07044236190967856, 10);
    expect(interval.upper).toBeCloseTo(0.32654837883106236, 10);
  });

  it('has the areas of rocAuc, turns its sign with the models, and sees no difference of a model from itself', () => {
    fc.assert(fc.property(scored, ({ truth, one, other }) => {
      const forth = deLongTest(truth, one, other);
      const back = deLongTest(truth, other, one);
      expect(forth.areas[0]).toBeCloseTo(rocAuc(truth, one), 12);
      expect(forth.areas[1]).toBeCloseTo(rocAuc(truth, other), 12);
      expect(back.difference).toBeCloseTo(-forth.difference, 12);
      expect(back.pValue).toBeCloseTo(forth.pValue, 9);
      expect(deLongTest(truth, one, one)).toMatchObject({ difference: 0, z: 0, pValue: 1 });
    }));
  });

  it('rejects one time in twenty where the models are equally good', () => {
    let rejected = 0;
    for (let trial = 0; trial < 400; trial++) {
      const truth = Uint8Array.from({ length: 80 }, (_, row) => row % 2);
      const draw = (salt: number): Float64Array => Float64Array.from(truth, (value, row) => madeNumber(trial * 1000 + salt + row) + madeNumber(trial * 1000 + 500 + row) + 0.4 * value);
      rejected += Number(deLongTest(truth, draw(0), draw(200)).pValue < 0.05);
    }
    // 20 expected, standard deviation 4.4
    expect(rejected).toBeGreaterThan(6);
    expect(rejected).toBeLessThan(36);
  });

  it('refuses a class that is too rare', () => {
    expect(() => deLongTest(Uint8Array.of(0, 0, 1), good.subarray(0, 3), poor.subarray(0, 3))).toThrow(/two rows/);
  });
});

describe('the bootstrap of a metric', () => {
  it('has about the standard error that DeLong has for an area and a difference, and the same bytes for the same seed', () => {
    const delong = deLongTest(actual, good, poor);
    const { value, interval, standardError } = bootstrapMetricDifference(rocAuc, actual, good, poor, { resamples: 4000, seed: 1 });
    expect(value).toBeCloseTo(delong.difference, 12);
    expect(standardError / delong.standardError).toBeGreaterThan(0.93);
    expect(standardError / delong.standardError).toBeLessThan(1.07);
    expect(interval.lower).toBeCloseTo(delong.interval.lower, 1);
    expect(interval.upper).toBeCloseTo(delong.interval.upper, 1);
    expect(bootstrapMetric(rocAuc, actual, good, { seed: 3 })).toEqual(bootstrapMetric(rocAuc, actual, good, { seed: 3 }));
    expect(bootstrapMetric(rocAuc, actual, good, { seed: 4 })).not.toEqual(bootstrapMetric(rocAuc, actual, good, { seed: 3 }));
  });

  it('takes any metric, and keeps both classes in each resample', () => {
    const rare = Uint8Array.from({ length: 40 }, (_, row) => Number(row === 7));
    const scores = Float64Array.from(rare, (value, row) => value * 0.3 + (row % 10) / 20);
    for (const metric of [rocAuc, averagePrecision, liftAtDecile, (truth: Uint8Array, told: Float64Array) => -brierScore(truth, told)]) {
      const { value, interval } = bootstrapMetric(metric, rare, scores, { resamples: 200 });
      expect(interval.lower).toBeLessThanOrEqual(value + 1e-12);
      expect(interval.upper).toBeGreaterThanOrEqual(value - 1e-12);
    }
    expect(() => bootstrapMetric(rocAuc, actual, good, { resamples: 10 })).toThrow(RangeError);
    expect(() => bootstrapMetric(rocAuc, actual, good.subarray(1))).toThrow(RangeError);
  });
});

describe('the threshold by expected profit', () => {
  it('acts on those who bring more than they cost', () => {
    const truth = Uint8Array.of(1, 1, 0, 1, 0, 0);
    const scores = Float64Array.of(0.9, 0.8, 0.7, 0.6, 0.5, 0.4);
    expect(thresholdByExpectedProfit(truth, scores, { truePositive: 9, falsePositive: -1 })).toEqual({ threshold: 0.6, profit: 26, rows: 4, calibrated: 0.1 });
    expect(thresholdByExpectedProfit(truth, scores, { truePositive: 1, falsePositive: -3 })).toEqual({ threshold: 0.8, profit: 2, rows: 2, calibrated: 0.75 });
    expect(thresholdByExpectedProfit(truth, scores, { truePositive: -1, falsePositive: -1 })).toEqual({ threshold: Number.POSITIVE_INFINITY, profit: 0, rows: 0, calibrated: Number.NaN });
  });

  it('brings as much as the best of all thresholds tried one by one', () => {
    const pay = fc.integer({ min: -5, max: 5 });
    fc.assert(fc.property(scored, pay, pay, pay, pay, ({ truth, one }, truePositive, falsePositive, trueNegative, falseNegative) => {
      const profitAt = (threshold: number): number => truth.reduce((sum, value, row) =>
        sum + (one[row]! >= threshold ? (value === 1 ? truePositive : falsePositive) : (value === 1 ? falseNegative : trueNegative)), 0);
      const found = thresholdByExpectedProfit(truth, one, { truePositive, falsePositive, trueNegative, falseNegative });
      expect(found.profit).toBe(profitAt(found.threshold));
      expect(found.profit).toBe(Math.max(...[...one, Number.POSITIVE_INFINITY].map(profitAt)));
    }));
  });

  it('comes near the calibrated threshold where probabilities are true', () => {
    const probabilities = Float64Array.from({ length: 50_000 }, (_, row) => madeNumber(row));
    const truth = Uint8Array.from(probabilities, (probability, row) => Number(madeNumber(1_000_000 + row) < probability));
    const { threshold, calibrated } = thresholdByExpectedProfit(truth, probabilities, { truePositive: 7, falsePositive: -3 });
    expect(calibrated).toBeCloseTo(0.3, 12);
    expect(Math.abs(threshold - calibrated)).toBeLessThan(0.03);
  });
});

describe('permutation importance', () => {
  const x = madeMatrix(2000, 3, 0);
  const truth = Uint8Array.from({ length: 2000 }, (_, row) => Number(x[row * 3]! > 0.5));
  const byFirst = (matrix: Float64Array): Float64Array => Float64Array.from({ length: 2000 }, (_, row) => matrix[row * 3]!);
  const rightShare = (of: Uint8Array, scores: Float64Array): number => accuracy(confusionMatrix(of, Uint8Array.from(scores, (score) => Number(score > 0.5))));

  it('is what the model loses without a column, nothing where it does not look', () => {
    const before = x.slice();
    const [first, second, third] = permutationImportance(byFirst, rightShare, x, 2000, 3, truth, { nRepeats: 8, seed: 2 });
    // Half of the rows keep their class by chance.
    expect(first!.mean).toBeCloseTo(0.5, 1);
    expect(first!.deviation).toBeGreaterThan(0);
    expect([second, third]).toEqual([{ column: 1, mean: 0, deviation: 0 }, { column: 2, mean: 0, deviation: 0 }]);
    expect(x).toEqual(before);
  });

  it('is the same for the same seed', () => {
    const run = (seed: number): unknown => permutationImportance(byFirst, rocAuc, x, 2000, 3, truth, { seed });
    expect(run(5)).toEqual(run(5));
    expect(run(6)).not.toEqual(run(5));
    expect(() => permutationImportance(byFirst, rocAuc, x, 1999, 3, truth)).toThrow(RangeError);
    expect(() => permutationImportance(byFirst, rocAuc, x, 2000, 3, truth, { nRepeats: 0 })).toThrow(RangeError);
  });
});
