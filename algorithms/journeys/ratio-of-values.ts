/** Sums over pairs (x, y): what a ratio of y to x is estimated from without the pairs themselves. */
export interface PairSums {
  readonly count: number;
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

export interface RatioOfValues {
  /** Sum of y over sum of x. */
  readonly ratio: number;
  readonly standardError: number;
  /** Standard deviation of y around ratio times x. */
  readonly residual: number;
}

/**
 * The ratio estimator: what y to expect for an x, with how unsure the ratio is and how far single cases lie from it.
 *
 * Source: W. Cochran, "Sampling Techniques", 3rd ed. 1977, section 6.
 *
 * @throws RangeError without two pairs or where the x sum to nothing.
 */
export function ratioOfValues({ count, x, y, xx, xy, yy }: PairSums): RatioOfValues {
  if (!(count >= 2) || !(x > 0)) throw new RangeError('a ratio needs two pairs or more, and an x above 0');
  const ratio = y / x;
  // Rounding may bring a sum of squares that is nothing below it.
  const squares = Math.max(0, yy - 2 * ratio * xy + ratio * ratio * xx);
  const residual = Math.sqrt(squares / (count - 1));
  return { ratio, residual, standardError: (residual * Math.sqrt(count)) / x };
}
