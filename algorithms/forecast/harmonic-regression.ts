import { solvePositiveDefinite } from '../predict/solve-positive-definite.ts';
import { ETS } from './ets.ts';
import { requireOrigins, requireSeries, type Forecaster } from './forecaster.ts';

export interface HarmonicRegressionOptions {
  /** Figures in the long season, such as 365.25 days. */
  readonly longPeriod: number;
  /** Figures in the short season, each with a figure of its own, such as 7 days; 1 for none. */
  readonly period?: number;
  /** Waves in the long season to choose from, by the corrected Akaike criterion. */
  readonly harmonics?: readonly number[];
  /**
   * Marks that are known in advance, such as holidays and promotions: one array each, by position in the series, reaching as far beyond
   * the last origin as the horizon; what lies beyond its end counts as 0.
   */
  readonly regressors?: readonly Float64Array[];
}

/**
 * A straight line, sine waves of the long season, a figure for each phase of the short one and an effect for each mark, by least squares;
 * what is left is followed by exponential smoothing. The model that Prophet's idea comes to where the trend is left to a smoother.
 *
 * Source: R. Hyndman and G. Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, sections 7.4 and 10.5 (dynamic harmonic regression).
 */
export class HarmonicRegression implements Forecaster {
  readonly longPeriod: number;
  readonly period: number;
  readonly harmonics: readonly number[];
  readonly regressors: readonly Float64Array[];
  #waves = 0;
  #coefficients = new Float64Array(0);
  #rest: ETS | undefined;
  #fitted: number | undefined;

  /** @throws RangeError when a period is below 1 or a number of waves below 0 */
  constructor({ longPeriod, period = 1, harmonics = [1, 2, 3, 4], regressors = [] }: HarmonicRegressionOptions) {
    if (!(longPeriod > 1)) throw new RangeError(`longPeriod must be above 1, not ${longPeriod}`);
    if (!Number.isInteger(period) || period < 1) throw new RangeError(`period must be a positive integer, not ${period}`);
    if (harmonics.length === 0 || harmonics.some((waves) => !Number.isInteger(waves) || waves < 0)) throw new RangeError('harmonics must be numbers of waves');
    this.longPeriod = longPeriod;
    this.period = period;
    this.harmonics = harmonics;
    this.regressors = regressors;
  }

  get name(): string {
    return `harmonic regression (${this.#waves} waves${this.regressors.length > 0 ? `, ${this.regressors.length} marks` : ''})`;
  }

  /** What each mark adds to a figure. */
  get effects(): Float64Array {
    if (this.#fitted === undefined) throw new TypeError('The regression is not fitted yet: call fit() first');
    return this.#coefficients.slice(2, 2 + this.regressors.length);
  }

  fit(series: Float64Array): this {
    const n = series.length;
    requireSeries(series, 2 * this.period + 4);
    const most = Math.max(...this.harmonics);
    const columns = this.#columnsOf(most);
    // All waves are in one matrix of products: fewer waves are its leading part, because the waves come last.
    const squares = new Float64Array(columns * columns);
    const products = new Float64Array(columns);
    const row = new Float64Array(columns);
    let total = 0;
    for (let t = 0; t < n; t++) {
      this.#fillRow(t, most, n, row);
      const y = series[t] as number;
      total += y * y;
      for (let i = 0; i < columns; i++) {
        const value = row[i] as number;
        if (value === 0) continue;
        products[i]! += value * y;
        for (let j = 0; j <= i; j++) squares[i * columns + j]! += value * (row[j] as number);
      }
    }
    let best = { criterion: Number.POSITIVE_INFINITY, waves: 0, coefficients: new Float64Array(0) };
    for (const waves of this.harmonics) {
      const size = this.#columnsOf(waves);
      if (size + 2 >= n) continue;
      const part = new Float64Array(size * size);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j <= i; j++) {
          part[i * size + j] = squares[i * columns + j] as number;
          part[j * size + i] = squares[i * columns + j] as number;
        }
        part[i * size + i]! += 1e-3;
      }
      const coefficients = solvePositiveDefinite(part, products.subarray(0, size)) as Float64Array<ArrayBuffer>;
      let explained = 0;
      for (let i = 0; i < size; i++) explained += (coefficients[i] as number) * (products[i] as number);
      const left = Math.max(total - explained, 1e-9 * total + 1e-12);
      const criterion = n * Math.log(left) + 2 * size + (2 * size * (size + 1)) / (n - size - 1);
      if (criterion < best.criterion) best = { criterion, waves, coefficients };
    }
    this.#waves = best.waves;
    this.#coefficients = best.coefficients;
    this.#scale = n;
    this.#fitted = n;
    this.#rest = new ETS({ models: ['ANN'] }).fit(this.#restOf(series));
    return this;
  }

  predictFrom(series: Float64Array, origins: readonly number[], horizon: number): Float64Array {
    requireOrigins(this.#fitted, series, origins, horizon);
    const forecasts = this.#rest!.predictFrom(this.#restOf(series), origins, horizon);
    return forecasts.map((value, place) => value + this.#expectedAt((origins[Math.floor(place / horizon)] as number) + (place % horizon)));
  }

  #scale = 1;
  #row = new Float64Array(0);

  #columnsOf(waves: number): number {
    return 2 + this.regressors.length + (this.period - 1) + 2 * waves;
  }

  #fillRow(t: number, waves: number, scale: number, row: Float64Array): void {
    row.fill(0);
    row[0] = 1;
    row[1] = t / scale;
    let at = 2;
    for (const marks of this.regressors) row[at++] = marks[t] ?? 0;
    const phase = t % this.period;
    if (phase > 0) row[at + phase - 1] = 1;
    at += this.period - 1;
    const angle = (2 * Math.PI * t) / this.longPeriod;
    for (let wave = 1; wave <= waves; wave++) {
      row[at++] = Math.sin(wave * angle);
      row[at++] = Math.cos(wave * angle);
    }
  }

  #expectedAt(t: number): number {
    if (this.#row.length !== this.#coefficients.length) this.#row = new Float64Array(this.#coefficients.length);
    this.#fillRow(t, this.#waves, this.#scale, this.#row);
    let sum = 0;
    for (let i = 0; i < this.#row.length; i++) sum += (this.#row[i] as number) * (this.#coefficients[i] as number);
    return sum;
  }

  #restOf(series: Float64Array): Float64Array {
    return series.map((value, t) => value - this.#expectedAt(t));
  }
}
