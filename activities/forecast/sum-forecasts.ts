import { conformalHalfWidths } from '../../algorithms/forecast/conformal-half-widths.ts';
import type { SeriesForecast } from '../../algorithms/forecast/forecast-series.ts';

/** Forecasts with how far their intervals reach and the errors these are from, row-major origins x steps. */
export interface SummedForecast {
  readonly points: Float64Array;
  readonly halfWidths: Float64Array;
  readonly errors: Float64Array;
}

/**
 * The forecast of a whole is the sum of its parts' forecasts, so they always agree; its interval comes from the sums of their errors at each
 * origin, which knows how parts rise and fall together. A part that is too short for an origin counts there as without error.
 *
 * Source: Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, section 11.2 (bottom-up).
 */
export function sumForecasts(parts: readonly Pick<SeriesForecast, 'points' | 'errors'>[], horizon: number, level: number): SummedForecast {
  const points = new Float64Array(horizon);
  const errors = new Float64Array(Math.max(0, ...parts.map((part) => part.errors.length)));
  for (const part of parts) {
    for (let step = 0; step < horizon; step++) points[step]! += part.points[step]!;
    const before = errors.length - part.errors.length;
    for (let place = 0; place < part.errors.length; place++) errors[before + place]! += part.errors[place]!;
  }
  return { points, errors, halfWidths: errors.length === 0 ? new Float64Array(horizon).fill(Number.NaN) : conformalHalfWidths(errors, horizon, { level, pool: 7 }) };
}

/** A daily forecast by weeks of seven days from its first day on. */
export function byWeek({ points, errors }: Pick<SeriesForecast, 'points' | 'errors'>, level: number): SummedForecast {
  const weeks = points.length / 7;
  const sum = (days: Float64Array): Float64Array => Float64Array.from({ length: days.length / 7 }, (_, week) => days.subarray(week * 7, week * 7 + 7).reduce((total, day) => total + day, 0));
  const weekly = sum(errors);
  return { points: sum(points), errors: weekly, halfWidths: weekly.length === 0 ? new Float64Array(weeks).fill(Number.NaN) : conformalHalfWidths(weekly, weeks, { level, pool: 2 }) };
}

/** Expected sum of the first `days` days, and the root of the mean square of what such sums were off by; that of a Poisson variable where nothing was tried. */
export function protectedDemand({ points, errors }: Pick<SeriesForecast, 'points' | 'errors'>, days: number): { readonly mean: number; readonly deviation: number } {
  const horizon = points.length;
  const mean = points.subarray(0, days).reduce((total, point) => total + Math.max(point, 0), 0);
  const rows = errors.length / horizon;
  if (rows === 0) return { mean, deviation: Math.sqrt(mean) };
  let squares = 0;
  for (let row = 0; row < rows; row++) squares += errors.subarray(row * horizon, row * horizon + days).reduce((total, error) => total + error, 0) ** 2;
  return { mean, deviation: Math.sqrt(squares / rows) };
}
