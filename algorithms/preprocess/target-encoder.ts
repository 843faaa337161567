import { SeededRandom } from '../random/seeded-random.ts';
import type { Category } from './one-hot-encoder.ts';

export interface TargetEncoderOptions {
  /** Rows of the overall mean that each category's mean is mixed with, or `auto`: by how the target varies in and between categories. */
  readonly smooth?: 'auto' | number;
  /** Folds of `fitTransform`. */
  readonly cv?: number;
  /** Whether rows come into folds at random; else each fold is a run of neighbours. */
  readonly shuffle?: boolean;
  readonly seed?: number;
}

interface Encoding {
  readonly means: ReadonlyMap<Category, number>;
  readonly mean: number;
}

/**
 * Puts the shrunk mean of the target in a category's place, as scikit-learn's `TargetEncoder` of one column and a continuous or binary
 * target. `fitTransform` encodes every row by the other folds alone, so that no row sees its own target; `transform`, which is for rows
 * that were not fitted, uses all. Null is a category; an unknown one gets the overall mean.
 *
 * Source: D. Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes", SIGKDD Explorations 3 (2001).
 */
export class TargetEncoder {
  readonly smooth: 'auto' | number;
  readonly cv: number;
  readonly shuffle: boolean;
  readonly seed: number;
  #encoding: Encoding | undefined;

  /** @throws RangeError when an option is out of its range. */
  constructor({ smooth = 'auto', cv = 5, shuffle = true, seed = 0 }: TargetEncoderOptions = {}) {
    this.smooth = smooth;
    this.cv = cv;
    this.shuffle = shuffle;
    this.seed = seed;
    if (smooth !== 'auto' && !(smooth >= 0)) throw new RangeError(`smooth must be auto or not negative, not ${smooth}`);
    if (!Number.isInteger(cv) || cv < 2) throw new RangeError(`cv must be an integer of 2 or more, not ${cv}`);
  }

  /** What each category is encoded as outside the fitted rows, in the target's unit. */
  get encodings(): ReadonlyMap<Category, number> {
    return this.#fitted().means;
  }

  /** Mean of the target. */
  get targetMean(): number {
    return this.#fitted().mean;
  }

  /** @throws RangeError when there are not as many targets as values, or none. */
  fit(values: readonly Category[], target: ArrayLike<number>): this {
    if (target.length !== values.length || values.length === 0) throw new RangeError(`${target.length} targets were given for ${values.length} values`);
    this.#encoding = this.#encode(values, target, undefined, 0);
    return this;
  }

  /** @throws TypeError before `fit`. */
  transform(values: readonly Category[]): Float64Array {
    const { means, mean } = this.#fitted();
    const encoded = new Float64Array(values.length);
    for (let row = 0; row < values.length; row++) encoded[row] = means.get(values[row] as Category) ?? mean;
    return encoded;
  }

  /**
   * Fits all rows and encodes each by the folds it is not in.
   * @throws RangeError when there are not as many targets as values, or fewer than folds.
   */
  fitTransform(values: readonly Category[], target: ArrayLike<number>): Float64Array {
    this.fit(values, target);
    const rows = values.length;
    if (rows < this.cv) throw new RangeError(`${rows} rows cannot be split into ${this.cv} folds`);
    const order = Uint32Array.from({ length: rows }, (_, row) => row);
    if (this.shuffle) new SeededRandom(this.seed).shuffle(order);
    const folds = new Uint32Array(rows);
    // As many rows in each, the first folds one more where they do not divide.
    for (let fold = 0, place = 0; fold < this.cv; fold++) {
      const end = place + Math.floor(rows / this.cv) + Number(fold < rows % this.cv);
      for (; place < end; place++) folds[order[place] as number] = fold;
    }
    const encoded = new Float64Array(rows);
    for (let fold = 0; fold < this.cv; fold++) {
      const { means, mean } = this.#encode(values, target, folds, fold);
      for (let row = 0; row < rows; row++) if (folds[row] === fold) encoded[row] = means.get(values[row] as Category) ?? mean;
    }
    return encoded;
  }

  /** The encoding by all rows, or by those outside a fold. */
  #encode(values: readonly Category[], target: ArrayLike<number>, folds: Uint32Array | undefined, leftOut: number): Encoding {
    const groups = new Map<Category, { count: number; mean: number; squares: number }>();
    let [rows, mean, squares] = [0, 0, 0];
    for (let row = 0; row < values.length; row++) {
      if (folds !== undefined && folds[row] === leftOut) continue;
      const value = target[row] as number;
      const category = values[row] as Category;
      let group = groups.get(category);
      if (group === undefined) groups.set(category, (group = { count: 0, mean: 0, squares: 0 }));
      // Welford's update, for all rows and for those of the category.
      rows++;
      const away = value - mean;
      mean += away / rows;
      squares += away * (value - mean);
      group.count++;
      const awayInGroup = value - group.mean;
      group.mean += awayInGroup / group.count;
      group.squares += awayInGroup * (value - group.mean);
    }
    const variance = squares / rows;
    const means = new Map<Category, number>();
    for (const [category, group] of groups) {
      const between = variance * group.count;
      const weight = this.smooth === 'auto' ? between / (between + group.squares / group.count) : group.count / (group.count + this.smooth);
      means.set(category, Number.isNaN(weight) ? mean : weight * group.mean + (1 - weight) * mean);
    }
    return { means, mean };
  }

  #fitted(): Encoding {
    if (this.#encoding === undefined) throw new TypeError('TargetEncoder is not fitted yet: call fit() first');
    return this.#encoding;
  }
}
