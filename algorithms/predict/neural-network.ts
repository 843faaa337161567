import { setImmediate } from 'node:timers/promises';
import { SeededRandom } from '../random/seeded-random.ts';
import { DenseLayers } from './dense-layers.ts';
import type { Activation, Layer, OutputKind, Step } from './dense-layers.ts';

export interface NeuralNetworkOptions {
  /** Widths of the layers between the columns and the output. */
  readonly hiddenLayerSizes?: readonly number[];
  readonly activation?: Activation;
  readonly loss?: 'crossEntropy' | 'squaredError';
  /** `sigmoid` for probabilities; `identity`, which goes with the squared error, for any number. */
  readonly outputActivation?: 'sigmoid' | 'identity';
  readonly solver?: 'sgd' | 'adam';
  readonly learningRate?: number;
  /** Of `sgd`, in [0, 1). */
  readonly momentum?: number;
  readonly nesterovsMomentum?: boolean;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** L2 penalty: alpha times half the squared weights is added to each batch's sum of losses; biases are free. */
  readonly alpha?: number;
  /** Share of the hidden outputs that each batch goes without, in [0, 1). */
  readonly dropout?: number;
  readonly batchSize?: number;
  /** Most passes over the rows. */
  readonly maxIter?: number;
  /** A pass that lowers the mean loss by less than this counts as no change. */
  readonly tol?: number;
  /** Passes without change after which fitting ends. */
  readonly nIterNoChange?: number;
  /** Judges passes by rows set aside, and keeps the weights that were best on them. */
  readonly earlyStopping?: boolean;
  /** Share of the rows set aside. */
  readonly validationFraction?: number;
  readonly seed?: number;
  /** Threads for large matrices; changes the time, never the result. */
  readonly nThreads?: number;
}

type Settings = Required<NeuralNetworkOptions>;

/** Rows told at a time, and multiplications of a fit below which no thread is started. */
const tellRows = 16_384;
const worthThreads = 100_000_000;
/** Multiplications after which other work of the process has its turn; some milliseconds. */
const turn = 50_000_000;

/**
 * A feed-forward network of dense layers with one output, learning by back-propagation over mini-batches on the SIMD kernel of
 * dense-layers.as.ts. Options, defaults and stopping rules are scikit-learn's (`MLPClassifier`, `MLPRegressor`), except that early
 * stopping looks at the loss of the rows set aside, not at their accuracy, and that dropout exists. Weights start as Glorot's uniform
 * draw. Standardise the columns first. Memory: the rows once more, in Float32.
 *
 * Source: I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), chapters 6 to 8; X. Glorot, Y. Bengio, "Understanding the
 * difficulty of training deep feedforward neural networks", AISTATS 2010; D. Kingma, J. Ba, "Adam", ICLR 2015; N. Srivastava and others,
 * "Dropout", JMLR 15 (2014).
 */
