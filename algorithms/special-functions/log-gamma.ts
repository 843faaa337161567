/** From here on the asymptotic series below are right to rounding. */
const far = 10;

/**
 * Natural logarithm of the gamma function for x > 0; Infinity at 0, NaN below. Absolute error about 1e-15 by the size of the result
 * or of 1, whichever is larger.
 *
 * Source: M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions", 6.1.41 (Stirling's series) and 6.1.15 (recurrence).
 */
export function logGamma(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  let product = 1;
  let at = x;
  for (; at < far; at++) product *= at;
  const square = 1 / (at * at);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - square * (691 / 360360 - square / 156)))))) / at;
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}

/** First derivative of logGamma for x > 0; NaN elsewhere. Source: as above, 6.3.18 and 6.3.5. */
export function digamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  let sum = 0;
  let at = x;
  for (; at < far; at++) sum += 1 / at;
  const square = 1 / (at * at);
  const series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square * (1 / 132 - square * (691 / 32760 - square / 12))))));
  return Math.log(at) - 1 / (2 * at) - series - sum;
}

/** Second derivative of logGamma for x > 0; NaN elsewhere. Source: as above, 6.4.12 and 6.4.6. */
export function trigamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  let sum = 0;
  let at = x;
  for (; at < far; at++) sum += 1 / (at * at);
  const square = 1 / (at * at);
  const series = square * (1 / 6 - square * (1 / 30 - square * (1 / 42 - square * (1 / 30 - square * (5 / 66 - square * (691 / 2730 - square * (7 / 6)))))));
  return sum + (1 + 1 / (2 * at) + series) / at;
}
