/**
 * A model of one series of evenly spaced figures. Parameters are learned once by `fit`; forecasts are made from any later origin with these
 * parameters and everything known before that origin, which is what makes a backtest from many origins cost one fit.
 */
export interface Forecaster {
  /** What kind of model was fitted, in the field's own words, such as `ETS(A,N,A)`. */
  readonly name: string;
  /**
   * @param series finite figures, the oldest first
   * @throws RangeError when the series is too short or holds what is not finite
   */
  fit(series: Float64Array): this;
  /** Learns the parameters anew, of the kind of model that `fit` chose, where kinds are chosen. @throws as fit; TypeError before it */
  refit?(series: Float64Array): this;
  /**
   * Forecasts of the `horizon` figures from each origin on, where an origin is the number of figures known: row-major origins x horizon.
   * @param series the fitted series, or one that goes on where that ends
   * @param origins ascending, none before the end of the fitted series
   * @throws TypeError before `fit`; RangeError when an origin lies before the fitted series' end or beyond the series
   */
  predictFrom(series: Float64Array, origins: readonly number[], horizon: number): Float64Array;
}

/** @throws RangeError when there are fewer than `least` figures or one is not finite */
export function requireSeries(series: Float64Array, least: number): void {
  if (series.length < least) throw new RangeError(`a series of ${series.length} figures is too short: ${least} are needed`);
  for (const figure of series) if (!Number.isFinite(figure)) throw new RangeError('a figure of the series is not finite');
}

/** @throws TypeError when `fitted` is undefined; RangeError for an origin outside the series or before the end of what was fitted, or a horizon below 1 */
export function requireOrigins(fitted: number | undefined, series: Float64Array, origins: readonly number[], horizon: number): asserts fitted is number {
  if (fitted === undefined) throw new TypeError('The forecaster is not fitted yet: call fit() first');
  if (!Number.isInteger(horizon) || horizon < 1) throw new RangeError(`horizon must be a positive integer, not ${horizon}`);
  let before = fitted;
  for (const origin of origins) {
    if (!Number.isInteger(origin) || origin < before || origin > series.length) throw new RangeError(`origin ${origin} must be ascending and lie in [${fitted}, ${series.length}]`);
    before = origin;
  }
}
