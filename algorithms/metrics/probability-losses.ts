/**
 * Brier score: mean squared difference of probability and truth; 0 is perfect, 0.25 is always saying one half.
 *
 * Source: G. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950).
 *
 * @param actual class of each row, 0 or 1.
 * @param probabilities of class 1, in [0, 1].
 * @throws RangeError when the lengths differ, there is no row, or a value is out of range.
 */
export function brierScore(actual: Uint8Array, probabilities: Float64Array): number {
  requireProbabilities(actual, probabilities);
  return probabilities.reduce((sum, probability, row) => sum + (probability - (actual[row] as number)) ** 2, 0) / actual.length;
}

/**
 * Mean negative log likelihood in nats; 0 is perfect. Probabilities are kept the rounding of a double away from 0 and 1, as
 * scikit-learn does, so that one sure and wrong prediction does not make it infinite.
 *
 * @param actual class of each row, 0 or 1.
 * @param probabilities of class 1, in [0, 1].
 * @throws RangeError when the lengths differ, there is no row, or a value is out of range.
 */
export function logLoss(actual: Uint8Array, probabilities: Float64Array): number {
  requireProbabilities(actual, probabilities);
  let sum = 0;
  for (let row = 0; row < actual.length; row++) {
    const probability = Math.min(Math.max(probabilities[row] as number, Number.EPSILON), 1 - Number.EPSILON);
    sum -= actual[row] === 1 ? Math.log(probability) : Math.log1p(-probability);
  }
  return sum / actual.length;
}

/** @throws RangeError unless there is a row, and for each a class of 0 or 1 and a probability in [0, 1]. */
export function requireProbabilities(actual: Uint8Array, probabilities: Float64Array): void {
  if (actual.length !== probabilities.length) throw new RangeError(`there are ${probabilities.length} probabilities for ${actual.length} rows`);
  if (actual.length === 0) throw new RangeError('there are no rows to score');
  if (actual.some((value) => value > 1)) throw new RangeError('a class is neither 0 nor 1');
  if (!probabilities.every((value) => value >= 0 && value <= 1)) throw new RangeError('a probability is not in [0, 1]');
}
