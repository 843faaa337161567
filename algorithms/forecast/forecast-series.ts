import { backtest, meanAbsolute, rollingOrigins } from './backtest.ts';
import { conformalHalfWidths } from './conformal-half-widths.ts';
import { ETS } from './ets.ts';
import { type Forecaster, requireSeries } from './forecaster.ts';
import { HarmonicRegression } from './harmonic-regression.ts';
import { Croston, TSB } from './intermittent.ts';
import { naiveScale } from './mase.ts';
import { MSTL } from './mstl.ts';
import type { MakeProphet } from './prophet.ts';
import { SeasonalNaive } from './seasonal-naive.ts';

export interface ForecastOptions {
  readonly horizon: number;
  /** Figures in the short season: 7 for days. */
  readonly period: number;
  /** Figures in the long season: 365.25 for days. It is looked for where a series has more than one and a half of them. */
  readonly longPeriod: number;
  /** Share of what comes that the intervals should hold. */
  readonly level: number;
  /** Origins of the backtest at most, and figures from one to the next. */
  readonly origins: number;
  readonly step: number;
  /** Marks known in advance, by position in the series and beyond its end; see harmonic-regression.ts. */
  readonly regressors?: readonly Float64Array[];
  /** Whether Prophet competes too, which takes longer than all others together. Figures are days then. */
  readonly prophet?: boolean;
}

/** A series' forecast by the model that was best in its backtest. */
export interface SeriesForecast {
  readonly model: string;
  readonly kind: 'regular' | 'intermittent' | 'short';
  /** One each step of the horizon; never below 0 where the series never is. */
  readonly points: Float64Array;
  /** How far the interval reaches to each side; NaN where the series is too short for a backtest. */
  readonly halfWidths: Float64Array;
  /** Errors of the chosen model in its backtest, actual minus forecast: row-major origins x horizon, the last origin last. */
  readonly errors: Float64Array;
  /** Mean absolute scaled error of the backtest of the chosen model; NaN without one, or where the seasonal naive forecast makes no error. */
  readonly mase: number;
  /** Of every model tried, in the order tried; the first is the floor. */
  readonly tried: readonly { readonly model: string; readonly mase: number }[];
}

/** More periods than this from one demand to the next make it intermittent (Syntetos, Boylan and Croston 2005). */
const intermittentFrom = 1.32;

/**
 * Tries the models that suit a series in a backtest from a rolling origin, takes the one with the smallest mean absolute scaled error, fits it
 * to the whole series, and makes its intervals from the errors it made.
 * @param series finite figures, the oldest first
 * @param makeProphet where Prophet is asked for; it must have fitted nothing before, see forecast-many.ts
 * @throws RangeError when the series is empty or a figure is not finite; TypeError when Prophet is asked for and not given
 */
export function forecastSeries(series: Float64Array, options: ForecastOptions, makeProphet?: MakeProphet): SeriesForecast {
  requireSeries(series, 1);
  const { horizon, period, level } = options;
  const floor = series.every((figure) => figure >= 0) ? 0 : Number.NEGATIVE_INFINITY;
  const origins = rollingOrigins(series.length, { ...options, least: Math.max(2 * period + 4, 8) });
  const [first] = origins;
  if (first === undefined) return forecastShort(series, options);
  const intermittent = series.length / series.reduce((count, figure) => count + (figure === 0 ? 0 : 1), 0) > intermittentFrom;
  const scale = naiveScale(series.subarray(0, first), period);
  let best: { readonly forecaster: Forecaster; readonly errors: Float64Array; readonly off: number } | undefined;
  const tried = candidatesFor(series, first, intermittent, options, makeProphet).map((forecaster) => {
    const errors = backtest(forecaster, series, origins, horizon, floor);
    const off = meanAbsolute(errors);
    if (best === undefined || off < best.off) best = { forecaster, errors, off };
    return { model: forecaster.name, mase: off / scale };
  });
  const { forecaster, errors, off } = best!;
  const points = (forecaster.refit?.(series) ?? forecaster.fit(series)).predictFrom(series, [series.length], horizon).map((point) => Math.max(point, floor));
  return {
    model: forecaster.name, kind: intermittent ? 'intermittent' : 'regular', points, errors, tried,
    halfWidths: conformalHalfWidths(errors, horizon, { level, pool: period }),
    mase: scale > 0 ? off / scale : Number.NaN,
  };
}

function candidatesFor(series: Float64Array, first: number, intermittent: boolean, { period, longPeriod, regressors = [], prophet = false }: ForecastOptions, makeProphet: MakeProphet | undefined): Forecaster[] {
  const naive = new SeasonalNaive({ period });
  if (intermittent) return [naive, new TSB(), new Croston(), new ETS({ period, models: ['ANN', 'ANA'] })];
  const candidates: Forecaster[] = [naive, new ETS({ period })];
  if (period > 1 && first >= 4 * period) candidates.push(new MSTL({ periods: [period, ...(first >= 3 * longPeriod ? [Math.round(longPeriod)] : [])] }));
  const long = first >= 1.5 * longPeriod;
  if (long || regressors.length > 0) candidates.push(new HarmonicRegression({ longPeriod, period, regressors, harmonics: long ? [0, 1, 2, 3, 4] : [0] }));
  if (prophet) {
    if (makeProphet === undefined) throw new TypeError('Prophet is asked for, but was not opened');
    candidates.push(makeProphet({ yearly: long, weekly: period === 7, regressors }));
  }
  return candidates;
}

/** What was on average: nothing more can be said, and nothing of how far off it may be. */
function forecastShort(series: Float64Array, { horizon }: ForecastOptions): SeriesForecast {
  const mean = series.reduce((sum, figure) => sum + figure, 0) / series.length;
  return { model: 'mean', kind: 'short', points: new Float64Array(horizon).fill(mean), halfWidths: new Float64Array(horizon).fill(Number.NaN), errors: new Float64Array(0), mase: Number.NaN, tried: [] };
}
