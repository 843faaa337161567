import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logLoss } from '../../../algorithms/metrics/probability-losses.ts';
import { rocAuc } from '../../../algorithms/metrics/roc-auc.ts';
import { GradientBoostingClassifier, type GradientBoostingOptions } from '../../../algorithms/predict/gradient-boosting-classifier.ts';
import { madeMatrix, madeNumber } from './made-numbers.ts';

const rows = 3000;
const columns = 5;
const fine = madeMatrix(2 * rows, columns, 0);
const coarse = fine.map((value) => Math.floor(value * 40));
/** A product of two columns, a line of a third, and chance. */
const y = Uint8Array.from({ length: 2 * rows }, (_, row) => {
  const [a, b, c] = coarse.subarray(row * columns, row * columns + 3) as unknown as [number, number, number];
  return Number(madeNumber(1_000_000 + row) < 1 / (1 + Math.exp(2 - 0.1 * (a - 20) - 0.02 * (b - 20) * (c - 15))));
});
const learned = (x: Float64Array): Float64Array => x.subarray(0, rows * columns);
const judged = (x: Float64Array): Float64Array => x.subarray(rows * columns);
const [yLearned, yJudged] = [y.subarray(0, rows), y.subarray(rows)];
const fit = (x: Float64Array, options: GradientBoostingOptions = {}): GradientBoostingClassifier => new GradientBoostingClassifier({ earlyStopping: false, ...options }).fit(learned(x), rows, columns, yLearned);

