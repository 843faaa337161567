import { quantileInPlace } from '../statistics/quantile.ts';
import { momentsOf, presentValues } from './present-values.ts';
import { requireShape } from './require-shape.ts';

/** What stands in for a missing value: the column's mean, median, or most frequent value (the smallest of equals). */
export type ImputationStrategy = 'mean' | 'median' | 'mode';

/**
 * Fills missing values (NaN) with a figure of their column, as scikit-learn's `SimpleImputer(keep_empty_features=True)`: a column
 * with no value at all is filled with 0.
 */
export class SimpleImputer {
  readonly strategy: ImputationStrategy | readonly ImputationStrategy[];
  #statistics: Float64Array | undefined;
  #missing: Uint32Array | undefined;

  /** @param options.strategy one for all columns, or one a column. */
  constructor(options: { strategy?: ImputationStrategy | readonly ImputationStrategy[] } = {}) {
    this.strategy = options.strategy ?? 'mean';
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
    this.#statistics = Float64Array.from({ length: columns }, (_, column) => {
      const present = presentValues(matrix, rows, columns, column);
      if (present.length === 0) return 0;
      return figureOf(present, typeof strategy === 'string' ? strategy : (strategy[column] as ImputationStrategy));
    });
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

function figureOf(present: Float64Array, strategy: ImputationStrategy): number {
  if (strategy === 'mean') return momentsOf(present).mean;
  if (strategy === 'median') return quantileInPlace(present, 0.5);
  return modeOf(present.sort());
}

function modeOf(ascending: Float64Array): number {
  let mode = ascending[0] as number;
  let longest = 0;
  for (let first = 0; first < ascending.length; ) {
    let next = first + 1;
    while (next < ascending.length && ascending[next] === ascending[first]) next++;
    if (next - first > longest) {
      longest = next - first;
      mode = ascending[first] as number;
    }
    first = next;
  }
  return mode;
}
