/** A category of a column; null where it is not known. */
export type Category = string | null;

export interface OneHotEncoderOptions {
  /** Most columns made; the rarer categories share the last of them. Infinity when not given. */
  readonly maxCategories?: number;
  /** `ignore` gives a category that was not fitted a row of zeros. */
  readonly handleUnknown?: 'error' | 'ignore';
}

/**
 * One column a category, 1 where a row has it: as scikit-learn's `OneHotEncoder` of one column, categories in ascending order, the
 * infrequent ones together in the last column (of equals those that come first). A row without a category (null) is all zeros.
 */
export class OneHotEncoder {
  readonly maxCategories: number;
  readonly handleUnknown: 'error' | 'ignore';
  #places: Map<Category, number> | undefined;
  #categories: readonly string[] = [];
  #infrequent: readonly string[] = [];

  /** @throws RangeError when maxCategories is not positive. */
  constructor({ maxCategories = Number.POSITIVE_INFINITY, handleUnknown = 'error' }: OneHotEncoderOptions = {}) {
    this.maxCategories = maxCategories;
    this.handleUnknown = handleUnknown;
    if (!(maxCategories >= 1)) throw new RangeError(`maxCategories must be 1 or more, not ${maxCategories}`);
  }

  /** Category of each column; the infrequent ones' column comes after them. */
  get categories(): readonly string[] {
    this.#fitted();
    return this.#categories;
  }

  /** Categories that share the last column. */
  get infrequent(): readonly string[] {
    this.#fitted();
    return this.#infrequent;
  }

  get columns(): number {
    return this.categories.length + Math.min(this.#infrequent.length, 1);
  }

  fit(values: readonly Category[]): this {
    const counts = new Map<string, number>();
    for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
    const ascending = (a: string, b: string): number => (a < b ? -1 : 1);
    const frequent = [...counts].sort(([a, first], [b, second]) => second - first || ascending(b, a)).map(([category]) => category);
    const kept = frequent.length <= this.maxCategories ? frequent.length : this.maxCategories - 1;
    this.#categories = frequent.slice(0, kept).sort(ascending);
    this.#infrequent = frequent.slice(kept).sort(ascending);
    this.#places = new Map<Category, number>([...this.#categories, ...this.#infrequent].map((category, place) => [category, Math.min(place, kept)]));
    return this;
  }

  /**
   * Row-major values.length x columns of zeros and ones.
   * @throws RangeError for a category that was not fitted, unless it is ignored; TypeError before `fit`.
   */
  transform(values: readonly Category[]): Float64Array {
    const places = this.#fitted();
    const { columns } = this;
    const matrix = new Float64Array(values.length * columns);
    for (let row = 0; row < values.length; row++) {
      const value = values[row] as Category;
      const place = places.get(value);
      if (place !== undefined) matrix[row * columns + place] = 1;
      else if (value !== null && this.handleUnknown === 'error') throw new RangeError(`row ${row} has a category that was not fitted`);
    }
    return matrix;
  }

  fitTransform(values: readonly Category[]): Float64Array {
    return this.fit(values).transform(values);
  }

  #fitted(): Map<Category, number> {
    if (this.#places === undefined) throw new TypeError('OneHotEncoder is not fitted yet: call fit() first');
    return this.#places;
  }
}
