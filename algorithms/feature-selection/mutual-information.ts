import { requireShape } from '../preprocess/require-shape.ts';
import { SeededRandom } from '../random/seeded-random.ts';

export interface MutualInformationOptions {
  readonly nNeighbors?: number;
  /** Rows looked at: a sample where there are more. Infinity takes them all. */
  readonly maxSamples?: number;
  readonly seed?: number;
}

const eulerGamma = 0.5772156649015329;

/**
 * Mutual information of each column with a class, in nats: how much of who is in which class the column tells, whatever the shape of
 * the relation. By nearest neighbours within the class, as scikit-learn's `mutual_info_classif` for continuous columns. Where values
 * are equally far, all of them count as neighbours (after Gao and others): scikit-learn shakes the values with noise instead, and its
 * figure for counts changes with the noise.
 *
 * Sources: B. Ross, "Mutual Information between Discrete and Continuous Data Sets", PLoS ONE 9 (2014); W. Gao, S. Kannan, S. Oh,
 * P. Viswanath, "Estimating mutual information for discrete-continuous mixtures", NIPS 2017.
 *
 * @param matrix row-major rows x columns, finite.
 * @param y class of each row, as integers of 0 and up.
 * @throws RangeError when a shape is wrong or an option out of its range.
 */
export function mutualInformation(matrix: Float64Array, rows: number, columns: number, y: ArrayLike<number>, { nNeighbors = 3, maxSamples = 5000, seed = 0 }: MutualInformationOptions = {}): Float64Array {
  requireShape(matrix, rows, columns);
  if (y.length !== rows) throw new RangeError(`y has ${y.length} values, not rows = ${rows}`);
  if (!Number.isInteger(nNeighbors) || nNeighbors < 1) throw new RangeError(`nNeighbors must be a positive integer, not ${nNeighbors}`);
  if (!(maxSamples >= 2)) throw new RangeError(`maxSamples must be 2 or more, not ${maxSamples}`);
  const looked = rows <= maxSamples ? Uint32Array.from({ length: rows }, (_, row) => row) : new SeededRandom(seed).sample(rows, maxSamples);

  let classes = 0;
  for (const row of looked) classes = Math.max(classes, (y[row] as number) + 1);
  const sizes = new Uint32Array(classes);
  for (const row of looked) sizes[y[row] as number] = (sizes[y[row] as number] as number) + 1;
  // A class of one row has no neighbours and is left out.
  const members = Array.from(sizes, (size, label) => (size > 1 ? looked.filter((row) => y[row] === label) : new Uint32Array(0)));
  const total = members.reduce((sum, { length }) => sum + length, 0);
  if (total === 0) return new Float64Array(columns);
  const digamma = digammaOfIntegers(total);

  const all = new Float64Array(total);
  return Float64Array.from({ length: columns }, (_, column) => {
    const groups = members.map((own) => Float64Array.from(own, (row) => matrix[row * columns + column] as number).sort());
    let filled = 0;
    for (const group of groups) {
      all.set(group, filled);
      filled += group.length;
    }
    all.sort();
    let sum = 0;
    for (const group of groups) sum += group.length === 0 ? 0 : termsOf(group, all, nNeighbors, digamma);
    return Math.max(0, (digamma[total] as number) + sum / total);
  });
}

/** Sum over a class of digamma(neighbours in the class) - digamma(class) - digamma(neighbours of any class within the same distance). */
function termsOf(group: Float64Array, all: Float64Array, nNeighbors: number, digamma: Float64Array): number {
  const size = group.length;
  const k = Math.min(nNeighbors, size - 1);
  let sum = 0;
  // The k nearest of a value are a run of k + 1 sorted ones that holds it, and runs only move up as the value does.
  let first = 0;
  for (let place = 0; place < size; place++) {
    const value = group[place] as number;
    while (first + k < place || (first < place && first + k + 1 < size && (group[first + k + 1] as number) - value < value - (group[first] as number))) first++;
    const radius = Math.max(value - (group[first] as number), (group[first + k] as number) - value);
    sum += (digamma[countWithin(group, value, radius) - 1] as number) - (digamma[size] as number) - (digamma[countWithin(all, value, radius) - 1] as number);
  }
  return sum;
}

/** How many ascending values are no farther from one of them than a radius, that one included. */
function countWithin(ascending: Float64Array, value: number, radius: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value - (ascending[middle] as number) > radius) low = middle + 1;
    else high = middle;
  }
  const first = low;
  high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) - value <= radius) low = middle + 1;
    else high = middle;
  }
  return low - first;
}

/** Digamma of 0 to n; that of 0 is not used. */
function digammaOfIntegers(n: number): Float64Array {
  const digamma = new Float64Array(n + 1);
  digamma[1] = -eulerGamma;
  for (let place = 2; place <= n; place++) digamma[place] = (digamma[place - 1] as number) + 1 / (place - 1);
  return digamma;
}
