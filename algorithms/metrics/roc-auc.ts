import { scoresByClass } from './cumulative-counts.ts';

/**
 * Area under the receiver operating characteristic: the probability that a row of class 1 scores above a row of class 0, a tie
 * counting half. 0.5 is chance, 1 is perfect.
 *
 * Source: J. Hanley and B. McNeil, "The meaning and use of the area under a ROC curve", Radiology 143 (1982).
 *
 * @param actual class of each row, 0 or 1, both occurring.
 * @param scores any monotone score, higher for class 1.
 * @throws RangeError when the lengths differ, a score is NaN, or only one class occurs.
 */
export function rocAuc(actual: Uint8Array, scores: Float64Array): number {
  const { positives, negatives } = scoresByClass(actual, scores);
  if (positives.length === 0 || negatives.length === 0) throw new RangeError('the area needs rows of both classes');

  let below = 0;
  let notAbove = 0;
  let wins = 0;
  for (const score of positives) {
    while (below < negatives.length && (negatives[below] as number) < score) below++;
    while (notAbove < negatives.length && (negatives[notAbove] as number) <= score) notAbove++;
    wins += (below + notAbove) / 2;
  }
  return wins / (positives.length * negatives.length);
}
