/**
 * Mean absolute error of the seasonal naive forecast inside a series: what other errors are measured by. NaN where the series is not
 * longer than a period, 0 where each season is like the one before.
 */
export function naiveScale(series: Float64Array, period: number): number {
  if (!Number.isInteger(period) || period < 1) throw new RangeError(`period must be a positive integer, not ${period}`);
  const pairs = series.length - period;
  if (pairs < 1) return Number.NaN;
  let sum = 0;
  for (let t = period; t < series.length; t++) sum += Math.abs((series[t] as number) - (series[t - period] as number));
  return sum / pairs;
}

/**
 * Mean absolute scaled error: that of forecasts, in units of the seasonal naive forecast's inside the series they were made from. Below 1
 * is better than what the naive one does there.
 *
 * Source: R. Hyndman and A. Koehler, "Another look at measures of forecast accuracy", International Journal of Forecasting 22 (2006).
 * @throws RangeError when shapes differ or the scale is not positive
 */
export function mase(actual: Float64Array, forecast: Float64Array, scale: number): number {
  if (actual.length === 0 || actual.length !== forecast.length) throw new RangeError(`${forecast.length} forecasts for ${actual.length} figures`);
  if (!(scale > 0)) throw new RangeError(`scale must be positive, not ${scale}`);
  let sum = 0;
  for (let step = 0; step < actual.length; step++) sum += Math.abs((actual[step] as number) - (forecast[step] as number));
  return sum / actual.length / scale;
}
