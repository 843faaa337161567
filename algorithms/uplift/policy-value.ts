import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { requireConfidence } from '../statistics/proportion.ts';
import type { Interval } from '../statistics/proportion.ts';
import { summariseSample } from '../statistics/welch-test.ts';

/** What was done with customers by chance, and what a policy would do with them. */
export interface LoggedCustomers {
  readonly outcome: Float64Array;
  /** 1 for who was mailed. */
  readonly treated: Uint8Array;
  /** Chance that the customer was to be mailed, in (0, 1). */
  readonly propensity: Float64Array;
  /** 1 for whom the policy mails. */
  readonly policy: Uint8Array;
}

/** Outcome a customer under the policy, before it was ever used. */
export interface PolicyValue {
  readonly value: number;
  readonly standardError: number;
  readonly interval: Interval;
}

/**
 * By inverse propensities: outcomes of customers who happened to be treated as the policy would, each for as many as had that chance.
 * Needs no model and is noisy.
 *
 * Source: D. Horvitz and D. Thompson, "A generalization of sampling without replacement from a finite universe", JASA 47 (1952).
 *
 * @throws RangeError when lengths differ, a propensity is not in (0, 1), there are fewer than 2 customers, or the confidence is not in (0, 1).
 */
export function inversePropensityValue(logged: LoggedCustomers, confidence = 0.95): PolicyValue {
  const weights = weightsOf(logged);
  return summarised(weights.map((weight, row) => weight * (logged.outcome[row] as number)), confidence);
}

/**
 * Doubly robust: what models expect under the policy, corrected by the residuals of who was treated as it would; right when either the models
 * or the propensities are, and less noisy than propensities alone.
 *
 * Source: M. Dudík, J. Langford, L. Li, "Doubly robust policy evaluation and learning", ICML 2011.
 *
 * @throws RangeError as inversePropensityValue.
 */
export function doublyRobustValue(logged: LoggedCustomers, expected: ExpectedOutcomes, confidence = 0.95): PolicyValue {
  return summarised(doublyRobustScores(logged, expected), confidence);
}

/**
 * Outcome a customer more under the policy than under another one, doubly robust and customer by customer, so that what both do alike cancels out.
 *
 * @param other 1 for whom the other policy mails.
 * @throws RangeError as doublyRobustValue.
 */
export function doublyRobustDifference(logged: LoggedCustomers, other: Uint8Array, expected: ExpectedOutcomes, confidence = 0.95): PolicyValue {
  const theirs = doublyRobustScores({ ...logged, policy: other }, expected);
  return summarised(doublyRobustScores(logged, expected).map((score, row) => score - (theirs[row] as number)), confidence);
}

/** Outcomes that models give, mailed and not; the models should not have seen these customers. */
export interface ExpectedOutcomes {
  readonly mailed: Float64Array;
  readonly notMailed: Float64Array;
}

function doublyRobustScores(logged: LoggedCustomers, expected: ExpectedOutcomes): Float64Array {
  const weights = weightsOf(logged);
  if (expected.mailed.length !== weights.length || expected.notMailed.length !== weights.length) throw new RangeError('there must be an expectation of each kind for every customer');
  const of = (mailed: number, row: number): number => (mailed === 1 ? expected.mailed[row] : expected.notMailed[row]) as number;
  return weights.map((weight, row) => of(logged.policy[row] as number, row) + weight * ((logged.outcome[row] as number) - of(logged.treated[row] as number, row)));
}

function weightsOf({ outcome, treated, propensity, policy }: LoggedCustomers): Float64Array {
  if (treated.length !== outcome.length || propensity.length !== outcome.length || policy.length !== outcome.length) throw new RangeError('outcome, treated, propensity and policy must be of one length');
  return propensity.map((chance, row) => {
    if (!(chance > 0 && chance < 1)) throw new RangeError(`a propensity must be in (0, 1), not ${chance}`);
    if (treated[row] !== policy[row]) return 0;
    return 1 / (treated[row] === 1 ? chance : 1 - chance);
  });
}

function summarised(scores: Float64Array, confidence: number): PolicyValue {
  requireConfidence(confidence);
  const { mean, variance, count } = summariseSample(scores);
  const standardError = Math.sqrt(variance / count);
  const reach = normalQuantile((1 + confidence) / 2, 0, 1) * standardError;
  return { value: mean, standardError, interval: { lower: mean - reach, upper: mean + reach } };
}
