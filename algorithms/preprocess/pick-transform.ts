import { skewness } from './skewness.ts';

/** What makes a column's distribution more even before it is scaled. */
export type SkewTransform = 'none' | 'log1p' | 'yeo_johnson';

/** Skewness beyond which a column is transformed; an exponential distribution has 2, half a normal one 1. */
const usualSkew = 1;

/**
 * The rule `skew over 1`: a column within the limit stays as it is; a column of no negative value with a long tail to the right gets
 * log(1 + x), which a person can read; any other gets Yeo and Johnson's power.
 * @param values without missing ones.
 */
export function pickTransform(values: Float64Array, limit: number = usualSkew): SkewTransform {
  const skew = skewness(values);
  if (Math.abs(skew) <= limit) return 'none';
  return skew > 0 && values.every((value) => value >= 0) ? 'log1p' : 'yeo_johnson';
}
