import { dirname, join } from 'node:path';
import { rocAuc } from '../algorithms/metrics/roc-auc.ts';
import { NeuralNetwork } from '../algorithms/predict/neural-network.ts';
import { compareFigures } from './compare-figures.ts';
import type { MadePurchases } from './made-purchases.ts';
import { writeMadePurchases } from './made-purchases.ts';
import { readPurchases } from './read-purchases.ts';
import type { Subject } from './side-by-side.ts';

interface NeuralInput extends MadePurchases {
  readonly layers: readonly number[];
  readonly passes: number;
}

/** Who buys, of a million customers, by a network of two hidden layers; both sides have the same options and as many passes. */
export const subject: Subject<NeuralInput> = {
  name: 'neural',
  description: 'A network of (64, 32) on 1M x 16, ten passes, beside scikit-learn.',
  module: import.meta.url,
  peers: [{ name: 'scikit-learn MLPClassifier', script: 'neural.py' }],
  async inputs({ folder, say }) {
    const data = join(dirname(folder), 'purchases');
    return { '1M x 16, (64, 32)': { ...await writeMadePurchases(data, { rows: 1_000_000, testRows: 200_000, columns: 16, seed: 7 }, say), layers: [64, 32], passes: 10 } };
  },
  async own({ layers, passes, run, ...input }) {
    const { train, test } = await readPurchases(input);
    const start = performance.now();
    const model = await new NeuralNetwork({ hiddenLayerSizes: layers, maxIter: passes, seed: run }).fit(train.x, input.rows, input.columns, train.y);
    const seconds = { fit: (performance.now() - start) / 1000 };
    return { seconds, figures: { AUC: rocAuc(test.y, model.predictProbability(test.x, input.testRows)), passes: model.iterations } };
  },
  check: (runs) => compareFigures(runs, 'AUC', 0.002, false),
};
