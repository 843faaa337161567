import { SeededRandom } from '../random/seeded-random.ts';
import { binThresholds } from './bin-thresholds.ts';
import { TreeWalker } from './boosted-trees.ts';
import { classWeightsOf } from './class-weights.ts';
import { growBoostedTrees } from './grow-boosted-trees.ts';

export interface GradientBoostingOptions {
  /** Share of each tree's answer that is kept. */
  readonly learningRate?: number;
  /** Most trees. */
  readonly maxIter?: number;
  readonly maxLeafNodes?: number;
  /** Most splits between a tree's root and a leaf; no bound but that of the leaves when not given. */
  readonly maxDepth?: number;
  /** No leaf has fewer rows of training. */
  readonly minSamplesLeaf?: number;
  readonly l2Regularization?: number;
  /** Most bins of a column, up to 256. */
  readonly maxBins?: number;
  /** Whether rows are set aside to say when to stop; `auto` does with more than 10,000 rows. */
  readonly earlyStopping?: boolean | 'auto';
  /** Share of each class that is set aside. */
  readonly validationFraction?: number;
  /** Trees in a row that may gain nothing on the rows set aside. */
  readonly nIterNoChange?: number;
  /** Gain in log loss on the rows set aside that counts as none. */
  readonly tol?: number;
  /** Weight of the rows of class 0 and class 1, or `balanced`: inversely to how often each class occurs. */
  readonly classWeight?: 'balanced' | readonly [number, number];
  readonly seed?: number;
  /** Threads for large matrices; changes the time, never the result. */
  readonly nThreads?: number;
}

/** Rows above which rows are set aside by `auto`. */
const rowsWorthStopping = 10_000;
/** Sums of so many gradients still fit 32 bits with room for their fractions. */
const mostRows = 2 ** 26;

/**
 * Gradient boosted trees for two classes: each tree is a Newton step on the log loss, grown leaf by leaf on columns cut into bins.
 * Hyper-parameters and their defaults are those of scikit-learn's HistGradientBoostingClassifier, and it stops as that does. Gradients
 * are added as whole numbers, rounded up or down by chance, so the bytes of a result do not depend on the number of threads. Columns
 * need not be scaled.
 *
 * Source: J. Friedman, "Greedy function approximation: a gradient boosting machine", Annals of Statistics 29 (2001); G. Ke and others,
 * "LightGBM: a highly efficient gradient boosting decision tree", NeurIPS 2017; Y. Shi and others, "Quantized training of gradient
 * boosting decision trees", NeurIPS 2022.
 */
