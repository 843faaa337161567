import { normalPosterior, requireEstimate } from './normal-posterior.ts';
import type { Estimate, NormalPosterior } from './normal-posterior.ts';

export interface ShrunkEffects {
  /** Mean of the groups' true effects. */
  readonly mean: number;
  /** Variance of the true effects between the groups; 0 where they differ by no more than chance. */
  readonly between: number;
  /** One for each group, drawn towards the mean. */
  readonly groups: readonly NormalPosterior[];
  /** Cochran's Q, chi-square with one degree of freedom less than groups where all true effects are the same. */
  readonly heterogeneity: number;
}

/**
 * Effects of several groups (segments, say) estimated together: those with little evidence borrow from the others. How much the true
 * effects vary is itself estimated (DerSimonian and Laird's moments).
 *
 * Source: R. DerSimonian and N. Laird, "Meta-analysis in clinical trials", Controlled Clinical Trials 7 (1986); B. Efron and C. Morris,
 * "Stein's estimation rule and its competitors", JASA 68 (1973).
 *
 * @throws RangeError when there are fewer than 2 groups, or an estimate is none or has no variance.
 */
export function shrinkEffects(estimates: readonly Estimate[], options: { readonly confidence?: number } = {}): ShrunkEffects {
  if (estimates.length < 2) throw new RangeError(`shrinking needs at least 2 groups, not ${estimates.length}`);
  for (const estimate of estimates) {
    requireEstimate(estimate);
    if (estimate.variance === 0) throw new RangeError('a group has no variance');
  }
  const fixed = weighted(estimates, 0);
  const heterogeneity = estimates.reduce((sum, { difference, variance }) => sum + (difference - fixed.mean) ** 2 / variance, 0);
  const squares = estimates.reduce((sum, { variance }) => sum + 1 / variance ** 2, 0);
  const between = Math.max(0, (heterogeneity - (estimates.length - 1)) / (fixed.weight - squares / fixed.weight));
  const { mean } = weighted(estimates, between);
  const prior = { mean, variance: Math.max(between, Number.MIN_VALUE) };
  return { mean, between, heterogeneity, groups: estimates.map((estimate) => normalPosterior(estimate, prior, options)) };
}

function weighted(estimates: readonly Estimate[], between: number): { mean: number; weight: number } {
  let weight = 0;
  let sum = 0;
  for (const { difference, variance } of estimates) {
    weight += 1 / (variance + between);
    sum += difference / (variance + between);
  }
  return { mean: sum / weight, weight };
}
