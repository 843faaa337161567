import { SeededRandom } from '../random/seeded-random.ts';
import { quantileInPlace } from '../statistics/quantile.ts';
import { requireShape } from './require-shape.ts';

export interface IsolationForestOptions {
  readonly nEstimators?: number;
  /** Rows that each tree is grown from. */
  readonly maxSamples?: number;
  /** Share of the fitted rows taken for outliers, or `auto`: those that are isolated in fewer steps than an average row would be. */
  readonly contamination?: 'auto' | number;
  readonly seed?: number;
}

/** One tree in arrays: a node's column is -1 where it is a leaf, and then `value` is its path length instead of the threshold. */
interface IsolationTree {
  readonly column: Int32Array;
  readonly value: Float64Array;
  /** The left child; the right one is next to it. */
  readonly child: Int32Array;
}

const eulerGamma = 0.5772156649015329;

/**
 * Isolation forest: random cuts separate an outlier from the others in few steps. Scores, offset and signs as scikit-learn's
 * `IsolationForest`: `scoreSamples` is in [-1, 0), the lower the more abnormal. Trees are grown from samples, so fitting takes the same
 * time whatever the number of rows.
 *
 * Source: F. Liu, K. Ting, Z. Zhou, "Isolation Forest", ICDM 2008.
 */
export class IsolationForest {
  readonly nEstimators: number;
  readonly maxSamples: number;
  readonly contamination: 'auto' | number;
  readonly seed: number;
  #trees: readonly IsolationTree[] = [];
  #columns = 0;
  #usualPath = 1;
  #offset = -0.5;

  /** @throws RangeError when an option is out of its range. */
  constructor({ nEstimators = 100, maxSamples = 256, contamination = 'auto', seed = 0 }: IsolationForestOptions = {}) {
    this.nEstimators = nEstimators;
    this.maxSamples = maxSamples;
    this.contamination = contamination;
    this.seed = seed;
    if (!Number.isInteger(nEstimators) || nEstimators < 1) throw new RangeError(`nEstimators must be a positive integer, not ${nEstimators}`);
    if (!Number.isInteger(maxSamples) || maxSamples < 2) throw new RangeError(`maxSamples must be an integer of 2 or more, not ${maxSamples}`);
    if (contamination !== 'auto' && !(contamination > 0 && contamination <= 0.5)) throw new RangeError(`contamination must be auto or in (0, 0.5], not ${contamination}`);
  }

  /** Scores below it are outliers. */
  get offset(): number {
    this.#requireFitted();
    return this.#offset;
  }

  /**
   * @param matrix row-major rows x columns, finite.
   * @throws RangeError when the shape is wrong or a value is not finite.
   */
  fit(matrix: Float64Array, rows: number, columns: number): this {
    requireShape(matrix, rows, columns);
    for (const value of matrix) if (!Number.isFinite(value)) throw new RangeError('matrix has a value that is not finite');
    const random = new SeededRandom(this.seed);
    const size = Math.min(this.maxSamples, rows);
    const deepest = Math.ceil(Math.log2(Math.max(size, 2)));
    this.#columns = columns;
    this.#usualPath = averagePath(size);
    this.#trees = Array.from({ length: this.nEstimators }, () => growTree(matrix, columns, random.sample(rows, size), deepest, random));
    this.#offset = this.contamination === 'auto' ? -0.5 : quantileInPlace(this.scoreSamples(matrix, rows), this.contamination);
    return this;
  }

  /**
   * Minus the anomaly score of each row: near -1 for outliers, near -0.4 for rows in the middle of many.
   * @throws RangeError when the shape is not that of the fitted columns; TypeError before `fit`.
   */
  scoreSamples(matrix: Float64Array, rows: number): Float64Array {
    this.#requireFitted();
    const columns = this.#columns;
    requireShape(matrix, rows, columns);
    const paths = new Float64Array(rows);
    for (const { column, value, child } of this.#trees) {
      for (let row = 0, base = 0; row < rows; row++, base += columns) {
        let node = 0;
        let by = column[0] as number;
        while (by >= 0) {
          node = (child[node] as number) + ((matrix[base + by] as number) <= (value[node] as number) ? 0 : 1);
          by = column[node] as number;
        }
        paths[row] = (paths[row] as number) + (value[node] as number);
      }
    }
    const unit = this.#trees.length * this.#usualPath;
    for (let row = 0; row < rows; row++) paths[row] = -(2 ** (-(paths[row] as number) / unit));
    return paths;
  }

  /** Scores above the offset: negative for outliers. */
  decisionFunction(matrix: Float64Array, rows: number): Float64Array {
    const offset = this.offset;
    return this.scoreSamples(matrix, rows).map((score) => score - offset);
  }

  /** -1 for outliers, 1 for the others. */
  predict(matrix: Float64Array, rows: number): Int8Array {
    return Int8Array.from(this.decisionFunction(matrix, rows), (above) => (above < 0 ? -1 : 1));
  }

  #requireFitted(): void {
    if (this.#trees.length === 0) throw new TypeError('IsolationForest is not fitted yet: call fit() first');
  }
}

function growTree(matrix: Float64Array, columns: number, sample: Uint32Array, deepest: number, random: SeededRandom): IsolationTree {
  const most = 2 * sample.length;
  const column = new Int32Array(most).fill(-1);
  const value = new Float64Array(most);
  const child = new Int32Array(most);
  const candidates = Int32Array.from({ length: columns }, (_, index) => index);
  let nodes = 1;

  function grow(node: number, first: number, end: number, depth: number): void {
    const cut = depth < deepest && end - first > 1 ? cutOf(first, end) : undefined;
    if (cut === undefined) {
      value[node] = depth + averagePath(end - first);
      return;
    }
    let middle = first;
    for (let place = first; place < end; place++) {
      const row = sample[place] as number;
      if ((matrix[row * columns + cut.by] as number) > cut.at) continue;
      sample[place] = sample[middle] as number;
      sample[middle++] = row;
    }
    column[node] = cut.by;
    value[node] = cut.at;
    const left = nodes;
    child[node] = left;
    nodes += 2;
    grow(left, first, middle, depth + 1);
    grow(left + 1, middle, end, depth + 1);
  }

  /** A random place between the extremes of a random column that is not constant here; undefined where all are. */
  function cutOf(first: number, end: number): { by: number; at: number } | undefined {
    for (let left = columns; left > 0; left--) {
      const drawn = random.integer(left);
      const by = candidates[drawn] as number;
      candidates[drawn] = candidates[left - 1] as number;
      candidates[left - 1] = by;
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let place = first; place < end; place++) {
        const seen = matrix[(sample[place] as number) * columns + by] as number;
        if (seen < low) low = seen;
        if (seen > high) high = seen;
      }
      if (low === high) continue;
      const at = low + random.uniform() * (high - low);
      // Rounding may give the upper extreme, and then nothing would be to the right of it.
      return { by, at: at < high ? at : low };
    }
    return undefined;
  }

  grow(0, 0, sample.length, 0);
  return { column: column.slice(0, nodes), value: value.slice(0, nodes), child: child.slice(0, nodes) };
}

/** Mean length of an unsuccessful search in a binary search tree of so many rows. */
function averagePath(rows: number): number {
  if (rows <= 1) return 0;
  if (rows === 2) return 1;
  return 2 * (Math.log(rows - 1) + eulerGamma) - (2 * (rows - 1)) / rows;
}
