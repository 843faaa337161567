import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracy, confusionMatrix, f1, precision, recall } from '../../../algorithms/metrics/confusion-matrix.ts';
import { brierScore, logLoss } from '../../../algorithms/metrics/probability-losses.ts';
import { rocAuc } from '../../../algorithms/metrics/roc-auc.ts';

const actual = Uint8Array.of(0, 0, 1, 1, 1, 0, 1, 0, 1, 0);
const probabilities = Float64Array.of(0.1, 0.4, 0.35, 0.8, 0.4, 0.4, 0.9, 0.2, 0.5, 0.05);
const predicted = Uint8Array.from(probabilities, (probability) => Number(probability >= 0.4));

describe('metrics of a prediction', () => {
  // scikit-learn 1.9.1: confusion_matrix, accuracy_score, precision_score, recall_score, f1_score, roc_auc_score,
  // brier_score_loss and log_loss on the arrays above
  it('agree with scikit-learn', () => {
    const matrix = confusionMatrix(actual, predicted);
    expect(matrix).toEqual({ trueNegatives: 3, falsePositives: 2, falseNegatives: 1, truePositives: 4 });
    expect(accuracy(matrix)).toBeCloseTo(0.7, 12);
    expect(precision(matrix)).toBeCloseTo(2 / 3, 12);
    expect(recall(matrix)).toBeCloseTo(0.8, 12);
    expect(f1(matrix)).toBeCloseTo(0.7272727272727273, 12);
    expect(rocAuc(actual, probabilities)).toBeCloseTo(0.88, 12);
    expect(brierScore(actual, probabilities)).toBeCloseTo(0.1455, 12);
    expect(logLoss(actual, probabilities)).toBeCloseTo(0.43892127127963815, 12);
  });

  it('bound the loss of a sure and wrong prediction as scikit-learn does', () => {
    // scikit-learn 1.9.1: log_loss([0, 1], [0.0, 0.0])
    expect(logLoss(Uint8Array.of(0, 1), Float64Array.of(0, 0))).toBeCloseTo(18.021826694558577, 9);
  });

  it('are 0 where nothing was told to be of class 1 or nothing is', () => {
    const nothing = confusionMatrix(Uint8Array.of(0, 0), Uint8Array.of(0, 0));
    expect([precision(nothing), recall(nothing), f1(nothing), accuracy(nothing)]).toEqual([0, 0, 0, 1]);
  });

  it('count the area as the share of pairs in order, ties half', () => {
    const row = fc.tuple(fc.nat(1), fc.integer({ min: 0, max: 5 }));
    fc.assert(fc.property(fc.array(row, { minLength: 2, maxLength: 40 }), (list) => {
      const truth = Uint8Array.from(list, ([value]) => value);
      fc.pre(truth.includes(0) && truth.includes(1));
      const pairs = list.flatMap(([a, high]) => (a === 0 ? [] : list.flatMap(([b, low]) => (b === 1 ? [] : [high > low ? 1 : high === low ? 0.5 : 0]))));
      const naive = pairs.reduce((sum, win) => sum + win, 0) / pairs.length;
      expect(rocAuc(truth, Float64Array.from(list, ([, score]) => score))).toBeCloseTo(naive, 12);
    }));
  });

  it('refuse what cannot be scored', () => {
    expect(() => confusionMatrix(actual, predicted.subarray(1))).toThrow(RangeError);
    expect(() => confusionMatrix(Uint8Array.of(2), Uint8Array.of(0))).toThrow(/neither 0 nor 1/);
    expect(() => confusionMatrix(new Uint8Array(0), new Uint8Array(0))).toThrow(RangeError);
    expect(() => rocAuc(Uint8Array.of(1, 1), Float64Array.of(0.1, 0.2))).toThrow(/both classes/);
    expect(() => rocAuc(Uint8Array.of(0, 1), Float64Array.of(0.1, Number.NaN))).toThrow(/NaN/);
    expect(() => brierScore(Uint8Array.of(1), Float64Array.of(1.1))).toThrow(RangeError);
    expect(() => logLoss(Uint8Array.of(1), Float64Array.of(Number.NaN))).toThrow(RangeError);
  });
});
