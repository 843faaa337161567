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
  if (actual.length !== scores.length) throw new RangeError(`there are ${scores.length} scores for ${actual.length} rows`);
  if (scores.some(Number.isNaN)) throw new RangeError('a score is NaN');
  const positives = scores.filter((_, row) => actual[row] === 1).sort();
  const negatives = scores.filter((_, row) => actual[row] === 0).sort();
  if (positives.length === 0 || negatives.length === 0) throw new RangeError('the area needs rows of both classes');
  if (positives.length + negatives.length !== actual.length) throw new RangeError('a class is neither 0 nor 1');

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
