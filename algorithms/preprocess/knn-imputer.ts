import { SeededRandom } from '../random/seeded-random.ts';
import { requireShape } from './require-shape.ts';

export interface KNNImputerOptions {
  readonly nNeighbors?: number;
  /** `uniform`: every neighbour counts alike. `distance`: by the inverse of its distance, those at distance 0 alone where there are any. */
  readonly weights?: 'uniform' | 'distance';
  /** Rows that may give a value; more rows than these are sampled, so that a large matrix takes time in proportion to its rows. */
  readonly maxDonors?: number;
  readonly seed?: number;
}

/**
 * Fills a missing value (NaN) with the mean of that column over the nearest rows that have it, as scikit-learn's
 * `KNNImputer(keep_empty_features=True)`: the distance is Euclidean over the columns that both rows have, scaled up to all columns. A row
 * that shares no column with any donor gets the donors' mean, a column without any value gets 0. Among rows equally far the first counts.
 * Scale the columns first, or the one with the largest unit decides who is near.
 *
 * Source: O. Troyanskaya et al., "Missing value estimation methods for DNA microarrays", Bioinformatics 17 (2001).
 */
export class KNNImputer {
  readonly nNeighbors: number;
  readonly weights: 'uniform' | 'distance';
  readonly maxDonors: number;
  readonly seed: number;
  #donors: Float64Array | undefined;
  #donorRows = 0;
  #means: Float64Array = new Float64Array(0);
  #imputed: Uint32Array | undefined;

  /** @throws RangeError when an option is out of its range. */
  constructor({ nNeighbors = 5, weights = 'uniform', maxDonors = 1000, seed = 0 }: KNNImputerOptions = {}) {
    this.nNeighbors = nNeighbors;
    this.weights = weights;
    this.maxDonors = maxDonors;
    this.seed = seed;
    if (!Number.isInteger(nNeighbors) || nNeighbors < 1) throw new RangeError(`nNeighbors must be a positive integer, not ${nNeighbors}`);
    if (!(maxDonors >= nNeighbors)) throw new RangeError(`maxDonors must be at least nNeighbors = ${nNeighbors}, not ${maxDonors}`);
  }

  /** Values filled by the last `transform`, by column. */
  get imputed(): Uint32Array {
    if (this.#imputed === undefined) throw new TypeError('KNNImputer has not filled anything yet: call transform() first');
    return this.#imputed;
  }

  /**
   * @param matrix row-major rows x columns, NaN where a value is missing.
   * @throws RangeError when the shape is wrong.
   */
  fit(matrix: Float64Array, rows: number, columns: number): this {
    requireShape(matrix, rows, columns);
    const chosen = rows <= this.maxDonors ? undefined : new SeededRandom(this.seed).sample(rows, this.maxDonors);
    const donorRows = chosen?.length ?? rows;
    const donors = new Float64Array(donorRows * columns);
    for (let donor = 0; donor < donorRows; donor++) {
      const from = (chosen === undefined ? donor : (chosen[donor] as number)) * columns;
      donors.set(matrix.subarray(from, from + columns), donor * columns);
    }
    this.#donors = donors;
    this.#donorRows = donorRows;
    this.#means = meansOf(donors, donorRows, columns);
    return this;
  }

  /**
   * A copy without missing values.
   * @throws RangeError when the shape is not that of the fitted columns; TypeError before `fit`.
   */
  transform(matrix: Float64Array, rows: number): Float64Array {
    const donors = this.#donors;
    if (donors === undefined) throw new TypeError('KNNImputer is not fitted yet: call fit() first');
    const columns = this.#means.length;
    requireShape(matrix, rows, columns);
    const filled = matrix.slice();
    const imputed = new Uint32Array(columns);
    const distances = new Float64Array(this.#donorRows);
    for (let row = 0; row < rows; row++) {
      const own = matrix.subarray(row * columns, (row + 1) * columns);
      if (!own.some(Number.isNaN)) continue;
      this.#distancesTo(own, donors, distances);
      for (let column = 0; column < columns; column++) {
        if (!Number.isNaN(own[column])) continue;
        imputed[column] = (imputed[column] as number) + 1;
        filled[row * columns + column] = this.#valueFrom(donors, distances, column);
      }
    }
    this.#imputed = imputed;
    return filled;
  }

  fitTransform(matrix: Float64Array, rows: number, columns: number): Float64Array {
    return this.fit(matrix, rows, columns).transform(matrix, rows);
  }

  /** Squares of the distances to every donor; NaN where no column is shared. */
  #distancesTo(own: Float64Array, donors: Float64Array, distances: Float64Array): void {
    const columns = own.length;
    const known = Uint32Array.from(own.keys()).filter((column) => !Number.isNaN(own[column]));
    for (let donor = 0, base = 0; donor < distances.length; donor++, base += columns) {
      let square = 0;
      let shared = 0;
      for (let place = 0; place < known.length; place++) {
        const column = known[place] as number;
        const away = (own[column] as number) - (donors[base + column] as number);
        // NaN is the only value that is not itself: the donor does not have this column.
        if (away !== away) continue;
        square += away * away;
        shared++;
      }
      distances[donor] = shared === 0 ? Number.NaN : (square * columns) / shared;
    }
  }

  #valueFrom(donors: Float64Array, distances: Float64Array, column: number): number {
    const columns = this.#means.length;
    const near = new Float64Array(this.nNeighbors).fill(Number.POSITIVE_INFINITY);
    const values = new Float64Array(this.nNeighbors);
    let count = 0;
    for (let donor = 0; donor < distances.length; donor++) {
      const distance = distances[donor] as number;
      const value = donors[donor * columns + column] as number;
      if (Number.isNaN(value) || Number.isNaN(distance)) continue;
      if (count === near.length && distance >= (near[count - 1] as number)) continue;
      let place = count === near.length ? count - 1 : count++;
      for (; place > 0 && (near[place - 1] as number) > distance; place--) {
        near[place] = near[place - 1] as number;
        values[place] = values[place - 1] as number;
      }
      near[place] = distance;
      values[place] = value;
    }
    if (count === 0) return this.#means[column] as number;
    let sum = 0;
    let weight = 0;
    const atZero = near[0] === 0;
    for (let place = 0; place < count; place++) {
      const own = this.weights === 'uniform' ? 1 : atZero ? Number(near[place] === 0) : 1 / Math.sqrt(near[place] as number);
      sum += own * (values[place] as number);
      weight += own;
    }
    return sum / weight;
  }
}

function meansOf(matrix: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, column) => {
    let sum = 0;
    let count = 0;
    for (let row = 0; row < rows; row++) {
      const value = matrix[row * columns + column] as number;
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
    return count === 0 ? 0 : sum / count;
  });
}
