import { cuped } from '../../algorithms/statistics/cuped.ts';
import type { Estimate } from '../../algorithms/statistics/normal-posterior.ts';
import { ratioMetric } from '../../algorithms/statistics/ratio-metric.ts';

/** What an arm's customers have done over all cycles, one entry a customer. */
export interface PooledArm {
  /** Cycles a customer was in the arm. */
  readonly cycles: Float64Array;
  /** Of those, cycles in which the customer bought. */
  readonly conversions: Float64Array;
  /** Orders before the customer was first assigned. */
  readonly ordersBefore: Float64Array;
}

/**
 * Difference of two arms in the share of customers who buy in a cycle, over all cycles. A customer stays in an arm and buys by habit, so the cycles of
 * one customer are no independent trials: customers are the units (delta method), and what they bought before corrects the luck of who came into
 * which arm (CUPED), which would else look like a difference in every cycle anew.
 * @returns undefined where an arm has fewer than 2 customers
 */
export function poolArms(first: PooledArm, second: PooledArm): Estimate | undefined {
  if (first.cycles.length < 2 || second.cycles.length < 2) return undefined;
  const sample = ({ conversions, cycles, ordersBefore }: PooledArm) => ({ values: ratioMetric(conversions, cycles).linearised, covariates: ordersBefore });
  const { difference, standardError } = cuped(sample(first), sample(second));
  return { difference, variance: standardError ** 2 };
}
