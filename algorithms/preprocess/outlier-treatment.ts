import { quantileInPlace } from '../statistics/quantile.ts';
import { momentsOf, presentValues } from './present-values.ts';
import { requireShape } from './require-shape.ts';

export interface OutlierOptions {
  /** `z_score`: mean ± limit standard deviations (population). `iqr`: the quartiles widened by limit interquartile ranges. */
  readonly method?: 'z_score' | 'iqr';
  /** 3 for `z_score` and 1.5 for `iqr` when not given. */
  readonly limit?: number;
  /** `clip` moves a value to the bound it passed; `drop` leaves out rows with a value out of bounds. */
  readonly action?: 'clip' | 'drop';
}

export interface TreatedMatrix {
  /** Row-major, keptRows.length x columns. */
  readonly matrix: Float64Array;
  /** Index of each remaining row in the matrix that came in, ascending; all of them for `clip`. */
  readonly keptRows: Uint32Array;
  /** Values out of bounds, by column. */
  readonly counts: Uint32Array;
}

/**
 * Finds and treats outliers by column. Bounds are fitted once and then applied to any matrix of these columns; a value on its bound
 * is inside. Missing values (NaN) are left out of the figures, are never outliers, and stay missing. A column whose spread is 0 by
 * the method (constant, or so often 0 that both quartiles are) has no bounds: clipping to them would leave it one value.
 *
 * Sources: Z-score, F. Grubbs 1969; quartile fences, J. Tukey, "Exploratory Data Analysis", 1977.
 */
export class OutlierTreatment {
  readonly method: 'z_score' | 'iqr';
  readonly limit: number;
  readonly action: 'clip' | 'drop';
  #lower: Float64Array | undefined;
  #upper: Float64Array | undefined;

  /** @throws RangeError when the limit is not positive. */
  constructor(options: OutlierOptions = {}) {
    this.method = options.method ?? 'iqr';
    this.limit = options.limit ?? (this.method === 'iqr' ? 1.5 : 3);
    this.action = options.action ?? 'clip';
    if (!(this.limit > 0)) throw new RangeError(`limit must be positive, not ${this.limit}`);
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
   * @throws RangeError when the shape is wrong.
   */
  fit(matrix: Float64Array, rows: number, columns: number): this {
    requireShape(matrix, rows, columns);
    const lower = new Float64Array(columns);
    const upper = new Float64Array(columns);
    for (let column = 0; column < columns; column++) {
      const bounds = this.#boundsOf(presentValues(matrix, rows, columns, column));
      lower[column] = bounds.lower;
      upper[column] = bounds.upper;
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
    const { lower, upper } = this;
    const columns = lower.length;
    requireShape(matrix, rows, columns);
    const treated = matrix.slice();
    const counts = new Uint32Array(columns);
    const keptRows = new Uint32Array(rows);
    let kept = 0;
    for (let row = 0; row < rows; row++) {
      let outliers = 0;
      for (let column = 0; column < columns; column++) {
        const place = row * columns + column;
        const value = treated[place] as number;
        const bounded = value < (lower[column] as number) ? lower[column] : value > (upper[column] as number) ? upper[column] : undefined;
        if (bounded === undefined) continue;
        outliers++;
        counts[column] = (counts[column] as number) + 1;
        treated[place] = bounded;
      }
      if (outliers > 0 && this.action === 'drop') continue;
      if (kept < row) treated.copyWithin(kept * columns, row * columns, (row + 1) * columns);
      keptRows[kept++] = row;
    }
    return { matrix: treated.slice(0, kept * columns), keptRows: keptRows.slice(0, kept), counts };
  }

  fitTransform(matrix: Float64Array, rows: number, columns: number): TreatedMatrix {
    return this.fit(matrix, rows, columns).transform(matrix, rows);
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
      return { low: mean, high: mean, spread: present.every((value) => value === present[0]) ? 0 : Math.sqrt(variance) };
    }
    const low = quantileInPlace(present, 0.25);
    const high = quantileInPlace(present, 0.75);
    return { low, high, spread: high - low };
  }
}

function fitted(values: Float64Array | undefined): Float64Array {
  if (values === undefined) throw new TypeError('OutlierTreatment is not fitted yet: call fit() first');
  return values;
}
