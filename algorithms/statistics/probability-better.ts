import betaln from '@stdlib/math-base-special-betaln';
import { requireProportion } from './proportion.ts';
import type { Proportion } from './proportion.ts';

/** Terms are brought back below it, so that their sum never overflows. */
const large = 1e250;

/**
 * Probability that the treatment's true share is above the control's, given what was seen and a uniform prior on both: P(B > A) of
 * two beta distributions, as an exact finite sum. Time goes with the treatment's successes.
 *
 * Source: E. Miller, "Formulas for Bayesian A/B testing", 2015 (the sum follows J. Cook, "Exact calculation of beta inequalities", 2005).
 *
 * @throws RangeError when a proportion is none.
 */
export function probabilityBetter(treatment: Proportion, control: Proportion): number {
  requireProportion(treatment);
  requireProportion(control);
  const alphaT = treatment.successes + 1;
  const betaT = treatment.trials - treatment.successes + 1;
  const alphaC = control.successes + 1;
  const betaC = control.trials - control.successes + 1;

  // The first term can underflow where later ones count, so it is kept as a logarithm and the sum runs in units of it.
  let logUnit = betaln(alphaC, betaC + betaT) - betaln(alphaC, betaC);
  let term = 1;
  let sum = 0;
  for (let i = 0; i < alphaT; i++) {
    sum += term;
    term *= ((alphaC + i) * (betaT + i)) / ((alphaC + i + betaC + betaT) * (1 + i));
    if (sum > large || term > large) {
      sum /= large;
      term /= large;
      logUnit += Math.log(large);
    }
  }
  return Math.min(1, Math.exp(Math.log(sum) + logUnit));
}
