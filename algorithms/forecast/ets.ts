import { solvePositiveDefinite } from '../predict/solve-positive-definite.ts';
import { forecastEts, runEts, type EtsParameters, type EtsSpecification, type EtsState } from './ets-recursion.ts';
import { requireOrigins, requireSeries, type Forecaster } from './forecaster.ts';
import { nelderMead } from './nelder-mead.ts';

export interface EtsOptions {
  /** Figures in a season; 1 for none. */
  readonly period?: number;
  /** Kinds to choose from, written as `ANN`, `AAdA`, `MNM`; by default level alone, with an additive and, where all figures are positive, a multiplicative season; and the best of these with a damped trend. */
  readonly models?: readonly string[];
  readonly maxEvaluations?: number;
}

interface FittedEts {
  readonly specification: EtsSpecification;
  readonly parameters: EtsParameters;
  readonly start: EtsState;
  /** State behind the last figure fitted. */
  readonly end: EtsState;
  /** n log(sum of squared errors), and with error M twice the sum of the logarithms of the one-step forecasts: minus twice the log likelihood but for a constant. */
  readonly deviance: number;
  readonly aicc: number;
}

/**
 * Exponential smoothing in state space form, the kind chosen by the corrected Akaike criterion. Smoothing parameters maximise the exact
 * likelihood (a simplex search in the usual region: 0 < beta < alpha < 1, 0 < gamma < 1 - alpha, 0.8 < phi < 0.98); the first states come from
 * a decomposition of the first seasons and are then set by Gauss-Newton steps of the same likelihood.
 *
 * Source: R. Hyndman, A. Koehler, J. Ord, R. Snyder, "Forecasting with Exponential Smoothing" (2008), chapters 2 and 5; Hyndman and
 * Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, chapter 8.
 */
export class ETS implements Forecaster {
  readonly period: number;
  readonly models: readonly string[] | undefined;
  readonly maxEvaluations: number;
  #fit: FittedEts | undefined;
  #fitted: number | undefined;

  /** @throws RangeError when the period is no positive integer or a model is not known */
  constructor({ period = 1, models, maxEvaluations = 100 }: EtsOptions = {}) {
    if (!Number.isInteger(period) || period < 1) throw new RangeError(`period must be a positive integer, not ${period}`);
    models?.forEach(parseModel);
    this.period = period;
    this.models = models;
    this.maxEvaluations = maxEvaluations;
  }

