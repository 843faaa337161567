import { ETS } from './ets.ts';
import { requireOrigins, requireSeries, type Forecaster } from './forecaster.ts';
import { stl, type StlOptions } from './stl.ts';

export interface MstlOptions {
  /** Figures in each season, for example 7 and 365. */
  readonly periods: readonly number[];
  /** Rounds over the seasons. */
  readonly iterations?: number;
  readonly stl?: Omit<StlOptions, 'period' | 'seasonal' | 'trend'>;
}

export interface MultipleDecomposition {
  /** One for each period, in ascending order of these. */
  readonly seasonal: readonly Float64Array[];
  readonly trend: Float64Array;
  readonly remainder: Float64Array;
}

/** Takes a series apart into several seasons, trend and remainder; @throws RangeError when a period has fewer than two cycles. */
export function decomposeSeasons(series: Float64Array, { periods, iterations = 2, stl: options = { seasonalDegree: 0 } }: MstlOptions): MultipleDecomposition {
  const ascending = [...periods].sort((a, b) => a - b);
  const seasonal: Float64Array[] = ascending.map(() => new Float64Array(series.length));
  const left = series.slice();
  let trend: Float64Array = new Float64Array(series.length);
  for (let round = 0; round < (ascending.length === 1 ? 1 : iterations); round++) {
    ascending.forEach((period, index) => {
      const before = seasonal[index] as Float64Array;
      for (let t = 0; t < left.length; t++) left[t]! += before[t] as number;
      // Windows 11, 15, 19 as R's forecast::mstl has them.
      const found = stl(left, { ...options, period, seasonal: 7 + 4 * (index + 1) });
      seasonal[index] = found.seasonal;
      trend = found.trend;
      for (let t = 0; t < left.length; t++) left[t]! -= found.seasonal[t] as number;
    });
  }
  return { seasonal, trend, remainder: left.map((value, t) => value - (trend[t] as number)) };
}

/**
 * Several seasons taken off by STL, each of which comes again as it was in its last cycle; what is left is forecast by exponential smoothing.
 *
 * Source: K. Bandara, R. Hyndman, C. Bergmeir, "MSTL: A seasonal-trend decomposition algorithm for time series with multiple seasonal patterns" (2021).
 */
export class MSTL implements Forecaster {
  readonly options: MstlOptions;
  #trend: ETS | undefined;
  #cycles: readonly Float64Array[] = [];
  #fitted: number | undefined;

  /** @throws RangeError when there is no period, or one is no integer of 2 or more */
  constructor(options: MstlOptions) {
    if (options.periods.length === 0 || options.periods.some((period) => !Number.isInteger(period) || period < 2)) throw new RangeError(`periods must be integers of 2 or more, not ${options.periods.join(', ')}`);
    this.options = options;
  }

  get name(): string {
    return `MSTL(${[...this.options.periods].sort((a, b) => a - b).join(', ')})`;
  }

  fit(series: Float64Array): this {
    requireSeries(series, 2 * Math.max(...this.options.periods));
    const { seasonal } = decomposeSeasons(series, this.options);
    const ascending = [...this.options.periods].sort((a, b) => a - b);
    const n = series.length;
    this.#cycles = seasonal.map((season, index) => {
      const period = ascending[index] as number;
      const cycle = new Float64Array(period);
      for (let t = n - period; t < n; t++) cycle[t % period] = season[t] as number;
      return cycle;
    });
    const adjusted = series.map((value, t) => seasonal.reduce((rest, season) => rest - (season[t] as number), value));
    this.#trend = new ETS({ models: ['ANN', 'AAdN'] }).fit(adjusted);
    this.#fitted = n;
    return this;
  }

  predictFrom(series: Float64Array, origins: readonly number[], horizon: number): Float64Array {
    requireOrigins(this.#fitted, series, origins, horizon);
    const adjusted = series.slice();
    for (let t = this.#fitted; t < series.length; t++) adjusted[t]! -= this.#seasonAt(t);
    const forecasts = this.#trend!.predictFrom(adjusted, origins, horizon);
    return forecasts.map((value, place) => value + this.#seasonAt((origins[Math.floor(place / horizon)] as number) + (place % horizon)));
  }

  #seasonAt(t: number): number {
    let sum = 0;
    for (const cycle of this.#cycles) sum += cycle[t % cycle.length] as number;
    return sum;
  }
}
