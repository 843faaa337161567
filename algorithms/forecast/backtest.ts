import type { Forecaster } from './forecaster.ts';

export interface BacktestPlan {
  readonly horizon: number;
  /** How many origins, at most; fewer where the series is short. */
  readonly origins: number;
  /** Figures from one origin to the next. */
  readonly step: number;
  /** Figures the first origin must know. */
  readonly least: number;
}

/** Ascending origins, the last so that its whole horizon is known; none where the series is too short. */
export function rollingOrigins(length: number, { horizon, origins, step, least }: BacktestPlan): number[] {
  const last = length - horizon;
  const fitting = Math.min(origins, Math.floor((last - least) / step) + 1);
  return Array.from({ length: Math.max(fitting, 0) }, (_, index) => last - (fitting - 1 - index) * step);
}

/**
 * What a model would have said at each origin, less what came: row-major origins x horizon, actual minus forecast. The model is fitted once,
 * on what the first origin knows, and goes on from there.
 *
 * Source: Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, section 5.10 (evaluation on a rolling origin).
 */
export function backtest(forecaster: Forecaster, series: Float64Array, origins: readonly number[], horizon: number, floor = Number.NEGATIVE_INFINITY): Float64Array {
  const [first] = origins;
  if (first === undefined) throw new RangeError('a backtest needs at least one origin');
  const forecasts = forecaster.fit(series.subarray(0, first)).predictFrom(series, origins, horizon);
  const errors = new Float64Array(forecasts.length);
  origins.forEach((origin, row) => {
    for (let step = 0; step < horizon; step++) {
      const place = row * horizon + step;
      errors[place] = (series[origin + step] as number) - Math.max(forecasts[place] as number, floor);
    }
  });
  return errors;
}

/** Mean of absolute errors. */
export function meanAbsolute(errors: Float64Array): number {
  let sum = 0;
  for (const error of errors) sum += Math.abs(error);
  return sum / errors.length;
}