export class GradientBoostingClassifier {
  readonly learningRate: number;
  readonly maxIter: number;
  readonly maxLeafNodes: number;
  readonly maxDepth: number;
  readonly minSamplesLeaf: number;
  readonly l2Regularization: number;
  readonly maxBins: number;
  readonly earlyStopping: boolean | 'auto';
  readonly validationFraction: number;
  readonly nIterNoChange: number;
  readonly tol: number;
  readonly classWeight: 'balanced' | readonly [number, number];
  readonly seed: number;
  readonly nThreads: number;
  #fitted: Fitted | undefined;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: GradientBoostingOptions = {}) {
    this.learningRate = options.learningRate ?? 0.1;
    this.maxIter = options.maxIter ?? 100;
    this.maxLeafNodes = options.maxLeafNodes ?? 31;
    this.maxDepth = options.maxDepth ?? Number.POSITIVE_INFINITY;
    this.minSamplesLeaf = options.minSamplesLeaf ?? 20;
    this.l2Regularization = options.l2Regularization ?? 0;
    this.maxBins = options.maxBins ?? 255;
    this.earlyStopping = options.earlyStopping ?? 'auto';
    this.validationFraction = options.validationFraction ?? 0.1;
    this.nIterNoChange = options.nIterNoChange ?? 10;
    this.tol = options.tol ?? 1e-7;
    this.classWeight = options.classWeight ?? [1, 1];
    this.seed = options.seed ?? 0;
    this.nThreads = options.nThreads ?? 2;
    if (!(this.learningRate > 0 && Number.isFinite(this.learningRate))) throw new RangeError(`learningRate must be positive, not ${this.learningRate}`);
    for (const name of ['maxIter', 'minSamplesLeaf', 'nIterNoChange', 'nThreads'] as const) {
      if (!Number.isInteger(this[name]) || this[name] < 1) throw new RangeError(`${name} must be a positive integer, not ${this[name]}`);
    }
    if (!Number.isInteger(this.maxLeafNodes) || this.maxLeafNodes < 2) throw new RangeError(`maxLeafNodes must be an integer of at least 2, not ${this.maxLeafNodes}`);
    if (!(this.maxDepth >= 1)) throw new RangeError(`maxDepth must be at least 1, not ${this.maxDepth}`);
    if (!(this.l2Regularization >= 0 && Number.isFinite(this.l2Regularization))) throw new RangeError(`l2Regularization must be at least 0, not ${this.l2Regularization}`);
    if (!Number.isInteger(this.maxBins) || this.maxBins < 2 || this.maxBins > 256) throw new RangeError(`maxBins must be an integer in [2, 256], not ${this.maxBins}`);
    if (!(this.validationFraction > 0 && this.validationFraction < 1)) throw new RangeError(`validationFraction must be between 0 and 1, not ${this.validationFraction}`);
    if (!(this.tol >= 0)) throw new RangeError(`tol must be at least 0, not ${this.tol}`);
    if (!Number.isInteger(this.seed)) throw new RangeError(`seed must be an integer, not ${this.seed}`);
    if (this.classWeight !== 'balanced' && !this.classWeight.every((weight) => weight > 0)) throw new RangeError('classWeight must be positive');
  }

  /**
   * @param x row-major rows x columns, finite.
   * @param y class of each row, 0 or 1, both occurring among the rows that are learned from.
   * @throws RangeError when the shapes do not fit, a value is not finite, only one class occurs, or the rows are more than 2^26 or 4 GB.
   */
  fit(x: Float64Array | Float32Array, rows: number, columns: number, y: Uint8Array): this {
    if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`columns must be a positive integer, not ${columns}`);
    if (x.length !== rows * columns) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * columns}`);
    if (rows > mostRows) throw new RangeError(`boosted trees take up to ${mostRows} rows, not ${rows}`);
    const classWeights = classWeightsOf(this.classWeight, y, rows);
    const thresholds = binThresholds(x, rows, columns, this.maxBins, this.seed);
    const stops = this.earlyStopping === 'auto' ? rows > rowsWorthStopping : this.earlyStopping;
    const { learned, judging } = this.#setAside(y, stops ? this.validationFraction : 0);
    const grown = growBoostedTrees({ x, columns, y, learned, judging, thresholds }, {
      learningRate: this.learningRate, maxIter: this.maxIter, maxLeafNodes: this.maxLeafNodes, maxDepth: this.maxDepth, minSamplesLeaf: this.minSamplesLeaf,
      l2Regularization: this.l2Regularization, nIterNoChange: this.nIterNoChange, tol: this.tol, classWeights, seed: this.seed, nThreads: this.nThreads,
    });
    const total = grown.gains.reduce((sum, gain) => sum + gain, 0);
    this.#fitted = {
      walker: new TreeWalker(grown, thresholds), start: grown.start, iterations: grown.roots.length, converged: grown.converged,
      importances: grown.gains.map((gain) => (total === 0 ? 0 : gain / total)),
    };
    return this;
  }

  /** Share of each column in what all splits lowered the loss by; 0 everywhere where nothing could be split. */
  get featureImportances(): Float64Array {
    return this.#known.importances;
  }

  /** Trees that were grown. */
  get iterations(): number {
    return this.#known.iterations;
  }

  /** Whether the rows set aside gained nothing more; false where none were. */
  get converged(): boolean {
    return this.#known.converged;
  }

  /**
   * Log odds of class 1 of each row.
   * @param x row-major rows x columns, as many columns as were fitted.
   * @throws RangeError when the shape is wrong; TypeError before `fit`.
   */
  decisionFunction(x: Float64Array | Float32Array, rows: number): Float64Array {
    const { walker, start, importances } = this.#known;
    if (x.length !== rows * importances.length) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * importances.length}`);
    return walker.logOdds(x, rows, start);
  }

  /** Probability of class 1 of each row. Throws as `decisionFunction` does. */
  predictProbability(x: Float64Array | Float32Array, rows: number): Float64Array {
    return this.decisionFunction(x, rows).map((odds) => 1 / (1 + Math.exp(-odds)));
  }

  /** Class of each row, 0 or 1: the likelier one. Throws as `decisionFunction` does. */
  predict(x: Float64Array | Float32Array, rows: number): Uint8Array {
    return Uint8Array.from(this.decisionFunction(x, rows), (odds) => Number(odds > 0));
  }

  get #known(): Fitted {
    if (this.#fitted === undefined) throw new TypeError('GradientBoostingClassifier is not fitted yet: call fit() first');
    return this.#fitted;
  }

  /** The same share of each class, drawn; a class keeps at least one row to be learned from. */
  #setAside(y: Uint8Array, share: number): { readonly learned: Uint32Array; readonly judging: Uint32Array } {
    const isAside = new Uint8Array(y.length);
    const random = new SeededRandom(this.seed);
    if (share > 0) {
      for (const label of [0, 1]) {
        const members: number[] = [];
        for (let row = 0; row < y.length; row++) if (y[row] === label) members.push(row);
        for (const place of random.sample(members.length, Math.min(members.length - 1, Math.round(share * members.length)))) isAside[members[place]!] = 1;
      }
    }
    const learned = new Uint32Array(y.length);
    const judging = new Uint32Array(y.length);
    let [kept, set] = [0, 0];
    for (let row = 0; row < y.length; row++) {
      if (isAside[row] === 1) judging[set++] = row;
      else learned[kept++] = row;
    }
    return { learned: learned.slice(0, kept), judging: judging.slice(0, set) };
  }
}

interface Fitted {
  readonly walker: TreeWalker;
  readonly start: number;
  readonly importances: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}
