import { momentsOf } from './present-values.ts';

/** Skewness of values (g1: third central moment by the third power of the population's deviation, as `scipy.stats.skew`); 0 without spread. */
export function skewness(values: Float64Array): number {
  const { mean, variance } = momentsOf(values);
  // What rounding alone leaves of a constant column is no spread.
  if (!(variance > (Number.EPSILON * mean) ** 2)) return 0;
  let cubes = 0;
  for (const value of values) {
    const away = value - mean;
    cubes += away * away * away;
  }
  return cubes / values.length / variance ** 1.5;
}
