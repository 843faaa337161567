import { logGamma } from '../special-functions/log-gamma.ts';

/** How two properties of the same things occur together. */
export interface Cooccurrence {
  /** Things with both. */
  readonly both: number;
  /** Things with the one, and with the other. */
  readonly one: number;
  readonly other: number;
  readonly all: number;
}

/**
 * Fisher's exact test, one-sided: the natural logarithm of the probability that at least `both` things have both properties if the
 * two are independent, given how many have each. It keeps its digits where the probability itself is too small for a number.
 *
 * Sources: R. Fisher, "The design of experiments", 1935; hypergeometric probabilities by C. Loader, "Fast and accurate computation of
 * binomial probabilities", 2000, which loses no digits for large counts.
 *
 * @throws RangeError unless the counts are whole and fit each other.
 */
export function fisherExactTest({ both, one, other, all }: Cooccurrence): number {
  const least = Math.max(0, one + other - all);
  const most = Math.min(one, other);
  if (![both, one, other, all].every((count) => Number.isSafeInteger(count) && count >= 0) || one > all || other > all || both < least || both > most) {
    throw new RangeError(`${both} of both, ${one} of one, ${other} of the other and ${all} in all do not fit each other`);
  }
  if (both === least) return 0;
  const rest = all - one - other;
  if (both * all > one * other) {
    // Terms of the tail, the first as 1.
    let [sum, term] = [1, 1];
    for (let k = both; k < most && term > sum * 1e-17; k++) {
      term *= ((one - k) / (k + 1)) * ((other - k) / (rest + k + 1));
      sum += term;
    }
    return Math.min(0, logHypergeometric(both, one, other, all) + Math.log(sum));
  }
  // Below the mean the tail is nearly everything: the other tail is taken from 1.
  let [sum, term] = [1, 1];
  for (let k = both - 1; k > least && term > sum * 1e-17; k--) {
    term *= (k / (one - k + 1)) * ((rest + k) / (other - k + 1));
    sum += term;
  }
  return Math.log1p(-Math.min(1, Math.exp(logHypergeometric(both - 1, one, other, all)) * sum));
}

/** Log of the probability that of `drawn` out of `all`, of which `marked` are marked, k are. */
function logHypergeometric(k: number, drawn: number, marked: number, all: number): number {
  if (drawn === 0 || drawn === all) return 0;
  const p = drawn / all;
  return logBinomial(k, marked, p) + logBinomial(drawn - k, all - marked, p) - logBinomial(drawn, all, p);
}

/** Log of the binomial probability of k in n, by Loader's saddle-point expansion. */
function logBinomial(k: number, n: number, p: number): number {
  if (k === 0) return n * Math.log1p(-p);
  if (k === n) return n * Math.log(p);
  return stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n * p) - deviance(n - k, n * (1 - p))
    - 0.5 * Math.log(2 * Math.PI * k * ((n - k) / n));
}

/** log n! less Stirling's approximation of it. */
function stirlingError(n: number): number {
  if (n < 16) return logGamma(n + 1) - (n + 0.5) * Math.log(n) + n - 0.5 * Math.log(2 * Math.PI);
  const square = n * n;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n;
}

/** x log(x / mean) + mean - x without cancellation where the two are near. */
function deviance(x: number, mean: number): number {
  if (Math.abs(x - mean) >= 0.1 * (x + mean)) return x * Math.log(x / mean) + mean - x;
  const v = (x - mean) / (x + mean);
  let sum = (x - mean) * v;
  let power = 2 * x * v;
  for (let n = 3; ; n += 2) {
    power *= v * v;
    const next = sum + power / n;
    if (next === sum) return next;
    sum = next;
  }
}
