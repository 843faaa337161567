import { cumulativeCounts } from './cumulative-counts.ts';

/** What one row brings in, in money: acting is what a prediction of class 1 leads to. Costs are negative. */
export interface Payoffs {
  /** Acted on, and of class 1: the margin less the cost of acting. */
  readonly truePositive: number;
  /** Acted on, and of class 0: the cost of acting. */
  readonly falsePositive: number;
  readonly trueNegative?: number;
  readonly falseNegative?: number;
}

export interface ProfitThreshold {
  /** Act where the score is at least this; Infinity where acting on nobody brings the most. */
  readonly threshold: number;
  /** Sum over the rows at this threshold. */
  readonly profit: number;
  /** Rows acted on. */
  readonly rows: number;
  /** Threshold that would be best for calibrated probabilities, from the payoffs alone; NaN where acting is always or never better. */
  readonly calibrated: number;
}

/**
 * The threshold at which acting brings the most on the rows given; of equals the highest, which acts on the fewest.
 *
 * Source: C. Elkan, "The foundations of cost-sensitive learning", IJCAI 2001.
 *
 * @param actual class of each row, 0 or 1.
 * @param scores any monotone score, higher for class 1.
 * @throws RangeError when the lengths differ, there is no row, a score is NaN, a class is neither 0 nor 1, or a payoff is not finite.
 */
export function thresholdByExpectedProfit(actual: Uint8Array, scores: Float64Array, { truePositive, falsePositive, trueNegative = 0, falseNegative = 0 }: Payoffs): ProfitThreshold {
  if (![truePositive, falsePositive, trueNegative, falseNegative].every(Number.isFinite)) throw new RangeError('a payoff is not finite');
  if (actual.length === 0) throw new RangeError('there are no rows to act on');
  let positives = 0;
  for (const value of actual) positives += value;
  const negatives = actual.length - positives;
  let best = { threshold: Number.POSITIVE_INFINITY, profit: positives * falseNegative + negatives * trueNegative, rows: 0 };
  for (const { score, truePositives, falsePositives } of cumulativeCounts(actual, scores)) {
    const profit = truePositives * truePositive + falsePositives * falsePositive + (positives - truePositives) * falseNegative + (negatives - falsePositives) * trueNegative;
    if (profit > best.profit) best = { threshold: score, profit, rows: truePositives + falsePositives };
  }
  const wrong = trueNegative - falsePositive;
  const right = truePositive - falseNegative;
  return { ...best, calibrated: wrong > 0 && right > 0 ? wrong / (wrong + right) : Number.NaN };
}
