import { quantileInPlace } from '../statistics/quantile.ts';
import { momentsOf, presentColumns } from './present-values.ts';
import { requireShape } from './require-shape.ts';

/** What stands in for a missing value: the column's mean, median, most frequent value (the smallest of equals), or a given constant. */
export type ImputationStrategy = 'mean' | 'median' | 'mode' | 'constant';

/**
 * Fills missing values (NaN) with a figure of their column, as scikit-learn's `SimpleImputer(keep_empty_features=True)`: a column
 * with no value at all is filled with 0, or with the constant where that is its strategy.
 */
export class SimpleImputer {
  readonly strategy: ImputationStrategy | readonly ImputationStrategy[];
  readonly fillValue: number;
  #statistics: Float64Array | undefined;
  #missing: Uint32Array | undefined;

  /**
   * @param options.strategy one for all columns, or one a column.
   * @param options.fillValue the constant of the strategy `constant`, in the column's unit.
   */
  constructor(options: { strategy?: ImputationStrategy | readonly ImputationStrategy[]; fillValue?: number } = {}) {
    this.strategy = options.strategy ?? 'mean';
    this.fillValue = options.fillValue ?? 0;
  }

  /** What each column's missing values are filled with, in the column's unit. */
  get statistics(): Float64Array {
    if (this.#statistics === undefined) throw new TypeError('SimpleImputer is not fitted yet: call fit() first');
    return this.#statistics;
  }

  /** Values filled by the last `transform`, by column. */
  get imputed(): Uint32Array {
    if (this.#missing === undefined) throw new TypeError('SimpleImputer has not filled anything yet: call transform() first');
    return this.#missing;
  }

  /**
   * @param matrix row-major rows x columns, NaN where a value is missing.
   * @throws RangeError when the shape is wrong, or there are not as many strategies as columns.
   */
  fit(matrix: Float64Array, rows: number, columns: number): this {
    requireShape(matrix, rows, columns);
    const { strategy } = this;
    if (typeof strategy !== 'string' && strategy.length !== columns) throw new RangeError(`${strategy.length} strategies were given for ${columns} columns`);
    const statistics = new Float64Array(columns);
    let column = 0;
    for (const present of presentColumns(matrix, rows, columns)) {
      const own = typeof strategy === 'string' ? strategy : (strategy[column] as ImputationStrategy);
      statistics[column++] = own === 'constant' ? this.fillValue : present.length === 0 ? 0 : figureOf(present, own);
    }
    this.#statistics = statistics;
    return this;
  }

  /**
   * A copy without missing values.
   * @throws RangeError when the shape is not that of the fitted columns; TypeError before `fit`.
   */
  transform(matrix: Float64Array, rows: number): Float64Array {
    const { statistics } = this;
    const columns = statistics.length;
    requireShape(matrix, rows, columns);
    const missing = new Uint32Array(columns);
    const filled = matrix.slice();
    for (let place = 0, column = 0; place < filled.length; place++) {
      if (Number.isNaN(filled[place])) {
        filled[place] = statistics[column] as number;
        missing[column] = (missing[column] as number) + 1;
      }
      column = column + 1 === columns ? 0 : column + 1;
    }
    this.#missing = missing;
    return filled;
  }

  fitTransform(matrix: Float64Array, rows: number, columns: number): Float64Array {
    return this.fit(matrix, rows, columns).transform(matrix, rows);
  }
}

function figureOf(present: Float64Array, strategy: Exclude<ImputationStrategy, 'constant'>): number {
  if (strategy === 'mean') return momentsOf(present).mean;
  if (strategy === 'median') return quantileInPlace(present, 0.5);
  return modeOf(present);
}

/** Counts values in a table with open addressing, which takes a fraction of a sort's time. */
function modeOf(present: Float64Array): number {
  const slots = 2 ** Math.ceil(Math.log2(2 * present.length));
  const values = new Float64Array(slots);
  const counts = new Uint32Array(slots);
  const bits = new Uint32Array(2);
  const number = new Float64Array(bits.buffer);
  let mode = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let place = 0; place < present.length; place++) {
    // Adding 0 makes -0 and 0 one value.
    const value = (present[place] as number) + 0;
    number[0] = value;
    const mixed = Math.imul((bits[0] as number) ^ Math.imul(bits[1] as number, 0x9e3779b1), 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & (slots - 1);
    while ((counts[slot] as number) > 0 && values[slot] !== value) slot = (slot + 1) & (slots - 1);
    values[slot] = value;
    const count = (counts[slot] as number) + 1;
    counts[slot] = count;
    if (count > most || (count === most && value < mode)) {
      most = count;
      mode = value;
    }
  }
  return mode;
}
