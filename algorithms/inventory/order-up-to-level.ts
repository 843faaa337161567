import quantile from '@stdlib/stats-base-dists-normal-quantile';

export interface ProtectedDemand {
  /** Expected demand from now until an order placed at the next review could be there: over review period and lead time. */
  readonly mean: number;
  /** Standard deviation of what that demand will be off by. */
  readonly deviation: number;
}

export interface OrderUpTo {
  readonly level: number;
  /** What the level holds beyond the expected demand. */
  readonly safetyStock: number;
}

/**
 * Level up to which is ordered at each review so that with probability `serviceLevel` nothing is missing before the next order arrives, for
 * normal errors of the forecast; never below the expected demand's floor of nothing.
 *
 * Source: E. Silver, D. Pyke, D. Thomas, "Inventory and Production Management in Supply Chains", 4th edition, section 6.8 ((R, S) systems).
 * @throws RangeError when serviceLevel is not in (0, 1) or a figure is negative
 */
export function orderUpToLevel({ mean, deviation }: ProtectedDemand, serviceLevel: number): OrderUpTo {
  if (!(serviceLevel > 0 && serviceLevel < 1)) throw new RangeError(`serviceLevel must lie in (0, 1), not ${serviceLevel}`);
  if (!(mean >= 0 && deviation >= 0)) throw new RangeError(`demand of ${mean} with a deviation of ${deviation} is none`);
  const level = Math.max(mean + quantile(serviceLevel, 0, 1) * deviation, 0);
  return { level, safetyStock: level - mean };
}

/**
 * Share of cases in which demand should be met: what a missing unit costs, as a part of what a missing and a superfluous one cost together.
 *
 * Source: the newsvendor's critical ratio; Silver, Pyke, Thomas, section 9.2.
 * @param underage lost for each unit asked for and not there; @param overage lost for each unit there and not asked for
 * @throws RangeError unless both are 0 or more and one is positive
 */
export function criticalRatio(underage: number, overage: number): number {
  if (!(underage >= 0 && overage >= 0 && underage + overage > 0)) throw new RangeError(`costs of ${underage} and ${overage} give no ratio`);
  return underage / (underage + overage);
}
