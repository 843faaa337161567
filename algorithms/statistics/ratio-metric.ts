export interface RatioMetric {
  /** Sum of the numerators over the sum of the denominators. */
  readonly ratio: number;
  /** Square of the ratio's standard error, by customers as the independent units. */
  readonly variance: number;
  /** Each customer's part in the ratio: their mean is the ratio, and a test of means of them is a test of ratios (also with CUPED). */
  readonly linearised: Float64Array;
}

/**
 * A ratio of two sums over customers, such as revenue an order or purchases a customer-week, whose lines are not independent but whose
 * customers are. Its variance by the delta method.
 *
 * Source: A. Deng, U. Knoblich, J. Lu, "Applying the delta method in metric analytics", KDD 2018.
 *
 * @param numerators one a customer.
 * @param denominators one a customer; their sum must be positive.
 * @throws RangeError when lengths differ, there are fewer than 2 customers, a value is not finite, or the denominators sum to 0 or less.
 */
export function ratioMetric(numerators: Float64Array, denominators: Float64Array): RatioMetric {
  const count = numerators.length;
  if (denominators.length !== count) throw new RangeError(`there are ${denominators.length} denominators for ${count} numerators`);
  if (count < 2) throw new RangeError(`a variance needs at least 2 customers, not ${count}`);
  const numerator = numerators.reduce((sum, value) => sum + value, 0);
  const denominator = denominators.reduce((sum, value) => sum + value, 0);
  if (!Number.isFinite(numerator) || !Number.isFinite(denominator)) throw new RangeError('a value is not finite');
  if (!(denominator > 0)) throw new RangeError(`the denominators must sum to more than 0, not ${denominator}`);
  const ratio = numerator / denominator;
  const mean = denominator / count;
  const linearised = numerators.map((value, row) => ratio + (value - ratio * (denominators[row] as number)) / mean);
  const squares = linearised.reduce((sum, value) => sum + (value - ratio) ** 2, 0);
  return { ratio, variance: squares / (count - 1) / count, linearised };
}
