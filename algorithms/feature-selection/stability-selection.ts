import { LogisticRegression } from '../predict/logistic-regression.ts';
import { requireShape } from '../preprocess/require-shape.ts';
import { SeededRandom } from '../random/seeded-random.ts';

export interface StabilitySelectionOptions {
  /** Halves of the rows that columns are selected on. */
  readonly nResamples?: number;
  /** Columns selected on each half, the strongest first; half of them when not given. */
  readonly nFeatures?: number;
  /** Share of the halves on which a column must have been selected, in (0.5, 1]. */
  readonly threshold?: number;
  /** Rows looked at: a sample where there are more. */
  readonly maxSamples?: number;
  readonly seed?: number;
}

/** The penalty is loosened in steps until enough columns have a coefficient; a step lets in few at a time. */
const [penaltySteps, loosestPenalty] = [16, 0.01];

/**
 * Keeps the columns that an L1-penalised logistic regression selects again and again on random halves of the rows, whatever half it is
 * given: one fit's choice among columns that tell much the same is chance. Halves keep the share of both classes. On each the penalty is
 * loosened until `nFeatures` columns have a coefficient.
 *
 * Source: N. Meinshausen, P. Bühlmann, "Stability selection", J. Royal Statistical Society B 72 (2010), with the bound of its theorem 1.
 */
export class StabilitySelection {
  readonly nResamples: number;
  readonly nFeatures: number | undefined;
  readonly threshold: number;
  readonly maxSamples: number;
  readonly seed: number;
  #frequencies: Float64Array | undefined;
  #selected = 0;

  /** @throws RangeError when an option is out of its range. */
  constructor({ nResamples = 50, nFeatures, threshold = 0.6, maxSamples = 2000, seed = 0 }: StabilitySelectionOptions = {}) {
    this.nResamples = nResamples;
    this.nFeatures = nFeatures;
    this.threshold = threshold;
    this.maxSamples = maxSamples;
    this.seed = seed;
    if (!Number.isInteger(nResamples) || nResamples < 1) throw new RangeError(`nResamples must be a positive integer, not ${nResamples}`);
    if (nFeatures !== undefined && !(Number.isInteger(nFeatures) && nFeatures >= 1)) throw new RangeError(`nFeatures must be a positive integer, not ${nFeatures}`);
    if (!(threshold > 0.5 && threshold <= 1)) throw new RangeError(`threshold must be in (0.5, 1], not ${threshold}`);
    if (!(maxSamples >= 4)) throw new RangeError(`maxSamples must be 4 or more, not ${maxSamples}`);
  }

  /** Share of the halves on which each column was selected. */
  get frequencies(): Float64Array {
    if (this.#frequencies === undefined) throw new TypeError('StabilitySelection is not fitted yet: call fit() first');
    return this.#frequencies;
  }

  /** Whether each column was selected on enough halves. */
  get support(): boolean[] {
    return Array.from(this.frequencies, (frequency) => frequency >= this.threshold);
  }

  /** Columns of no influence that are expected in the support at most: q^2 / ((2 threshold - 1) columns), q selected on a half on average. */
  get expectedFalse(): number {
    return this.#selected ** 2 / ((2 * this.threshold - 1) * this.frequencies.length);
  }

  /**
   * @param x row-major rows x columns, finite, columns of one scale.
   * @param y class of each row, 0 or 1, each at least twice.
   * @throws RangeError when the shapes do not fit, a value is not finite, or a class occurs less than twice.
   */
  fit(x: Float64Array, rows: number, columns: number, y: Uint8Array): this {
    requireShape(x, rows, columns);
    if (y.length !== rows) throw new RangeError(`y has ${y.length} values, not rows = ${rows}`);
    const random = new SeededRandom(this.seed);
    const looked = rows <= this.maxSamples ? Uint32Array.from({ length: rows }, (_, row) => row) : random.sample(rows, this.maxSamples);
    const classes = [0, 1].map((label) => looked.filter((row) => y[row] === label));
    const halves = classes.map(({ length }) => Math.floor(length / 2));
    if (halves.some((half) => half < 1)) throw new RangeError('each class must occur at least twice');
    const half = halves.reduce((sum, size) => sum + size, 0);
    const wanted = Math.min(this.nFeatures ?? Math.ceil(columns / 2), columns);

    const matrix = new Float64Array(half * columns);
    const labels = new Uint8Array(half).fill(1, halves[0]);
    const counts = new Float64Array(columns);
    let selected = 0;
    for (let resample = 0; resample < this.nResamples; resample++) {
      let place = 0;
      classes.forEach((members, label) => {
        for (const chosen of random.sample(members.length, halves[label] as number)) {
          const from = (members[chosen] as number) * columns;
          matrix.set(x.subarray(from, from + columns), place++ * columns);
        }
      });
      for (const column of strongest(matrix, half, columns, labels, wanted)) {
        counts[column] = (counts[column] as number) + 1;
        selected++;
      }
    }
    this.#frequencies = counts.map((count) => count / this.nResamples);
    this.#selected = selected / this.nResamples;
    return this;
  }
}

/** The columns that get a coefficient first when the penalty is loosened. */
function strongest(x: Float64Array, rows: number, columns: number, y: Uint8Array, wanted: number): number[] {
  const tightest = 1 / steepestSlope(x, rows, columns, y);
  if (!Number.isFinite(tightest)) return [];
  let coefficients: Float64Array = new Float64Array(columns);
  for (let step = 1; step <= penaltySteps; step++) {
    const C = tightest / loosestPenalty ** (step / penaltySteps);
    coefficients = new LogisticRegression({ C, l1Ratio: 1, tol: 1e-4, nThreads: 1 }).fit(x, rows, columns, y).coefficients;
    if (coefficients.filter((coefficient) => coefficient !== 0).length >= wanted) break;
  }
  const size = (column: number): number => Math.abs(coefficients[column] as number);
  return Array.from(coefficients.keys()).filter((column) => size(column) > 0).sort((a, b) => size(b) - size(a) || a - b).slice(0, wanted);
}

/** Largest slope of the sum of the losses in a coefficient where all are 0: the penalty at which the first column comes in. */
function steepestSlope(x: Float64Array, rows: number, columns: number, y: Uint8Array): number {
  let positives = 0;
  for (const label of y) positives += label;
  const rate = positives / rows;
  const slopes = new Float64Array(columns);
  for (let row = 0, place = 0; row < rows; row++) {
    const away = (y[row] as number) - rate;
    for (let column = 0; column < columns; column++, place++) slopes[column] = (slopes[column] as number) + away * (x[place] as number);
  }
  return slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
}
