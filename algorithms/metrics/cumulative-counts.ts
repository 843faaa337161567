/** Rows at or above a score. */
export interface CumulativeCount {
  readonly score: number;
  /** Rows of class 1 among them. */
  readonly truePositives: number;
  /** Rows of class 0 among them. */
  readonly falsePositives: number;
}

/** Scores by class, each ascending. */
export interface ScoresByClass {
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/**
 * @param actual class of each row, 0 or 1.
 * @throws RangeError when the lengths differ, a score is NaN, or a class is neither 0 nor 1.
 */
export function scoresByClass(actual: Uint8Array, scores: Float64Array): ScoresByClass {
  if (actual.length !== scores.length) throw new RangeError(`there are ${scores.length} scores for ${actual.length} rows`);
  if (scores.some(Number.isNaN)) throw new RangeError('a score is NaN');
  const positives = scores.filter((_, row) => actual[row] === 1).sort();
  const negatives = scores.filter((_, row) => actual[row] === 0).sort();
  if (positives.length + negatives.length !== actual.length) throw new RangeError('a class is neither 0 nor 1');
  return { positives, negatives };
}

/** The counts at each different score, highest first: what a threshold there would let through. Throws as `scoresByClass` does. */
export function* cumulativeCounts(actual: Uint8Array, scores: Float64Array): Generator<CumulativeCount, void, undefined> {
  const { positives, negatives } = scoresByClass(actual, scores);
  let positive = positives.length - 1;
  let negative = negatives.length - 1;
  while (positive >= 0 || negative >= 0) {
    const score = Math.max(positives[positive] ?? Number.NEGATIVE_INFINITY, negatives[negative] ?? Number.NEGATIVE_INFINITY);
    while (positive >= 0 && positives[positive] === score) positive--;
    while (negative >= 0 && negatives[negative] === score) negative--;
    yield { score, truePositives: positives.length - 1 - positive, falsePositives: negatives.length - 1 - negative };
  }
}
