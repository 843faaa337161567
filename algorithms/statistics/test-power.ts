import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { requireConfidence } from './proportion.ts';

/** Two arms before they are mailed, compared by a share of customers. */
export interface ShareComparison {
  /** Share expected in the control arm, in (0, 1). */
  readonly controlShare: number;
  /** Customers of the treatment arm for each of the control arm. */
  readonly ratio?: number;
  /** Two-sided level, 0.05 when absent. */
  readonly alpha?: number;
}

/** Two arms before they are mailed, compared by a mean with the same standard deviation in both. */
export interface MeanComparison {
  readonly deviation: number;
  readonly ratio?: number;
  readonly alpha?: number;
}

/** What the formulas need: deviations of one customer's figure under no difference, and of the arms' mean difference in units of 1 / control count. */
interface Spread {
  readonly none: number;
  readonly some: number;
}

/**
 * Chance that a two-sided z test of pooled shares finds a difference of that size.
 *
 * Source: J. Fleiss, B. Levin, M. Paik, "Statistical Methods for Rates and Proportions", 3rd edition, chapter 4.
 *
 * @param difference treatment's share less control's.
 * @param controlCount customers in the control arm.
 * @throws RangeError when a share leaves (0, 1), a count or ratio is not positive, or alpha is not in (0, 1).
 */
export function powerOfShares(difference: number, controlCount: number, comparison: ShareComparison): number {
  return power(difference, controlCount, spreadOfShares(difference, comparison), comparison.alpha);
}

/**
 * Customers that the control arm needs for that power, not rounded; the treatment arm needs `ratio` times as many.
 * @throws RangeError as powerOfShares, and when the difference is 0 or the power not in (0, 1).
 */
export function sampleSizeOfShares(difference: number, wantedPower: number, comparison: ShareComparison): number {
  return sampleSize(difference, wantedPower, spreadOfShares(difference, comparison), comparison.alpha);
}

/**
 * The smallest positive difference of shares that is found with that power.
 * @throws RangeError as sampleSizeOfShares, and when even the largest possible difference would not be found.
 */
export function detectableShares(controlCount: number, wantedPower: number, comparison: ShareComparison): number {
  const most = (1 - comparison.controlShare) * (1 - 1e-12);
  let [under, over] = [0, most];
  if (powerOfShares(most, controlCount, comparison) < wantedPower) throw new RangeError(`${controlCount} customers find no difference with power ${wantedPower}`);
  requireConfidence(wantedPower);
  while (over - under > 1e-12) {
    const middle = (under + over) / 2;
    if (sampleSizeOfShares(middle, wantedPower, comparison) > controlCount) under = middle;
    else over = middle;
  }
  return over;
}

/** The same as `powerOfShares` for means, by the normal distribution. @throws RangeError when a deviation, count or ratio is not positive, or alpha is not in (0, 1). */
export function powerOfMeans(difference: number, controlCount: number, comparison: MeanComparison): number {
  return power(difference, controlCount, spreadOfMeans(comparison), comparison.alpha);
}

/** The same as `sampleSizeOfShares` for means. @throws RangeError as powerOfMeans, and when the difference is 0 or the power not in (0, 1). */
export function sampleSizeOfMeans(difference: number, wantedPower: number, comparison: MeanComparison): number {
  return sampleSize(difference, wantedPower, spreadOfMeans(comparison), comparison.alpha);
}

/** The smallest positive difference of means that is found with that power. @throws RangeError as sampleSizeOfMeans. */
export function detectableMeans(controlCount: number, wantedPower: number, comparison: MeanComparison): number {
  requireCount(controlCount);
  return Math.sqrt(sampleSizeOfMeans(1, wantedPower, comparison) / controlCount);
}

function power(difference: number, controlCount: number, { none, some }: Spread, alpha = 0.05): number {
  requireCount(controlCount);
  requireConfidence(alpha);
  const critical = normalQuantile(1 - alpha / 2, 0, 1) * none;
  const shift = difference * Math.sqrt(controlCount);
  return normalCdf((shift - critical) / some, 0, 1) + normalCdf((-shift - critical) / some, 0, 1);
}

/** The far tail of the two-sided test is left out: it finds the difference with the wrong sign. */
function sampleSize(difference: number, wantedPower: number, { none, some }: Spread, alpha = 0.05): number {
  requireConfidence(alpha);
  requireConfidence(wantedPower);
  if (difference === 0) throw new RangeError('no sample is large enough to find a difference of 0');
  return ((normalQuantile(1 - alpha / 2, 0, 1) * none + normalQuantile(wantedPower, 0, 1) * some) / difference) ** 2;
}

function spreadOfShares(difference: number, { controlShare, ratio = 1 }: ShareComparison): Spread {
  const share = controlShare + difference;
  requireConfidence(controlShare);
  requireConfidence(share);
  requireCount(ratio);
  const pooled = (controlShare + ratio * share) / (1 + ratio);
  return { none: Math.sqrt(pooled * (1 - pooled) * (1 + 1 / ratio)), some: Math.sqrt(controlShare * (1 - controlShare) + (share * (1 - share)) / ratio) };
}

function spreadOfMeans({ deviation, ratio = 1 }: MeanComparison): Spread {
  requireCount(ratio);
  requireCount(deviation);
  const spread = deviation * Math.sqrt(1 + 1 / ratio);
  return { none: spread, some: spread };
}

function requireCount(count: number): void {
  if (!(count > 0 && Number.isFinite(count))) throw new RangeError(`a count, ratio or deviation must be positive, not ${count}`);
}
