import { symmetricEigen } from './symmetric-eigen.ts';

/**
 * Principal component analysis: the orthogonal directions of largest variance, by the eigenvectors of the covariance matrix. Each
 * direction's largest component is positive, so that pictures of two cycles are not mirrored. Standardise columns first when their units
 * differ.
 *
 * Source: I. Jolliffe, "Principal Component Analysis", 2nd edition (2002), chapter 3; conventions of scikit-learn's `PCA`.
 */
export class PCA {
  readonly nComponents: number;
  #columns = 0;
  #mean: Float64Array | undefined;
  #components = new Float64Array();
  #explainedVariance = new Float64Array();
  #totalVariance = 0;

  /** @throws RangeError unless nComponents is a positive integer. */
  constructor({ nComponents = 2 }: { readonly nComponents?: number } = {}) {
    if (!Number.isInteger(nComponents) || nComponents < 1) throw new RangeError(`nComponents must be a positive integer, not ${nComponents}`);
    this.nComponents = nComponents;
  }

  /**
   * @param matrix row-major rows x columns.
   * @throws RangeError when the shape does not fit, a value is not finite, there are fewer than 2 rows or fewer columns than nComponents.
   */
  fit(matrix: Float32Array | Float64Array, rows: number, columns: number): this {
    if (matrix.length !== rows * columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * columns}`);
    if (rows < 2) throw new RangeError(`a variance needs at least 2 rows, not ${rows}`);
    if (columns < this.nComponents) throw new RangeError(`${columns} columns have no nComponents = ${this.nComponents} components`);
    const mean = new Float64Array(columns);
    for (let place = 0; place < matrix.length; place++) mean[place % columns] = mean[place % columns]! + matrix[place]!;
    for (let column = 0; column < columns; column++) mean[column] = mean[column]! / rows;
    const covariance = new Float64Array(columns * columns);
    const away = new Float64Array(columns);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) away[column] = matrix[row * columns + column]! - mean[column]!;
      for (let i = 0; i < columns; i++) for (let j = i; j < columns; j++) covariance[i * columns + j] = covariance[i * columns + j]! + away[i]! * away[j]!;
    }
    for (let place = 0; place < covariance.length; place++) covariance[place] = covariance[place]! / (rows - 1);
    const { values, vectors } = symmetricEigen(covariance, columns);
    this.#columns = columns;
    this.#mean = mean;
    this.#components = vectors.slice(0, this.nComponents * columns);
    this.#explainedVariance = values.slice(0, this.nComponents).map((value) => Math.max(0, value));
    this.#totalVariance = values.reduce((sum, value) => sum + Math.max(0, value), 0);
    return this;
  }

  /**
   * Coordinates of rows along the components, row-major rows x nComponents.
   * @throws RangeError when the shape does not fit.
   */
  transform(matrix: Float32Array | Float64Array, rows: number): Float64Array {
    const mean = this.#fitted;
    const columns = this.#columns;
    if (matrix.length !== rows * columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * columns}`);
    const coordinates = new Float64Array(rows * this.nComponents);
    for (let row = 0; row < rows; row++) {
      for (let component = 0; component < this.nComponents; component++) {
        let sum = 0;
        for (let column = 0; column < columns; column++) sum += (matrix[row * columns + column]! - mean[column]!) * this.#components[component * columns + column]!;
        coordinates[row * this.nComponents + component] = sum;
      }
    }
    return coordinates;
  }

  /** Directions of length 1, row-major nComponents x columns, that of the largest variance first. */
  get components(): Float64Array {
    void this.#fitted;
    return this.#components;
  }

  /** Variance along each component (divisor rows - 1), in squared units of the matrix. */
  get explainedVariance(): Float64Array {
    void this.#fitted;
    return this.#explainedVariance;
  }

  /** Share of the whole variance along each component; zeros when no column varies. */
  get explainedVarianceRatio(): Float64Array {
    void this.#fitted;
    return this.#explainedVariance.map((variance) => (this.#totalVariance === 0 ? 0 : variance / this.#totalVariance));
  }

  get #fitted(): Float64Array {
    if (this.#mean === undefined) throw new TypeError('PCA is not fitted yet: call fit() first');
    return this.#mean;
  }
}