  get name(): string {
    if (this.#fit === undefined) return 'ETS';
    const { error, trend, season } = this.#fit.specification;
    return `ETS(${error},${trend},${season})`;
  }

  get parameters(): EtsParameters {
    return this.#known.parameters;
  }

  /** Minus twice the log likelihood but for a constant, as R and statsforecast have it. */
  get deviance(): number {
    return this.#known.deviance;
  }

  get aicc(): number {
    return this.#known.aicc;
  }

  get #known(): FittedEts {
    if (this.#fit === undefined) throw new TypeError('ETS is not fitted yet: call fit() first');
    return this.#fit;
  }

  fit(series: Float64Array): this {
    requireSeries(series, 4);
    const seasonal = this.period > 1 && series.length >= 2 * this.period + 3;
    const positive = series.every((figure) => figure > 0);
    const fits = ({ error, season }: EtsSpecification): boolean => (seasonal || season === 'N') && (positive || (error === 'A' && season !== 'M'));
    const asked = (this.models ?? defaultModels(this.period)).map(parseModel).filter(fits);
    let best = likeliest((asked.length > 0 ? asked : [parseModel('ANN')]).map((specification) => this.#fitModel(series, specification)));
    // A trend is only asked of the kind that is best without one.
    if (this.models === undefined && best !== undefined) best = likeliest([best, this.#fitModel(series, { ...best.specification, trend: 'Ad' })]);
    // A constant series has no likelihood to compare: its level is all there is to know.
    this.#fit = best ?? this.#fitModel(series, parseModel('ANN'));
    this.#fitted = series.length;
    return this;
  }

  refit(series: Float64Array): this {
    requireSeries(series, 4);
    this.#fit = this.#fitModel(series, this.#known.specification);
    this.#fitted = series.length;
    return this;
  }

  predictFrom(series: Float64Array, origins: readonly number[], horizon: number): Float64Array {
    requireOrigins(this.#fitted, series, origins, horizon);
    const { specification, parameters, end } = this.#known;
    const state = copyOf(end);
    let known = this.#fitted;
    const forecasts = new Float64Array(origins.length * horizon);
    origins.forEach((origin, row) => {
      runEts(series, known, origin, specification, parameters, state);
      known = origin;
      forecastEts(origin, specification, parameters.phi, state, forecasts.subarray(row * horizon, (row + 1) * horizon));
    });
    return forecasts;
  }

  #fitModel(series: Float64Array, specification: EtsSpecification): FittedEts {
    const n = series.length;
    const period = specification.season === 'N' ? 1 : this.period;
    let start = firstState(series, specification, period);
    const work = copyOf(start);
    const devianceOf = (parameters: EtsParameters): number => {
      put(work, start);
      const { squares, logForecasts } = runEts(series, 0, n, specification, parameters, work);
      const deviance = n * Math.log(squares) + 2 * logForecasts;
      return Number.isFinite(deviance) || squares === 0 ? deviance : Number.MAX_VALUE;
    };
    const search = (from: Float64Array, maxEvaluations: number, step: number): ReturnType<typeof nelderMead> =>
      nelderMead((point) => devianceOf(parametersAt(point, specification)), from, { step, tol: 1e-6, maxEvaluations });
    let found = search(startingPoint(specification), this.maxEvaluations, 1);
    for (let round = 0; round < 2; round++) {
      const before = start;
      const here = parametersAt(found.point, specification);
      const step = stepOfStart(series, specification, here, before) ?? [];
      // Multiplicative models are curved: a whole step may go too far.
      const share = [1, 0.5, 0.25].find((part) => {
        start = moved(before, step, part, specification);
        return devianceOf(here) < found.value;
      });
      if (step.length === 0 || share === undefined) {
        start = before;
        break;
      }
      const deviance = found.value;
      found = search(found.point, this.maxEvaluations >> 1, 0.3);
      // A thousandth of what a parameter must bring to be worth having.
      if (deviance - found.value < 0.002) break;
    }
    const parameters = parametersAt(found.point, specification);
    const end = copyOf(start);
    runEts(series, 0, n, specification, parameters, end);
    const size = found.point.length + 1 + (specification.trend === 'N' ? 0 : 1) + (period > 1 ? period : 0) + 1;
    const aicc = found.value + 2 * size + (n - size - 1 > 0 ? (2 * size * (size + 1)) / (n - size - 1) : Number.POSITIVE_INFINITY);
    return { specification, parameters, start, end, deviance: found.value, aicc: Number.isFinite(aicc) ? aicc : Number.MAX_VALUE };
  }
}

const defaultModels = (period: number): readonly string[] => (period === 1 ? ['ANN'] : ['ANN', 'ANA', 'MNM']);

/** The one with the smallest criterion; nothing where none has a likelihood. */
function likeliest(fits: readonly FittedEts[]): FittedEts | undefined {
  return fits.filter(({ deviance }) => Number.isFinite(deviance)).reduce<FittedEts | undefined>((best, one) => (best === undefined || one.aicc < best.aicc ? one : best), undefined);
}

function parseModel(text: string): EtsSpecification {
  const parts = /^([AM])(N|A|Ad)([NAM])$/.exec(text);
  if (parts === null) throw new RangeError(`${text} is no model that is known: error A or M, trend N, A or Ad, season N, A or M`);
  return { error: parts[1], trend: parts[2], season: parts[3] } as EtsSpecification;
}

const logistic = (u: number): number => 1 / (1 + Math.exp(-u));

function parametersAt(point: Float64Array, { trend, season }: EtsSpecification): EtsParameters {
  let at = 0;
  const next = (): number => logistic(point[at++] as number);
  const alpha = 1e-4 + 0.9998 * next();
  const beta = trend === 'N' ? 0 : 1e-4 * alpha + alpha * 0.9998 * next();
  const gamma = season === 'N' ? 0 : (1 - alpha) * (1e-4 + 0.9998 * next());
  const phi = trend === 'Ad' ? 0.8 + 0.18 * next() : 1;
  return { alpha, beta, gamma, phi };
}

/** Smoothing as it usually comes out: a level that moves, growth and season that hardly do. */
function startingPoint({ trend, season }: EtsSpecification): Float64Array {
  return Float64Array.from([-1.5, ...(trend === 'N' ? [] : [-3]), ...(season === 'N' ? [] : [-2.5]), ...(trend === 'Ad' ? [1.5] : [])]);
}

const copyOf = ({ level, growth, season }: EtsState): EtsState => ({ level, growth, season: season.slice() });

function put(into: EtsState, { level, growth, season }: EtsState): void {
  into.level = level;
  into.growth = growth;
  into.season.set(season);
}

/** Season from the first cycles against their own means, level and growth from the line through what is left of the first figures. */
function firstState(series: Float64Array, { trend, season }: EtsSpecification, period: number): EtsState {
  const seasonal = new Float64Array(season === 'N' ? 0 : period);
  const cycles = Math.min(Math.floor(series.length / period), 6);
  if (season !== 'N') {
    for (let cycle = 0; cycle < cycles; cycle++) {
      const figures = series.subarray(cycle * period, (cycle + 1) * period);
      const mean = figures.reduce((sum, figure) => sum + figure, 0) / period;
      for (let phase = 0; phase < period; phase++) seasonal[phase]! += (season === 'M' ? (figures[phase] as number) / mean : (figures[phase] as number) - mean) / cycles;
    }
  }
  const used = Math.min(series.length, Math.max(10, 2 * period));
  let [sumT, sumY, sumTT, sumTY] = [0, 0, 0, 0];
  for (let t = 0; t < used; t++) {
    const s = season === 'N' ? 0 : (seasonal[t % period] as number);
    const y = season === 'M' ? (series[t] as number) / Math.max(s, 1e-2) : (series[t] as number) - s;
    sumT += t + 1;
    sumY += y;
    sumTT += (t + 1) ** 2;
    sumTY += (t + 1) * y;
  }
  const slope = (used * sumTY - sumT * sumY) / (used * sumTT - sumT * sumT);
  if (trend === 'N') return { level: sumY / used, growth: 0, season: seasonal };
  const level = (sumY - slope * sumT) / used;
  return { level: Math.abs(level + slope) < 1e-8 ? level + 1e-8 : level, growth: slope, season: seasonal };
}

/** The Gauss-Newton step of the first states (level, growth, season) on the squared errors; for additive models it leads to the least squares solution itself. */
function stepOfStart(series: Float64Array, specification: EtsSpecification, parameters: EtsParameters, start: EtsState): Float64Array | undefined {
  const growing = specification.trend !== 'N';
  const period = start.season.length;
  const unknown = 1 + (growing ? 1 : 0) + period;
  // First states are forgotten at the rate 1 - alpha: figures far behind say nothing of them.
  const used = Math.min(series.length, Math.max(60, 12 * period));
  const units = new Float64Array(used).fill(Number.NaN);
  const base = errorsOf(series, units, specification, parameters, copyOf(start));
  if (base === undefined) return undefined;
  const scale = Math.max(Math.abs(start.level), 1);
  const nudge = 1e-5 * scale;
  const columns: Float64Array[] = [];
  for (let index = 0; index < unknown; index++) {
    const size = index > (growing ? 1 : 0) && specification.season === 'M' ? 1e-5 : nudge;
    const nudged = errorsOf(series, units, specification, parameters, shifted(start, index, size, growing));
    if (nudged === undefined) return undefined;
    for (let t = 0; t < used; t++) nudged[t] = ((nudged[t] as number) - (base[t] as number)) / size;
    columns.push(nudged);
  }
  const squares = new Float64Array(unknown * unknown);
  const products = new Float64Array(unknown);
  for (let i = 0; i < unknown; i++) {
    for (let j = 0; j <= i; j++) {
      const dot = dotOf(columns[i] as Float64Array, columns[j] as Float64Array);
      squares[i * unknown + j] = dot;
      squares[j * unknown + i] = dot;
    }
    products[i] = -dotOf(columns[i] as Float64Array, base);
  }
  // Level and season are known but for a constant, or factor, between them, which the small ridge leaves where it was.
  const ridge = specification.season === 'M' ? 1e-3 : 1e-8;
  for (let i = 0; i < unknown; i++) squares[i * unknown + i]! *= 1 + ridge;
  const step = solvePositiveDefinite(squares, products);
  return step.every((value) => Number.isFinite(value)) ? step : undefined;
}

function moved(start: EtsState, step: ArrayLike<number>, share: number, { trend }: EtsSpecification): EtsState {
  let state = start;
  for (let index = 0; index < step.length; index++) state = shifted(state, index, share * (step[index] as number), trend !== 'N');
  return state;
}

function shifted({ level, growth, season }: EtsState, index: number, by: number, growing: boolean): EtsState {
  if (index === 0) return { level: level + by, growth, season: season.slice() };
  if (growing && index === 1) return { level, growth: growth + by, season: season.slice() };
  const seasons = season.slice();
  seasons[index - (growing ? 2 : 1)]! += by;
  return { level, growth, season: seasons };
}

/** One-step errors in units of each forecast where the error is multiplicative; the units stay those of the first call, since the likelihood's own derivative has them fixed. */
function errorsOf(series: Float64Array, units: Float64Array, specification: EtsSpecification, parameters: EtsParameters, state: EtsState): Float64Array | undefined {
  const errors = new Float64Array(units.length);
  const one = new Float64Array(1);
  for (let t = 0; t < units.length; t++) {
    forecastEts(t, specification, parameters.phi, state, one);
    const forecast = one[0] as number;
    if (Number.isNaN(units[t])) units[t] = specification.error === 'M' ? forecast : 1;
    errors[t] = ((series[t] as number) - forecast) / (units[t] as number);
    if (!Number.isFinite(runEts(series, t, t + 1, specification, parameters, state).squares)) return undefined;
  }
  return errors;
}

function dotOf(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number);
  return sum;
}
