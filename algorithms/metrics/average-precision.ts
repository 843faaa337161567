import { cumulativeCounts } from './cumulative-counts.ts';

/**
 * Average precision: the mean over the rows of class 1 of the precision at their score, the area under the stepped precision-recall
 * curve. 1 is perfect, the share of class 1 is chance. Rows of equal score come in together, as in scikit-learn.
 *
 * Source: W. Su, Y. Yuan, M. Zhu, "A relationship between the average precision and the area under the ROC curve", ICTIR 2015.
 *
 * @param actual class of each row, 0 or 1, with at least one 1.
 * @param scores any monotone score, higher for class 1.
 * @throws RangeError when the lengths differ, a score is NaN, a class is neither 0 nor 1, or none is 1.
 */
export function averagePrecision(actual: Uint8Array, scores: Float64Array): number {
  let sum = 0;
  let found = 0;
  for (const { truePositives, falsePositives } of cumulativeCounts(actual, scores)) {
    sum += (truePositives - found) * (truePositives / (truePositives + falsePositives));
    found = truePositives;
  }
  if (found === 0) throw new RangeError('the average precision needs a row of class 1');
  return sum / found;
}
