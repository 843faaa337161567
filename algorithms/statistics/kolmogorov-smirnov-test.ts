export interface KolmogorovSmirnovResult {
  /** Largest distance of the two empirical distribution functions, 0 to 1. */
  readonly statistic: number;
  /** Two-sided, by the asymptotic distribution: good from some dozens of rows on. */
  readonly pValue: number;
}

/**
 * Whether two samples are of one continuous distribution. Values that many share make the test careful, not wrong. Missing values (NaN) are left out.
 *
 * Source: N. Smirnov, "Table for estimating the goodness of fit of empirical distributions", Annals of Mathematical Statistics 19 (1948), with the
 * small-sample correction of M. Stephens (1970).
 *
 * @throws RangeError when a sample has no value.
 */
export function kolmogorovSmirnovTest(first: Float64Array, second: Float64Array): KolmogorovSmirnovResult {
  const [one, other] = [first, second].map((values) => values.filter((value) => !Number.isNaN(value)).sort()) as [Float64Array, Float64Array];
  if (one.length === 0 || other.length === 0) throw new RangeError('the test needs a value in both samples');
  let [i, j, statistic] = [0, 0, 0];
  while (i < one.length && j < other.length) {
    const value = Math.min(one[i]!, other[j]!);
    while (one[i] === value) i++;
    while (other[j] === value) j++;
    statistic = Math.max(statistic, Math.abs(i / one.length - j / other.length));
  }
  const root = Math.sqrt((one.length * other.length) / (one.length + other.length));
  return { statistic, pValue: kolmogorovTail((root + 0.12 + 0.11 / root) * statistic) };
}

/** Kolmogorov's distribution beyond x: 2 sum of (-1)^(k-1) exp(-2 k^2 x^2). */
function kolmogorovTail(x: number): number {
  // The series alternates ever longer towards 0, where the tail is 1 to more digits than a double has.
  if (x < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * x * x);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-17) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}