export class NeuralNetwork {
  readonly options: Settings;
  #layers: readonly Layer[] | undefined;
  #lossCurve: readonly number[] = [];
  #validationCurve: readonly number[] = [];
  #converged = false;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: NeuralNetworkOptions = {}) {
    const loss = options.loss ?? 'crossEntropy';
    this.options = {
      hiddenLayerSizes: [100], activation: 'relu', outputActivation: 'sigmoid', solver: 'adam', learningRate: 1e-3, momentum: 0.9, nesterovsMomentum: true,
      beta1: 0.9, beta2: 0.999, epsilon: 1e-8, alpha: 1e-4, dropout: 0, batchSize: 200, maxIter: 200, tol: 1e-4, nIterNoChange: 10, earlyStopping: false,
      validationFraction: 0.1, seed: 0, nThreads: 2, ...options, loss,
    };
    const { hiddenLayerSizes, outputActivation, batchSize, maxIter, nIterNoChange, nThreads, learningRate, epsilon, alpha, tol, validationFraction } = this.options;
    for (const [name, value] of Object.entries({ batchSize, maxIter, nIterNoChange, nThreads })) {
      if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be a positive integer, not ${value}`);
    }
    if (!hiddenLayerSizes.every((width) => Number.isInteger(width) && width > 0)) throw new RangeError(`hiddenLayerSizes must be positive integers, not ${hiddenLayerSizes.join(', ')}`);
    for (const name of ['momentum', 'beta1', 'beta2', 'dropout'] as const) {
      if (!(this.options[name] >= 0 && this.options[name] < 1)) throw new RangeError(`${name} must be in [0, 1), not ${this.options[name]}`);
    }
    for (const [name, value] of Object.entries({ learningRate, epsilon })) if (!(value > 0)) throw new RangeError(`${name} must be positive, not ${value}`);
    for (const [name, value] of Object.entries({ alpha, tol })) if (!(value >= 0)) throw new RangeError(`${name} must not be negative, but is ${value}`);
    if (!(validationFraction > 0 && validationFraction < 1)) throw new RangeError(`validationFraction must be in (0, 1), not ${validationFraction}`);
    if (loss === 'crossEntropy' && outputActivation !== 'sigmoid') throw new RangeError('the cross-entropy is of probabilities: it goes with outputActivation sigmoid');
  }

  /** Weights and biases by layer, from the columns to the output. */
  get layers(): readonly Layer[] {
    if (this.#layers === undefined) throw new TypeError('NeuralNetwork is not fitted yet: await fit() first');
    return this.#layers;
  }

  /** Mean loss of the rows learned from in each pass, as the weights moved, with the penalty. */
  get lossCurve(): readonly number[] {
    return this.#lossCurve;
  }

  /** Mean loss of the rows set aside after each pass, without the penalty; empty without early stopping. */
  get validationCurve(): readonly number[] {
    return this.#validationCurve;
  }

  /** Passes over the rows. */
  get iterations(): number {
    return this.#lossCurve.length;
  }

  /** Whether fitting ended because passes brought no change, before maxIter. */
  get converged(): boolean {
    return this.#converged;
  }

  /**
   * Learns from rows; other work of the process has its turn between batches.
   *
   * @param x row-major rows x columns, finite, rounded to Float32.
   * @param y the wanted output of each row: with a sigmoid, 0 or 1 (or a probability between).
   * @param options.signal ends the fit with its reason.
   * @throws RangeError when the shapes do not fit, a value is not finite or out of range, or rows and layers are beyond 4 GB.
   */
  async fit(x: Float64Array | Float32Array, rows: number, columns: number, y: ArrayLike<number>, { signal }: { readonly signal?: AbortSignal } = {}): Promise<this> {
    if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`columns must be a positive integer, not ${columns}`);
    if (x.length !== rows * columns) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * columns}`);
    if (y.length !== rows) throw new RangeError(`y has ${y.length} values for ${rows} rows`);
    const { hiddenLayerSizes, activation, outputActivation, earlyStopping, validationFraction, seed, nThreads } = this.options;
    const isProbability = outputActivation === 'sigmoid';
    for (let row = 0; row < rows; row++) {
      const value = y[row] as number;
      if (!Number.isFinite(value) || (isProbability && (value < 0 || value > 1))) throw new RangeError(`y of row ${row} is ${value}, which this network cannot put out`);
    }
    for (const value of x) if (!Number.isFinite(Math.fround(value))) throw new RangeError('x has a value that is not finite in Float32');

