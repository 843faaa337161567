import { dirname, join } from 'node:path';
import { rocAuc } from '../algorithms/metrics/roc-auc.ts';
import { LinearSVC } from '../algorithms/predict/linear-svc.ts';
import { compareFigures } from './compare-figures.ts';
import type { MadePurchases } from './made-purchases.ts';
import { writeMadePurchases } from './made-purchases.ts';
import { readPurchases } from './read-purchases.ts';
import type { Subject } from './side-by-side.ts';

interface SvmInput extends MadePurchases {
  readonly loss: 'hinge' | 'squaredHinge';
  readonly passes: number;
}

/** Who buys, of a million customers by the squared hinge, and by the hinge in the dual with the same number of passes for both sides. */
export const subject: Subject<SvmInput> = {
  name: 'svm',
  description: 'Linear support vector machine of 1M x 16 and, in the dual, of 200k x 16, beside scikit-learn.',
  module: import.meta.url,
  peers: [{ name: 'scikit-learn LinearSVC', script: 'svm.py' }],
  async inputs({ folder, say }) {
    const data = join(dirname(folder), 'purchases');
    return {
      '1M x 16, squared hinge': { ...await writeMadePurchases(data, { rows: 1_000_000, testRows: 200_000, columns: 16, seed: 7 }, say), loss: 'squaredHinge', passes: 1000 },
      '200k x 16, hinge': { ...await writeMadePurchases(data, { rows: 200_000, testRows: 100_000, columns: 16, seed: 9 }, say), loss: 'hinge', passes: 1000 },
    };
  },
  async own({ loss, passes, run, ...input }) {
    const { train, test } = await readPurchases(input);
    const start = performance.now();
    const model = new LinearSVC({ loss, maxIter: passes, seed: run }).fit(train.x, input.rows, input.columns, train.y);
    const seconds = { fit: (performance.now() - start) / 1000 };
    const right = model.predict(test.x, input.testRows).reduce((sum, told, row) => sum + Number(told === test.y[row]), 0);
    return { seconds, figures: { AUC: rocAuc(test.y, model.decisionFunction(test.x, input.testRows)), accuracy: right / input.testRows } };
  },
  check: (runs) => [...compareFigures(runs, 'AUC', 0.0005, true), ...compareFigures(runs, 'accuracy', 0.0005, true)],
};
