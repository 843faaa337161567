import { quantileInPlace } from '../statistics/quantile.ts';
import { IsolationForest } from './isolation-forest.ts';
import { momentsOf, presentColumns } from './present-values.ts';
import { requireShape } from './require-shape.ts';

export type OutlierMethod = 'z_score' | 'robust_z' | 'iqr' | 'isolation_forest';
export type OutlierAction = 'clip' | 'drop' | 'flag';

export interface OutlierOptions {
  /**
   * `z_score`: mean ± limit standard deviations (population). `robust_z`: median ± limit times 1.4826 median absolute deviations.
   * `iqr`: the quartiles widened by limit interquartile ranges. `isolation_forest`: rows that are isolated early; the bounds of a column
   * are then the range of the other rows' values.
   */
  readonly method?: OutlierMethod;
  /** 3 for `z_score`, 3.5 for `robust_z` and 1.5 for `iqr` when not given; the forest has none. */
  readonly limit?: number;
  /** `clip` moves a value to the bound it passed; `drop` leaves out outlying rows; `flag` changes nothing and says which rows they are. */
  readonly action?: OutlierAction;
  /** Share of the fitted rows that the forest takes for outliers; 0.01 when not given. */
  readonly contamination?: number;
  readonly seed?: number;
}

export interface TreatedMatrix {
  /** Row-major, keptRows.length x columns; with `flag` the matrix that came in. */
  readonly matrix: Float64Array;
  /** Index of each remaining row in the matrix that came in, ascending; all of them unless they are dropped. */
  readonly keptRows: Uint32Array;
  /** 1 for each row that came in and is an outlier: by the forest, or with a value out of bounds. */
  readonly outlying: Uint8Array;
  /** Values under the lower bound, by column. */
  readonly below: Uint32Array;
  /** Values over the upper bound, by column. */
  readonly above: Uint32Array;
  /** Values out of bounds, by column. */
  readonly counts: Uint32Array;
}

/** What makes the median absolute deviation of a normal distribution its standard deviation. */
const deviationsInMad = 1.482602218505602;
const usualLimits: Readonly<Record<OutlierMethod, number>> = { z_score: 3, robust_z: 3.5, iqr: 1.5, isolation_forest: 1 };

/**
 * Finds and treats outliers by column. Bounds are fitted once and then applied to any matrix of these columns; a value on its bound
 * is inside. Missing values (NaN) are left out of the figures, are never outliers, and stay missing; the forest alone takes none. A
 * column whose spread is 0 by the method (constant, or so often 0 that both quartiles are) has no bounds: clipping to them would leave
 * it one value.
 *
 * Sources: Z-score, F. Grubbs 1969; robust Z and its limit, B. Iglewicz, D. Hoaglin, "How to Detect and Handle Outliers", 1993;
 * quartile fences, J. Tukey, "Exploratory Data Analysis", 1977; isolation-forest.ts.
 */
export class OutlierTreatment {
  readonly method: OutlierMethod;
  readonly limit: number;
  readonly action: OutlierAction;
  readonly contamination: number;
  readonly seed: number;
  #lower: Float64Array | undefined;
  #upper: Float64Array | undefined;
  #forest: IsolationForest | undefined;

  /** @throws RangeError when the limit is not positive or the contamination not in (0, 0.5]. */
  constructor(options: OutlierOptions = {}) {
    this.method = options.method ?? 'iqr';
    this.limit = options.limit ?? usualLimits[this.method];
    this.action = options.action ?? 'clip';
    this.contamination = options.contamination ?? 0.01;
    this.seed = options.seed ?? 0;
    if (!(this.limit > 0)) throw new RangeError(`limit must be positive, not ${this.limit}`);
    if (!(this.contamination > 0 && this.contamination <= 0.5)) throw new RangeError(`contamination must be in (0, 0.5], not ${this.contamination}`);
  }

