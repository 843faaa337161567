import { accuracy, confusionMatrix, f1, precision, recall } from '../../../algorithms/metrics/confusion-matrix.ts';
import { rocAuc } from '../../../algorithms/metrics/roc-auc.ts';

/** How a prediction did on customers it was not fitted on. */
export interface PredictionQuality {
  readonly customers: number;
  readonly positives: number;
  readonly auc: number;
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly threshold: number;
}

/** Accuracy, precision, recall, F1 and AUC of probabilities cut at a threshold; NaN where a figure does not exist. */
export function qualityOf(actual: Uint8Array, probabilities: Float64Array, threshold: number): PredictionQuality {
  const positives = actual.reduce((sum, label) => sum + label, 0);
  const matrix = confusionMatrix(actual, Uint8Array.from(probabilities, (probability) => Number(probability >= threshold)));
  return {
    customers: actual.length, positives, threshold,
    auc: positives === 0 || positives === actual.length ? Number.NaN : rocAuc(actual, probabilities),
    accuracy: accuracy(matrix), precision: precision(matrix), recall: recall(matrix), f1: f1(matrix),
  };
}

/** The probability that gives the highest F1 on these rows, the lowest of equals. */
export function thresholdOfBestF1(labels: Uint8Array, probabilities: Float64Array): number {
  const order = Uint32Array.from(probabilities.keys()).sort((a, b) => probabilities[b]! - probabilities[a]!);
  const positives = labels.reduce((sum, label) => sum + label, 0);
  let found = 0;
  let best = { score: 0, threshold: 0.5 };
  order.forEach((row, place) => {
    found += labels[row]!;
    const last = place + 1 === order.length || probabilities[order[place + 1]!] !== probabilities[row];
    const score = (2 * found) / (place + 1 + positives);
    if (last && score >= best.score) best = { score, threshold: probabilities[row]! };
  });
  return best.threshold;
}
