import type { Category } from './one-hot-encoder.ts';

/** Puts a category's share of the fitted rows in its place: one column however many categories. Null is a category; an unknown one is 0. */
export class FrequencyEncoder {
  #shares: Map<Category, number> | undefined;

  /** Share of each category, of 1. */
  get shares(): ReadonlyMap<Category, number> {
    if (this.#shares === undefined) throw new TypeError('FrequencyEncoder is not fitted yet: call fit() first');
    return this.#shares;
  }

  fit(values: readonly Category[]): this {
    const counts = new Map<Category, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    for (const [category, count] of counts) counts.set(category, count / values.length);
    this.#shares = counts;
    return this;
  }

  /** @throws TypeError before `fit`. */
  transform(values: readonly Category[]): Float64Array {
    const { shares } = this;
    const encoded = new Float64Array(values.length);
    for (let row = 0; row < values.length; row++) encoded[row] = shares.get(values[row] as Category) ?? 0;
    return encoded;
  }

  fitTransform(values: readonly Category[]): Float64Array {
    return this.fit(values).transform(values);
  }
}
