import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { averagePrecision } from '../algorithms/metrics/average-precision.ts';
import { GradientBoostingClassifier } from '../algorithms/predict/gradient-boosting-classifier.ts';
import { IsolationForest } from '../algorithms/preprocess/isolation-forest.ts';
import { forestOptions, treeOptions } from '../activities/risk/score-payments.ts';
import { writeMadePayments, type MadePayments } from './made-payments.ts';
import type { Measurement, Subject } from './side-by-side.ts';

type Given = MadePayments & { readonly trees: typeof treeOptions; readonly forest: typeof forestOptions };

/** Fraud among a simulated shop's payments, learned from the earlier 70 % and judged on the later: the same features, split and hyper-parameters on both sides. */
export const subject: Subject<Given> = {
  name: 'risk',
  description: 'Fraud by isolation forest and boosted trees, beside scikit-learn on the same split.',
  module: import.meta.url,
  peers: [{ name: 'scikit-learn', script: 'risk.py' }],
  async inputs({ folder, say }) {
    const shops = join(import.meta.dirname, '..', 'shops');
    return { 'payments of 20,000 customers': { ...await writeMadePayments(folder, { customers: 20_000, seed: 41, shops }, say), trees: treeOptions, forest: forestOptions } };
  },
  async own({ run, features, rulesMet, fraud, rows, columns, learned, trees, forest }) {
    const doubles = async (file: string): Promise<Float64Array> => { const bytes = await readFile(file); return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)); };
    const x = await doubles(features);
    const rules = (await doubles(rulesMet)).subarray(learned);
    const y = new Uint8Array(await readFile(fraud));
    const [train, test, truth] = [x.subarray(0, learned * columns), x.subarray(learned * columns), y.subarray(learned)];
    const start = performance.now();
    const isolated = new IsolationForest({ ...forest, seed: run }).fit(train, learned, columns).scoreSamples(test, rows - learned).map((score) => -score);
    const isolatedAt = performance.now();
    const boosted = new GradientBoostingClassifier({ ...trees, seed: run }).fit(train, learned, columns, y.subarray(0, learned)).predictProbability(test, rows - learned);
    const boostedAt = performance.now();
    return {
      seconds: { 'isolation forest': (isolatedAt - start) / 1000, 'boosted trees': (boostedAt - isolatedAt) / 1000 },
      figures: { 'AP of the forest': averagePrecision(truth, isolated), 'AP of the trees': averagePrecision(truth, boosted), 'AP of the forest with rules': averagePrecision(truth, isolated.map((score, place) => score + rules[place]!)) },
    };
  },
  check: ({ own, peers }) => ['AP of the forest', 'AP of the trees'].flatMap((figure) => {
    const mean = (runs: readonly Measurement[]): number => runs.reduce((sum, { figures }) => sum + figures[figure]!, 0) / runs.length;
    // The mean over the seeds: a forest's cuts and a tree's roundings are chance on both sides.
    return Object.entries(peers).filter(([, runs]) => mean(own) < mean(runs) - tolerance(runs, figure)).map(([name, runs]) => `${figure} is ${mean(own).toFixed(4)}, and ${mean(runs).toFixed(4)} by ${name}`);
  }),
};

/** Two standard errors of the peer's own mean: what another set of seeds would change. */
function tolerance(runs: readonly Measurement[], figure: string): number {
  const values = runs.map(({ figures }) => figures[figure]!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.length < 2 ? 0.02 : 2 * Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) / values.length);
}