describe('gradient boosted trees', () => {
  // scikit-learn 1.9.1: HistGradientBoostingClassifier(early_stopping=False, ...).fit(x[:3000], y[:3000]).predict_proba(x[3000:])[:, 1],
  // its first four, its roc_auc_score and log_loss.
  const few: GradientBoostingOptions = { maxIter: 20, maxDepth: 3, l2Regularization: 5 };
  const balanced: GradientBoostingOptions = { classWeight: 'balanced', maxLeafNodes: 8, minSamplesLeaf: 50, learningRate: 0.3, maxIter: 30 };
  const cases: readonly (readonly [GradientBoostingOptions, readonly number[], number, number])[] = [
    [{}, [0.007644510218073629, 0.01583943982295875, 0.29184898648399743, 0.571104631831519], 0.8946619122227991, 0.36623580004385015],
    [few, [0.09850853214989427, 0.1796616481235638, 0.4698843072531543, 0.42038641371874647], 0.8724496240636358, 0.3973336345268146],
    [balanced, [0.0604410871367257, 0.19418246405457198, 0.4345414487899732, 0.7120414482696087], 0.9003374619891718, 0.387232564759292],
  ];
  it.each(cases)('grows the trees of scikit-learn where every value has a bin of its own, with %j', (options, first, auc, loss) => {
    const told = fit(coarse, options).predictProbability(judged(coarse), rows);
    first.forEach((probability, row) => expect(told[row]).toBeCloseTo(probability, 5));
    expect(rocAuc(yJudged, told)).toBeCloseTo(auc, 5);
    expect(logLoss(yJudged, told)).toBeCloseTo(loss, 5);
  });

  // The same of columns of 6,000 different values, whose bins scikit-learn cuts at quantiles a little apart.
  it.each([[{}, 0.895693303604539, 0.36465215289186076], [few, 0.8774762084662167, 0.39124606229234316], [balanced, 0.9035344855558852, 0.3792025335075065]] as const)('is as good as scikit-learn where values share bins, with %j', (options, auc, loss) => {
    const told = fit(fine, options).predictProbability(judged(fine), rows);
    expect(Math.abs(rocAuc(yJudged, told) - auc)).toBeLessThan(0.003);
    expect(Math.abs(logLoss(yJudged, told) - loss)).toBeLessThan(0.004);
  });

  it('knows which columns matter, by gain', () => {
    const importances = [...fit(coarse, few).featureImportances];
    expect(importances.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(Math.min(...importances.slice(0, 3))).toBeGreaterThan(0.1);
    expect(Math.max(...importances.slice(3))).toBeLessThan(0.02);
  });

  it('is the same to the byte for the same seed, for any number of threads, in Float32 or Float64', () => {
    const many = 60_000;
    const wide = 56;
    const x = Float32Array.from({ length: many * wide }, (_, place) => madeNumber(place));
    const truth = Uint8Array.from({ length: many }, (_, row) => Number(x[row * wide]! * x[row * wide + 1]! + 0.4 * madeNumber(90_000_000 + row) > 0.4));
    const told = (options: GradientBoostingOptions, matrix: Float32Array | Float64Array = x): Float64Array => new GradientBoostingClassifier({ maxIter: 8, ...options }).fit(matrix, many, wide, truth).predictProbability(x, many);
    const alone = told({ nThreads: 1, seed: 5 });
    expect(told({ nThreads: 3, seed: 5 })).toEqual(alone);
    expect(told({ nThreads: 2, seed: 5 }, Float64Array.from(x))).toEqual(alone);
    expect(told({ nThreads: 2, seed: 6 })).not.toEqual(alone);
  }, 30_000);

  it('answers alike whatever monotone curve bends a column, and whatever order rows are asked in', () => {
    const model = fit(coarse, few);
    const told = model.decisionFunction(judged(coarse), rows);
    const bent = (x: Float64Array): Float64Array => x.map((value, place) => (place % columns === 1 ? Math.exp(value / 4) : value));
    expect(new GradientBoostingClassifier({ earlyStopping: false, ...few }).fit(bent(learned(coarse)), rows, columns, yLearned).decisionFunction(bent(judged(coarse)), rows)).toEqual(told);
    fc.assert(fc.property(fc.integer({ min: 0, max: rows - 1 }), fc.integer({ min: 1, max: 9 }), (first, count) => {
      const some = Math.min(count, rows - first);
      expect(model.decisionFunction(judged(coarse).subarray(first * columns, (first + some) * columns), some)).toEqual(told.subarray(first, first + some));
    }), { numRuns: 50 });
  });

  it('stops when rows set aside gain nothing more, and then predicts better than trees without end', () => {
    const stopped = new GradientBoostingClassifier({ earlyStopping: true, learningRate: 0.3, maxIter: 400, seed: 1 }).fit(learned(fine), rows, columns, yLearned);
    const endless = fit(fine, { learningRate: 0.3, maxIter: 400 });
    expect([stopped.converged, endless.converged, endless.iterations]).toEqual([true, false, 400]);
    expect(stopped.iterations).toBeLessThan(60);
    expect(logLoss(yJudged, stopped.predictProbability(judged(fine), rows))).toBeLessThan(logLoss(yJudged, endless.predictProbability(judged(fine), rows)) - 0.05);
  });

  it('gives the rate where nothing can be split', () => {
    const model = new GradientBoostingClassifier({ maxIter: 5 }).fit(new Float64Array(40).fill(3), 40, 1, Uint8Array.from({ length: 40 }, (_, row) => Number(row < 10)));
    expect(model.predictProbability(Float64Array.of(3, 100), 2)[1]).toBeCloseTo(0.25, 6);
    expect([...model.featureImportances]).toEqual([0]);
  });

  it('refuses what it cannot learn from', () => {
    for (const wrong of [{ learningRate: 0 }, { maxIter: 0 }, { maxLeafNodes: 1 }, { maxDepth: 0 }, { minSamplesLeaf: 0.5 }, { l2Regularization: -1 }, { maxBins: 257 }, { validationFraction: 1 }, { classWeight: [1, 0] as const }]) {
      expect(() => new GradientBoostingClassifier(wrong)).toThrow(RangeError);
    }
    const model = new GradientBoostingClassifier();
    expect(() => model.predict(fine, 1)).toThrow(TypeError);
    expect(() => model.fit(fine, rows, 4, yLearned)).toThrow(RangeError);
    expect(() => model.fit(learned(fine), rows, columns, new Uint8Array(rows))).toThrow(/one class only/);
    expect(() => model.fit(learned(fine).map((value, place) => (place === 7 ? Number.NaN : value)), rows, columns, yLearned)).toThrow(/finite/);
    expect(() => fit(coarse, few).predict(fine, 3)).toThrow(RangeError);
  });
});
