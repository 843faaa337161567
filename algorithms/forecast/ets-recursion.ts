/** Kinds of a state space model of exponential smoothing: error, trend and season. */
export interface EtsSpecification {
  readonly error: 'A' | 'M';
  /** N is none, A additive, Ad additive and damped. */
  readonly trend: 'N' | 'A' | 'Ad';
  readonly season: 'N' | 'A' | 'M';
}

export interface EtsParameters {
  readonly alpha: number;
  /** 0 without a trend. */
  readonly beta: number;
  /** 0 without a season. */
  readonly gamma: number;
  /** 1 where the trend is not damped. */
  readonly phi: number;
}

/** Level, growth and one seasonal figure a phase, where figure `t` of the series has phase `t` modulo the period. */
export interface EtsState {
  level: number;
  growth: number;
  readonly season: Float64Array;
}

/** What the figures of a stretch came to: sums of squared errors (relative ones for error M) and of the logarithms of the one-step forecasts. */
export interface EtsFit {
  readonly squares: number;
  readonly logForecasts: number;
}

/**
 * Runs a model over the figures [from, to) of a series, and leaves the state behind them in `state`. Both kinds of error have the same recursion
 * and differ in their likelihood alone. A multiplicative model whose forecast is no longer positive has infinite squares.
 *
 * Source: R. Hyndman, A. Koehler, J. Ord, R. Snyder, "Forecasting with Exponential Smoothing" (2008), table 2.2 and section 5.1.
 */
export function runEts(series: Float64Array, from: number, to: number, { error, trend, season }: EtsSpecification, { alpha, beta, gamma, phi }: EtsParameters, state: EtsState): EtsFit {
  const seasonal = state.season;
  const period = Math.max(seasonal.length, 1);
  const [growing, additive, multiplicative, relative] = [trend !== 'N', season === 'A', season === 'M', error === 'M'];
  const growthShare = growing ? beta / alpha : 0;
  let { level, growth } = state;
  let squares = 0;
  let logForecasts = 0;
  let phase = from % period;
  for (let t = from; t < to; t++) {
    const y = series[t] as number;
    const damped = growing ? phi * growth : 0;
    const q = level + damped;
    const s = additive || multiplicative ? (seasonal[phase] as number) : 0;
    const forecast = additive ? q + s : multiplicative ? q * s : q;
    if ((relative || multiplicative) && !(forecast > 1e-10 && q > 1e-10)) {
      state.level = level;
      state.growth = growth;
      return { squares: Number.POSITIVE_INFINITY, logForecasts: 0 };
    }
    const off = relative ? (y - forecast) / forecast : y - forecast;
    squares += off * off;
    if (relative) logForecasts += Math.log(forecast);
    const adjusted = additive ? y - s : multiplicative ? y / s : y;
    const next = q + alpha * (adjusted - q);
    if (growing) growth = damped + growthShare * (next - level - damped);
    if (additive) seasonal[phase] = s + gamma * (y - q - s);
    else if (multiplicative) seasonal[phase] = s + gamma * (y / q - s);
    level = next;
    phase = phase + 1 === period ? 0 : phase + 1;
  }
  state.level = level;
  state.growth = growth;
  return { squares, logForecasts };
}

/** Forecasts of the `into.length` figures after a state that knows `origin` figures. */
export function forecastEts(origin: number, { season }: EtsSpecification, phi: number, state: EtsState, into: Float64Array): void {
  const period = Math.max(state.season.length, 1);
  let sum = 0;
  let power = 1;
  for (let step = 0; step < into.length; step++) {
    power *= phi;
    sum += power;
    const q = state.level + sum * state.growth;
    const s = season === 'N' ? 0 : (state.season[(origin + step) % period] as number);
    into[step] = season === 'M' ? q * s : q + s;
  }
}
