import { dirname, join } from 'node:path';
import { rocAuc } from '../algorithms/metrics/roc-auc.ts';
import { LogisticRegression } from '../algorithms/predict/logistic-regression.ts';
import { compareFigures } from './compare-figures.ts';
import type { MadePurchases } from './made-purchases.ts';
import { writeMadePurchases } from './made-purchases.ts';
import { readPurchases } from './read-purchases.ts';
import type { Subject } from './side-by-side.ts';

/** Who buys, of a million customers and of as many as a cycle has: fitted on the rows, judged on rows not seen. */
export const subject: Subject<MadePurchases> = {
  name: 'logistic',
  description: 'Logistic regression of 1M x 16 and 100k x 20, beside scikit-learn.',
  module: import.meta.url,
  peers: [
    { name: 'scikit-learn newton-cholesky', script: 'logistic.py', parameters: { solver: 'newton-cholesky' } },
    { name: 'scikit-learn lbfgs', script: 'logistic.py', parameters: { solver: 'lbfgs' } },
  ],
  async inputs({ folder, say }) {
    const data = join(dirname(folder), 'purchases');
    return {
      '1M x 16': await writeMadePurchases(data, { rows: 1_000_000, testRows: 200_000, columns: 16, seed: 7 }, say),
      '100k x 20': await writeMadePurchases(data, { rows: 100_000, testRows: 50_000, columns: 20, seed: 8 }, say),
    };
  },
  async own(input) {
    const { train, test } = await readPurchases(input);
    const start = performance.now();
    const model = new LogisticRegression().fit(train.x, input.rows, input.columns, train.y);
    const seconds = { fit: (performance.now() - start) / 1000 };
    return { seconds, figures: { AUC: rocAuc(test.y, model.predictProbability(test.x, input.testRows)) } };
  },
  check: (runs) => compareFigures(runs, 'AUC', 0.0005, true),
};
