import { SeededRandom } from '../random/seeded-random.ts';
import { presentColumns } from './present-values.ts';
import { requireShape } from './require-shape.ts';
import { StandardScaler } from './standard-scaler.ts';
import { likeliestLambda, yeoJohnson } from './yeo-johnson.ts';

export interface PowerTransformerOptions {
  /** Brings the transformed columns to mean 0 and deviation 1; true when not given. */
  readonly standardize?: boolean;
  /** Values of a column that its lambda is found from: a sample where there are more. Infinity takes them all. */
  readonly maxSamples?: number;
  readonly seed?: number;
}

/**
 * Makes each column as normal as a power can (Yeo-Johnson, lambda by maximum likelihood), as scikit-learn's
 * `PowerTransformer(method='yeo-johnson')`. Missing values (NaN) are left out of the figures and left as they are; a constant column gets
 * lambda 1.
 *
 * Source: yeo-johnson.ts.
 */
export class PowerTransformer {
  readonly standardize: boolean;
  readonly maxSamples: number;
  readonly seed: number;
  #lambdas: Float64Array | undefined;
  #scaler: StandardScaler | undefined;

  /** @throws RangeError when maxSamples is under 2. */
  constructor({ standardize = true, maxSamples = 2000, seed = 0 }: PowerTransformerOptions = {}) {
    this.standardize = standardize;
    this.maxSamples = maxSamples;
    this.seed = seed;
    if (!(maxSamples >= 2)) throw new RangeError(`maxSamples must be 2 or more, not ${maxSamples}`);
  }

  /** Exponent of each column. */
  get lambdas(): Float64Array {
    if (this.#lambdas === undefined) throw new TypeError('PowerTransformer is not fitted yet: call fit() first');
    return this.#lambdas;
  }

  /** Mean and deviation of each transformed column; TypeError where they are not standardised. */
  get scaler(): StandardScaler {
    if (this.#scaler === undefined) throw new TypeError('PowerTransformer has no scaler: fit it with standardize');
    return this.#scaler;
  }

  /**
   * @param matrix row-major rows x columns.
   * @throws RangeError when the shape is wrong or a value is infinite.
   */
  fit(matrix: Float64Array, rows: number, columns: number): this {
    this.fitTransform(matrix, rows, columns);
    return this;
  }

  /**
   * A transformed copy.
   * @throws RangeError when the shape is not that of the fitted columns; TypeError before `fit`.
   */
  transform(matrix: Float64Array, rows: number): Float64Array {
    const powered = this.#power(matrix, rows);
    return this.#scaler === undefined ? powered : this.#scaler.transform(powered, rows);
  }

  fitTransform(matrix: Float64Array, rows: number, columns: number): Float64Array {
    requireShape(matrix, rows, columns);
    const lambdas = new Float64Array(columns);
    let column = 0;
    for (const present of presentColumns(matrix, rows, columns)) lambdas[column++] = likeliestLambda(this.#sampleOf(present));
    this.#lambdas = lambdas;
    const powered = this.#power(matrix, rows);
    if (!this.standardize) return powered;
    this.#scaler = new StandardScaler().fit(powered, rows, columns);
    return this.#scaler.transform(powered, rows);
  }

  #sampleOf(present: Float64Array): Float64Array {
    for (let place = 0; place < present.length; place++) if (!Number.isFinite(present[place])) throw new RangeError('matrix has an infinite value');
    if (present.length <= this.maxSamples) return present;
    return Float64Array.from(new SeededRandom(this.seed).sample(present.length, this.maxSamples), (place) => present[place] as number);
  }

  #power(matrix: Float64Array, rows: number): Float64Array {
    const { lambdas } = this;
    const columns = lambdas.length;
    requireShape(matrix, rows, columns);
    const powered = new Float64Array(matrix.length);
    for (let place = 0, column = 0; place < matrix.length; place++) {
      powered[place] = yeoJohnson(matrix[place] as number, lambdas[column] as number);
      column = column + 1 === columns ? 0 : column + 1;
    }
    return powered;
  }
}
