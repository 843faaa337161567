import { requireOrigins, requireSeries, type Forecaster } from './forecaster.ts';

/**
 * What was one season ago comes again: the floor that every other model must beat.
 *
 * Source: R. Hyndman and G. Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, section 5.2.
 */
export class SeasonalNaive implements Forecaster {
  readonly period: number;
  readonly name: string;
  #fitted: number | undefined;

  /** @throws RangeError when the period is not a positive integer */
  constructor({ period }: { readonly period: number }) {
    if (!Number.isInteger(period) || period < 1) throw new RangeError(`period must be a positive integer, not ${period}`);
    this.period = period;
    this.name = period === 1 ? 'naive' : `seasonal naive (${period})`;
  }

  fit(series: Float64Array): this {
    requireSeries(series, this.period);
    this.#fitted = series.length;
    return this;
  }

  predictFrom(series: Float64Array, origins: readonly number[], horizon: number): Float64Array {
    requireOrigins(this.#fitted, series, origins, horizon);
    const { period } = this;
    const forecasts = new Float64Array(origins.length * horizon);
    origins.forEach((origin, row) => {
      for (let step = 0; step < horizon; step++) forecasts[row * horizon + step] = series[origin - period + (step % period)] as number;
    });
    return forecasts;
  }
}
