import { dirname, join } from 'node:path';
import { rocAuc } from '../algorithms/metrics/roc-auc.ts';
import { GradientBoostingClassifier } from '../algorithms/predict/gradient-boosting-classifier.ts';
import { compareFigures } from './compare-figures.ts';
import type { MadePurchases } from './made-purchases.ts';
import { writeMadePurchases } from './made-purchases.ts';
import { readPurchases } from './read-purchases.ts';
import type { Subject } from './side-by-side.ts';

/** Who buys, by a hundred boosted trees: no rows are set aside, so that both sides grow as many. */
export const subject: Subject<MadePurchases> = {
  name: 'trees',
  description: 'Gradient boosted trees of 1M x 16 and 100k x 24, beside scikit-learn.',
  module: import.meta.url,
  peers: [{ name: 'scikit-learn HistGradientBoosting', script: 'trees.py' }],
  async inputs({ folder, say }) {
    const data = join(dirname(folder), 'purchases');
    return {
      '1M x 16': await writeMadePurchases(data, { rows: 1_000_000, testRows: 200_000, columns: 16, seed: 7 }, say),
      '100k x 24': await writeMadePurchases(data, { rows: 100_000, testRows: 50_000, columns: 24, seed: 8 }, say),
    };
  },
  async own({ run, ...input }) {
    const { train, test } = await readPurchases(input);
    const start = performance.now();
    const model = new GradientBoostingClassifier({ earlyStopping: false, seed: run }).fit(train.x, input.rows, input.columns, train.y);
    const fitted = performance.now();
    const told = model.predictProbability(test.x, input.testRows);
    const seconds = { fit: (fitted - start) / 1000, predict: (performance.now() - fitted) / 1000 };
    return { seconds, figures: { AUC: rocAuc(test.y, told) } };
  },
  check: (runs) => compareFigures(runs, 'AUC', 0.003, true),
};