  /** Lowest value of each column that is no outlier, in the column's unit. */
  get lower(): Float64Array {
    return fitted(this.#lower);
  }

  /** Highest value of each column that is no outlier, in the column's unit. */
  get upper(): Float64Array {
    return fitted(this.#upper);
  }

  /**
   * @param matrix row-major rows x columns.
   * @throws RangeError when the shape is wrong, or a value is not finite where the forest must judge it.
   */
  fit(matrix: Float64Array, rows: number, columns: number): this {
    requireShape(matrix, rows, columns);
    if (this.method === 'isolation_forest') return this.#fitForest(matrix, rows, columns);
    const lower = new Float64Array(columns);
    const upper = new Float64Array(columns);
    let column = 0;
    for (const present of presentColumns(matrix, rows, columns)) {
      const bounds = this.#boundsOf(present);
      lower[column] = bounds.lower;
      upper[column++] = bounds.upper;
    }
    this.#lower = lower;
    this.#upper = upper;
    return this;
  }

  /**
   * A treated copy with its counts.
   * @throws RangeError when the shape is not that of the fitted columns; TypeError before `fit`.
   */
  transform(matrix: Float64Array, rows: number): TreatedMatrix {
    const { lower, upper, action } = this;
    const columns = lower.length;
    requireShape(matrix, rows, columns);
    const treated = action === 'flag' ? matrix : matrix.slice();
    const below = new Uint32Array(columns);
    const above = new Uint32Array(columns);
    const outlying = this.#forest === undefined ? new Uint8Array(rows) : Uint8Array.from(this.#forest.predict(matrix, rows), (side) => Number(side < 0));
    const judgedByForest = this.#forest !== undefined;
    for (let row = 0, place = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, place++) {
        const value = matrix[place] as number;
        let bound: number;
        if (value < (lower[column] as number)) {
          bound = lower[column] as number;
          below[column] = (below[column] as number) + 1;
        } else if (value > (upper[column] as number)) {
          bound = upper[column] as number;
          above[column] = (above[column] as number) + 1;
        } else continue;
        if (!judgedByForest) outlying[row] = 1;
        if (action === 'clip') treated[place] = bound;
      }
    }
    const counts = below.map((count, column) => count + (above[column] as number));
    const keptRows = rowsToKeep(outlying, action);
    if (keptRows.length === rows) return { matrix: treated, keptRows, outlying, below, above, counts };
    keptRows.forEach((row, kept) => treated.copyWithin(kept * columns, row * columns, (row + 1) * columns));
    return { matrix: treated.slice(0, keptRows.length * columns), keptRows, outlying, below, above, counts };
  }

  fitTransform(matrix: Float64Array, rows: number, columns: number): TreatedMatrix {
    return this.fit(matrix, rows, columns).transform(matrix, rows);
  }

  #fitForest(matrix: Float64Array, rows: number, columns: number): this {
    const forest = new IsolationForest({ contamination: this.contamination, seed: this.seed }).fit(matrix, rows, columns);
    const sides = forest.predict(matrix, rows);
    const lower = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    const upper = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
    for (let row = 0; row < rows; row++) {
      if ((sides[row] as number) < 0) continue;
      for (let column = 0; column < columns; column++) {
        const value = matrix[row * columns + column] as number;
        if (value < (lower[column] as number)) lower[column] = value;
        if (value > (upper[column] as number)) upper[column] = value;
      }
    }
    for (let column = 0; column < columns; column++) {
      if (lower[column] !== upper[column]) continue;
      lower[column] = Number.NEGATIVE_INFINITY;
      upper[column] = Number.POSITIVE_INFINITY;
    }
    this.#forest = forest;
    this.#lower = lower;
    this.#upper = upper;
    return this;
  }

  #boundsOf(present: Float64Array): { lower: number; upper: number } {
    const { low, high, spread } = this.#spreadOf(present);
    if (!(spread > 0)) return { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
    return { lower: low - this.limit * spread, upper: high + this.limit * spread };
  }

  #spreadOf(present: Float64Array): { low: number; high: number; spread: number } {
    if (this.method === 'z_score') {
      const { mean, variance } = momentsOf(present);
      // What rounding alone leaves of a constant column is no spread.
      return { low: mean, high: mean, spread: variance < 1e-16 * mean * mean && present.every((value) => value === present[0]) ? 0 : Math.sqrt(variance) };
    }
    if (this.method === 'robust_z') {
      const median = quantileInPlace(present, 0.5);
      return { low: median, high: median, spread: deviationsInMad * quantileInPlace(present.map((value) => Math.abs(value - median)), 0.5) };
    }
    const low = quantileInPlace(present, 0.25);
    const high = quantileInPlace(present, 0.75);
    return { low, high, spread: high - low };
  }
}

function rowsToKeep(outlying: Uint8Array, action: OutlierAction): Uint32Array {
  const kept = new Uint32Array(outlying.length);
  let count = 0;
  for (let row = 0; row < outlying.length; row++) if (action !== 'drop' || outlying[row] === 0) kept[count++] = row;
  return kept.subarray(0, count);
}

function fitted(values: Float64Array | undefined): Float64Array {
  if (values === undefined) throw new TypeError('OutlierTreatment is not fitted yet: call fit() first');
  return values;
}
