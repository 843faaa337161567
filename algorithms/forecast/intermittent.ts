import { requireOrigins, requireSeries, type Forecaster } from './forecaster.ts';
import { nelderMead } from './nelder-mead.ts';

const rates = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3];


/**
 * Croston's method for demand with many zeros: sizes and intervals smoothed apart, their ratio taken, with the bias that Syntetos and Boylan
 * found taken off. The smoothing parameter is the one with the smallest squared one-step error.
 *
 * Source: J. Croston, "Forecasting and stock control for intermittent demands" (1972); A. Syntetos and J. Boylan, "The accuracy of intermittent
 * demand estimates", International Journal of Forecasting 21 (2005).
 */
export class Croston implements Forecaster {
  readonly name = 'Croston (SBA)';
  #alpha = 0.1;
  #fitted: number | undefined;

  get alpha(): number {
    return this.#alpha;
  }

  fit(series: Float64Array): this {
    requireSeries(series, 2);
    this.#alpha = leastSquares(rates, (alpha) => squaredErrors(series, crostonRates(series, alpha)));
    this.#fitted = series.length;
    return this;
  }

  predictFrom(series: Float64Array, origins: readonly number[], horizon: number): Float64Array {
    requireOrigins(this.#fitted, series, origins, horizon);
    return flat(crostonRates(series, this.#alpha), origins, horizon);
  }
}

/**
 * Teunter, Syntetos and Babai's method: the probability of demand is updated every period, so a product that no longer sells falls to
 * zero, which Croston's never does.
 *
 * Source: R. Teunter, A. Syntetos, M. Babai, "Intermittent demand: Linking forecasting to inventory obsolescence", European Journal of Operational Research 214 (2011).
 */
export class TSB implements Forecaster {
  readonly name = 'TSB';
  #parameters: readonly [number, number] = [0.1, 0.1];
  #fitted: number | undefined;

  /** Smoothing of sizes and of the probability of demand. */
  get parameters(): readonly [number, number] {
    return this.#parameters;
  }

  fit(series: Float64Array): this {
    requireSeries(series, 2);
    const at = (point: Float64Array): readonly [number, number] => [0.01 + 0.49 / (1 + Math.exp(-(point[0] as number))), 0.005 + 0.295 / (1 + Math.exp(-(point[1] as number)))];
    const { point } = nelderMead((candidate) => squaredErrors(series, tsbRates(series, at(candidate))), Float64Array.of(-1, -1), { step: 1, tol: 1e-5, maxEvaluations: 40 });
    this.#parameters = at(point);
    this.#fitted = series.length;
    return this;
  }

  predictFrom(series: Float64Array, origins: readonly number[], horizon: number): Float64Array {
    requireOrigins(this.#fitted, series, origins, horizon);
    return flat(tsbRates(series, this.#parameters), origins, horizon);
  }
}

/** Rate known before each figure, and behind the last: n + 1 values. */
function crostonRates(series: Float64Array, alpha: number): Float64Array {
  const known = new Float64Array(series.length + 1);
  let [size, interval, since, started]: [number, number, number, boolean] = [0, 1, 1, false];
  for (let t = 0; t < series.length; t++) {
    const y = series[t] as number;
    if (y !== 0 && started) {
      size += alpha * (y - size);
      interval += alpha * (since - interval);
      since = 1;
    } else if (y !== 0) [size, interval, since, started] = [y, since, 1, true];
    else since++;
    known[t + 1] = started ? ((1 - alpha / 2) * size) / interval : 0;
  }
  return known;
}

function tsbRates(series: Float64Array, [sizeRate, chanceRate]: readonly [number, number]): Float64Array {
  const known = new Float64Array(series.length + 1);
  const sold = series.filter((y) => y !== 0);
  let size = sold[0] ?? 0;
  let chance = sold.length / series.length;
  known[0] = size * chance;
  for (let t = 0; t < series.length; t++) {
    const y = series[t] as number;
    if (y !== 0) size += sizeRate * (y - size);
    chance += chanceRate * ((y !== 0 ? 1 : 0) - chance);
    known[t + 1] = size * chance;
  }
  return known;
}

function squaredErrors(series: Float64Array, known: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < series.length; t++) sum += ((series[t] as number) - (known[t] as number)) ** 2;
  return sum;
}

function leastSquares(candidates: readonly number[], of: (candidate: number) => number): number {
  let best = { candidate: candidates[0] as number, squares: Number.POSITIVE_INFINITY };
  for (const candidate of candidates) {
    const squares = of(candidate);
    if (squares < best.squares) best = { candidate, squares };
  }
  return best.candidate;
}

function flat(known: Float64Array, origins: readonly number[], horizon: number): Float64Array {
  const forecasts = new Float64Array(origins.length * horizon);
  origins.forEach((origin, row) => forecasts.fill(known[origin] as number, row * horizon, (row + 1) * horizon));
  return forecasts;
}
