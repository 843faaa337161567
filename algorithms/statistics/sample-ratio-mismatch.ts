import gammainc from '@stdlib/math-base-special-gammainc';

export interface SampleRatioResult {
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
  /** Probability of counts at least so far from the planned shares; below 0.001 the assignment or its recording is broken. */
  readonly pValue: number;
}

/**
 * Whether the arms of an experiment have the sizes they were planned to have (Pearson's chi-square test).
 *
 * Source: A. Fabijan et al., "Diagnosing sample ratio mismatch in online controlled experiments", KDD 2019.
 *
 * @param observed customers in each arm.
 * @param planned share of each arm, in any unit; only their ratios count.
 * @throws RangeError when the lengths differ or are below 2, a count is no integer or all are 0, or a share is not positive.
 */
export function sampleRatioMismatch(observed: readonly number[], planned: readonly number[]): SampleRatioResult {
  if (observed.length < 2 || observed.length !== planned.length) throw new RangeError(`${observed.length} counts were given for ${planned.length} shares; there must be as many, at least 2`);
  if (!observed.every((count) => Number.isInteger(count) && count >= 0)) throw new RangeError('a count is not an integer from 0');
  if (!planned.every((share) => share > 0 && Number.isFinite(share))) throw new RangeError('a planned share is not positive');
  const total = observed.reduce((sum, count) => sum + count, 0);
  if (total === 0) throw new RangeError('there are no observations');
  const whole = planned.reduce((sum, share) => sum + share, 0);
  const chiSquare = observed.reduce((sum, count, arm) => {
    const expected = (total * (planned[arm] as number)) / whole;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  const degreesOfFreedom = observed.length - 1;
  // The upper tail itself: 1 - cdf would round a strong mismatch to 0.
  return { chiSquare, degreesOfFreedom, pValue: gammainc(chiSquare / 2, degreesOfFreedom / 2, true, true) };
}
