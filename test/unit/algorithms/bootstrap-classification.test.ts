import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { averagePrecision, bootstrapClassification, bootstrapMetric, brierScore, liftAtDecile, logLoss, rocAuc } from '../../../algorithms/index.ts';
import { accuracy, confusionMatrix, f1, precision, recall } from '../../../algorithms/metrics/confusion-matrix.ts';

const figures = (actual: Uint8Array, probabilities: Float64Array, threshold: number) => Object.fromEntries(bootstrapClassification(actual, [probabilities], threshold, { resamples: 100 })[0]!.map(({ figure, value }) => [figure, value]));

describe('all figures of a classification at once', () => {
  test('are those of the functions for one figure each', () => {
    const row = fc.record({ actual: fc.integer({ min: 0, max: 1 }), probability: fc.integer({ min: 0, max: 20 }).map((step) => step / 20) });
    fc.assert(fc.property(fc.array(row, { minLength: 2, maxLength: 60 }).filter((rows) => new Set(rows.map(({ actual }) => actual)).size === 2), (rows) => {
      const actual = Uint8Array.from(rows, (one) => one.actual);
      const probabilities = Float64Array.from(rows, (one) => one.probability);
      const told = confusionMatrix(actual, Uint8Array.from(probabilities, (probability) => Number(probability >= 0.4)));
      const found = figures(actual, probabilities, 0.4);
      const expected = {
        auc: rocAuc(actual, probabilities), averagePrecision: averagePrecision(actual, probabilities), accuracy: accuracy(told), recall: recall(told), f1: f1(told),
        logLoss: logLoss(actual, probabilities), brier: brierScore(actual, probabilities), liftAtDecile: liftAtDecile(actual, probabilities),
        ...(told.truePositives + told.falsePositives > 0 ? { precision: precision(told) } : {}),
      };
      for (const [name, value] of Object.entries(expected)) expect(found[name], name).toBeCloseTo(value, 9);
    }), { numRuns: 60 });
  });

  test('have the intervals of resampling each class, near those of the slow way', () => {
    const rows = 400;
    const actual = Uint8Array.from({ length: rows }, (_, place) => Number(place % 3 === 0));
    const probabilities = Float64Array.from({ length: rows }, (_, place) => ((place * 7919) % 1000) / 1400 + (place % 3 === 0 ? 0.2 : 0));
    const slow = bootstrapMetric(rocAuc, actual, probabilities, { resamples: 2000, seed: 3 });
    const auc = bootstrapClassification(actual, [probabilities], 0.5, { resamples: 2000, seed: 4 })[0]!.find(({ figure }) => figure === 'auc')!;
    expect(auc.value).toBeCloseTo(slow.value, 12);
    expect(Math.abs(auc.lower - slow.interval.lower)).toBeLessThan(0.01);
    expect(Math.abs(auc.upper - slow.interval.upper)).toBeLessThan(0.01);
  });

  test('of rows of one class are not numbers where both are needed', () => {
    expect(figures(Uint8Array.of(0, 0, 0), Float64Array.of(0.1, 0.2, 0.3), 0.5)).toMatchObject({ auc: Number.NaN, averagePrecision: Number.NaN, precision: Number.NaN, accuracy: 1 });
  });
});
