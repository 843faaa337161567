export interface StlOptions {
  readonly period: number;
  /** Span of the seasonal smoother, in cycles: odd, 7 or more. */
  readonly seasonal?: number;
  /** Span of the trend smoother; by default the next odd number from 1.5 period / (1 - 1.5 / seasonal) on. */
  readonly trend?: number;
  readonly seasonalDegree?: 0 | 1;
  readonly innerIterations?: number;
  /** Loess is evaluated at each `jump`-th point only, and drawn as lines between; by default a tenth of each span. */
  readonly jump?: number;
}

export interface Decomposition {
  readonly seasonal: Float64Array;
  readonly trend: Float64Array;
}

const nextOdd = (value: number): number => { const whole = Math.ceil(value); return whole % 2 === 0 ? whole + 1 : whole; };

/**
 * Takes a series apart into season, trend and what is left, by loess smoothing of each phase of the season and of what remains.
 *
 * Source: R. Cleveland, W. Cleveland, J. McRae, I. Terpenning, "STL: A seasonal-trend decomposition procedure based on loess", Journal of
 * Official Statistics 6 (1990), without robustness weights; the arithmetic is that of the authors' Fortran.
 * @throws RangeError when there are fewer than two whole periods
 */
export function stl(series: Float64Array, { period, seasonal = 7, trend = nextOdd((1.5 * period) / (1 - 1.5 / seasonal)), seasonalDegree = 1, innerIterations = 2, jump }: StlOptions): Decomposition {
  const n = series.length;
  if (!Number.isInteger(period) || period < 2 || n < 2 * period) throw new RangeError(`a period of ${period} needs at least ${2 * period} figures, not ${n}`);
  // The least odd number above the period, as statsmodels has it; R takes the period itself where that is odd.
  const low = nextOdd(period + 1);
  const jumpOf = (span: number): number => jump ?? Math.ceil(span / 10);
  const season = new Float64Array(n);
  const level = new Float64Array(n);
  const cycle = new Float64Array(n + 2 * period);
  const detrended = new Float64Array(n);
  const smoothed = new Float64Array(n);
  for (let iteration = 0; iteration < innerIterations; iteration++) {
    for (let t = 0; t < n; t++) detrended[t] = (series[t] as number) - (level[t] as number);
    smoothPhases(detrended, period, seasonal, seasonalDegree, jumpOf(seasonal), cycle);
    const passed = movingMeans(movingMeans(movingMeans(cycle, period), period), 3);
    loess(passed, low, 1, jumpOf(low), smoothed);
    for (let t = 0; t < n; t++) season[t] = (cycle[period + t] as number) - (smoothed[t] as number);
    for (let t = 0; t < n; t++) detrended[t] = (series[t] as number) - (season[t] as number);
    loess(detrended, trend, 1, jumpOf(trend), level);
  }
  return { seasonal: season, trend: level };
}

/** Smooths the figures of each phase, and goes on one cycle before the first and one behind the last. */
function smoothPhases(series: Float64Array, period: number, span: number, degree: 0 | 1, jump: number, into: Float64Array): void {
  for (let phase = 0; phase < period; phase++) {
    const count = Math.floor((series.length - phase - 1) / period) + 1;
    const figures = new Float64Array(count);
    for (let cycle = 0; cycle < count; cycle++) figures[cycle] = series[cycle * period + phase] as number;
    const smooth = new Float64Array(count);
    loess(figures, span, degree, jump, smooth);
    const weights = new Float64Array(count);
    into[phase] = loessAt(figures, span, degree, -1, 0, Math.min(span, count) - 1, weights) ?? (smooth[0] as number);
    for (let cycle = 0; cycle < count; cycle++) into[(cycle + 1) * period + phase] = smooth[cycle] as number;
    into[(count + 1) * period + phase] = loessAt(figures, span, degree, count, Math.max(0, count - span), count - 1, weights) ?? (smooth[count - 1] as number);
  }
}

function movingMeans(figures: Float64Array, width: number): Float64Array {
  const means = new Float64Array(figures.length - width + 1);
  let sum = 0;
  for (let t = 0; t < width; t++) sum += figures[t] as number;
  means[0] = sum / width;
  for (let t = 1; t < means.length; t++) {
    sum += (figures[t + width - 1] as number) - (figures[t - 1] as number);
    means[t] = sum / width;
  }
  return means;
}

/** Loess of evenly spaced figures, at every `jump`-th of them and the last, with straight lines between. */
function loess(figures: Float64Array, span: number, degree: 0 | 1, jump: number, into: Float64Array): void {
  const n = figures.length;
  if (n === 1) {
    into[0] = figures[0] as number;
    return;
  }
  const step = Math.min(jump, n - 1);
  const half = (span + 1) >> 1;
  const weights = new Float64Array(n);
  const fit = (t: number): number => {
    const left = span >= n ? 0 : Math.min(Math.max(t + 1 - half, 0), n - span);
    const right = span >= n ? n - 1 : left + span - 1;
    return loessAt(figures, span, degree, t, left, right, weights) ?? (figures[t] as number);
  };
  let last = 0;
  into[0] = fit(0);
  const draw = (to: number): void => {
    into[to] = fit(to);
    const slope = (into[to] - (into[last] as number)) / (to - last);
    for (let t = last + 1; t < to; t++) into[t] = (into[last] as number) + slope * (t - last);
    last = to;
  };
  for (let t = step; t < n; t += step) draw(t);
  if (last < n - 1) draw(n - 1);
}

/** The local line, or mean, at `at` from the figures [left, right]; undefined where they all have no weight. */
function loessAt(figures: Float64Array, span: number, degree: 0 | 1, at: number, left: number, right: number, weights: Float64Array): number | undefined {
  const n = figures.length;
  const reach = Math.max(at - left, right - at) + (span > n ? (span - n) >> 1 : 0);
  const [near, far] = [0.001 * reach, 0.999 * reach];
  let total = 0;
  for (let j = left; j <= right; j++) {
    const distance = Math.abs(j - at);
    let weight = 0;
    if (distance <= far) {
      const share = distance / reach;
      const kept = 1 - share * share * share;
      weight = distance > near ? kept * kept * kept : 1;
    }
    weights[j] = weight;
    total += weight;
  }
  if (total <= 0) return undefined;
  let centre = 0;
  for (let j = left; j <= right; j++) {
    weights[j]! /= total;
    centre += (weights[j] as number) * j;
  }
  if (reach > 0 && degree > 0) {
    let spread = 0;
    for (let j = left; j <= right; j++) spread += (weights[j] as number) * (j - centre) ** 2;
    if (Math.sqrt(spread) > 0.001 * (n - 1)) {
      const slope = (at - centre) / spread;
      for (let j = left; j <= right; j++) weights[j]! *= slope * (j - centre) + 1;
    }
  }
  let value = 0;
  for (let j = left; j <= right; j++) value += (weights[j] as number) * (figures[j] as number);
  return value;
}