    const setAside = earlyStopping ? Math.ceil(rows * validationFraction) : 0;
    const learned = rows - setAside;
    if (learned < 1) throw new RangeError(`${rows} rows are too few to learn from and to set some aside`);
    const batchSize = Math.min(this.options.batchSize, learned);
    const widths = [columns, ...hiddenLayerSizes, 1];
    const multiplications = 3 * widths.reduce((sum, width, layer) => sum + (layer === 0 ? 0 : width * (widths[layer - 1] as number)), 0);
    const layers = new DenseLayers({
      hidden: hiddenLayerSizes, activation, output: this.#outputKind(), batchSize, capacity: rows, columns,
      nThreads: rows * multiplications < worthThreads ? 1 : nThreads,
    });
    try {
      layers.place(x, rows, y);
      const random = new SeededRandom(seed);
      layers.layers = startingLayers(widths, activation, random);
      if (earlyStopping) random.shuffle(layers.order);
      await this.#learn(layers, { rows, learned, batchSize, random, signal, batchesOfTurn: Math.max(1, Math.floor(turn / (batchSize * multiplications))) });
    } finally {
      layers.close();
    }
    return this;
  }

  /**
   * Output of each row: with a sigmoid, the probability of class 1.
   * @param x row-major rows x columns, as many columns as were fitted.
   * @throws RangeError when the shape is wrong; TypeError before `fit`.
   */
  predictProbability(x: Float64Array | Float32Array, rows: number): Float64Array {
    const fitted = this.layers;
    const columns = (fitted[0] as Layer).inputs;
    if (x.length !== rows * columns) throw new RangeError(`x has ${x.length} values, not rows x columns = ${rows * columns}`);
    const { hiddenLayerSizes, activation, outputActivation } = this.options;
    const outputs = new Float64Array(rows);
    const capacity = Math.max(1, Math.min(rows, tellRows));
    const layers = new DenseLayers({ hidden: hiddenLayerSizes, activation, output: this.#outputKind(), batchSize: 64, capacity, columns, nThreads: 1 });
    layers.layers = fitted;
    for (let first = 0; first < rows; first += capacity) {
      const count = Math.min(capacity, rows - first);
      layers.place(x.subarray(first * columns, (first + count) * columns), count);
      outputs.set(layers.tell(0, count), first);
    }
    layers.close();
    if (outputActivation === 'sigmoid') for (let row = 0; row < rows; row++) outputs[row] = 1 / (1 + Math.exp(-(outputs[row] as number)));
    return outputs;
  }

  async #learn(layers: DenseLayers, run: {
    readonly rows: number; readonly learned: number; readonly batchSize: number; readonly random: SeededRandom;
    readonly signal: AbortSignal | undefined; readonly batchesOfTurn: number;
  }): Promise<void> {
    const { solver, maxIter, tol, nIterNoChange, earlyStopping, dropout, alpha } = this.options;
    const { rows, learned, batchSize, random, signal, batchesOfTurn } = run;
    const order = layers.order.subarray(0, learned);
    const lossCurve: number[] = [];
    const validationCurve: number[] = [];
    let best = { loss: Number.POSITIVE_INFINITY, layers: layers.layers };
    let lowest = Number.POSITIVE_INFINITY;
    let withoutChange = 0;
    let batches = 0;
    while (lossCurve.length < maxIter && withoutChange <= nIterNoChange) {
      random.shuffle(order);
      let sum = 0;
      for (let first = 0; first < learned; first += batchSize) {
        const last = Math.min(first + batchSize, learned);
        sum += layers.learn(first, last, dropout, dropout === 0 ? undefined : [random.bits(), random.bits()]);
        layers.step(this.#step(solver, ++batches));
        if (batches % batchesOfTurn !== 0) continue;
        await setImmediate();
        signal?.throwIfAborted();
      }
      const trainingLoss = sum / learned + (alpha / 2) * (squaredWeights(layers.layers) / batchSize);
      if (!Number.isFinite(trainingLoss)) throw new RangeError('the weights ran away to infinity: use a smaller learningRate, or standardise x');
      lossCurve.push(trainingLoss);
      let loss = trainingLoss;
      if (earlyStopping) {
        loss = layers.learn(learned, Math.min(learned + batchSize, rows));
        for (let first = learned + batchSize; first < rows; first += batchSize) loss += layers.learn(first, Math.min(first + batchSize, rows));
        loss /= rows - learned;
        validationCurve.push(loss);
        if (loss < best.loss) best = { loss, layers: layers.layers };
      }
      withoutChange = loss > lowest - tol ? withoutChange + 1 : 0;
      lowest = Math.min(lowest, loss);
    }
    this.#layers = earlyStopping ? best.layers : layers.layers;
    this.#lossCurve = lossCurve;
    this.#validationCurve = validationCurve;
    this.#converged = withoutChange > nIterNoChange;
  }

  /** The bias of Adam's first moments is taken into the rate. */
  #step(solver: 'sgd' | 'adam', number: number): Step {
    const { learningRate, momentum, nesterovsMomentum, beta1, beta2, epsilon, alpha } = this.options;
    if (solver === 'sgd') return { kind: nesterovsMomentum ? 'nesterov' : 'momentum', rate: learningRate, momentum, decay: 0, epsilon, alpha };
    return { kind: 'adam', rate: (learningRate * Math.sqrt(1 - beta2 ** number)) / (1 - beta1 ** number), momentum: beta1, decay: beta2, epsilon, alpha };
  }

  #outputKind(): OutputKind {
    if (this.options.loss === 'crossEntropy') return 'crossEntropy';
    return this.options.outputActivation === 'sigmoid' ? 'sigmoidSquaredError' : 'squaredError';
  }
}

function startingLayers(widths: readonly number[], activation: Activation, random: SeededRandom): readonly Layer[] {
  return widths.slice(1).map((outputs, layer) => {
    const inputs = widths[layer] as number;
    const bound = Math.sqrt((activation === 'sigmoid' ? 2 : 6) / (inputs + outputs));
    const draw = (length: number): Float32Array => Float32Array.from({ length }, () => bound * (2 * random.uniform() - 1));
    return { inputs, outputs, weights: draw(inputs * outputs), biases: draw(outputs) };
  });
}

function squaredWeights(layers: readonly Layer[]): number {
  return layers.reduce((sum, { weights }) => weights.reduce((squares, weight) => squares + weight * weight, sum), 0);
}
