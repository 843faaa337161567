import { UMAP as UmapOfGoogle } from 'umap-js';
import { SeededRandom } from '../random/seeded-random.ts';

export interface UMAPOptions {
  readonly nComponents?: number;
  /** Neighbours that a row is kept near to: few show small groups, many the whole. */
  readonly nNeighbors?: number;
  /** Least distance of two points in the picture. */
  readonly minDist?: number;
  /** Passes of the layout; by the number of rows when not given. */
  readonly nEpochs?: number;
  readonly seed?: number;
}

/**
 * Uniform manifold approximation and projection, for pictures: rows that are near each other come to lie near each other; distances between groups and
 * their sizes mean nothing. By umap-js, whose layout goes with rows * epochs in the calling thread: some thousand rows, in a worker thread where others wait.
 * The same input and seed give the same bytes.
 *
 * Source: L. McInnes, J. Healy, J. Melville, "UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction", arXiv:1802.03426 (2018).
 */
export class UMAP {
  readonly nComponents: number;
  readonly nNeighbors: number;
  readonly minDist: number;
  readonly nEpochs: number | undefined;
  readonly seed: number;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: UMAPOptions = {}) {
    this.nComponents = options.nComponents ?? 2;
    this.nNeighbors = options.nNeighbors ?? 15;
    this.minDist = options.minDist ?? 0.1;
    this.nEpochs = options.nEpochs;
    this.seed = options.seed ?? 0;
    for (const [name, value] of Object.entries({ nComponents: this.nComponents, nNeighbors: this.nNeighbors, nEpochs: this.nEpochs ?? 1 })) {
      if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be a positive integer, not ${value}`);
    }
    if (!(this.minDist >= 0 && this.minDist <= 1)) throw new RangeError(`minDist must be in [0, 1], not ${this.minDist}`);
  }

  /**
   * @param matrix row-major rows x columns, finite values in comparable units (standardise first).
   * @returns coordinates, row-major rows x nComponents, without a unit.
   * @throws RangeError when the shape is wrong, a value is not finite, or there are not more rows than neighbours.
   */
  fitTransform(matrix: Float32Array | Float64Array, rows: number, columns: number): Float64Array {
    if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`columns must be a positive integer, not ${columns}`);
    if (matrix.length !== rows * columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * columns}`);
    if (!matrix.every(Number.isFinite)) throw new RangeError('matrix has a value that is not finite');
    if (rows <= this.nNeighbors) throw new RangeError(`${rows} rows are not more than nNeighbors = ${this.nNeighbors}`);
    const random = new SeededRandom(this.seed);
    const layout = new UmapOfGoogle({ nComponents: this.nComponents, nNeighbors: this.nNeighbors, minDist: this.minDist, nEpochs: this.nEpochs, random: () => random.uniform() });
    return Float64Array.from(layout.fit(Array.from({ length: rows }, (_, row) => [...matrix.subarray(row * columns, (row + 1) * columns)])).flat());
  }
}
