import { aligned, firstAddress, kernelMemory } from './kernel-memory.ts';
import { KernelTeam } from './kernel-team.ts';

export type Activation = 'relu' | 'tanh' | 'sigmoid';

/** How the last sum becomes the output, and the loss of an output. */
export type OutputKind = 'crossEntropy' | 'sigmoidSquaredError' | 'squaredError';

export interface DenseLayersOptions {
  /** Widths of the layers between the columns and the one output. */
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly output: OutputKind;
  /** Most rows of one `learn`. */
  readonly batchSize: number;
  /** Rows that fit in. */
  readonly capacity: number;
  readonly columns: number;
  readonly nThreads: number;
}

/** A layer's weights, row-major inputs x outputs, and biases. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/** A step of an optimiser; see neural-network.ts for the names. */
export interface Step {
  readonly kind: 'momentum' | 'nesterov' | 'adam';
  readonly rate: number;
  /** Momentum, or beta 1 of Adam. */
  readonly momentum: number;
  /** Beta 2 of Adam. */
  readonly decay: number;
  readonly epsilon: number;
  /** L2 penalty: half of it times the squared weights is added to a batch's sum of losses. */
  readonly alpha: number;
}

interface Placed {
  readonly inputs: number;
  readonly outputs: number;
  readonly paddedInputs: number;
  readonly paddedOutputs: number;
  readonly weightsOffset: number;
  readonly biasOffset: number;
  readonly transposed: number;
}

const operations = { learn: 0, tell: 1, step: 2, transpose: 3 } as const;
/** The kernel's own numbers of these. */
const activations = { relu: 0, tanh: 1, sigmoid: 2 } as const;
const outputKinds = { crossEntropy: 0, sigmoidSquaredError: 1, squaredError: 2 } as const;
const optimisers = { momentum: 0, nesterov: 1, adam: 2 } as const;
/** Places in the task that change; they are dense-layers.as.ts's. */
const places = { first: 5, last: 6, optimiser: 17, blocks: 23, dropout: 24, dropoutSeed: 25, layers: 32 } as const;
const wordsOfLayer = 8;
/** Rows that a thread takes through the layers together; their activations stay in the near caches. */
const mostBlockRows = 64;

/**
 * Dense layers with one output in the memory of the SIMD kernel of dense-layers.as.ts: rows, weights, and the working memory of each
 * thread. A batch is cut into blocks by its size alone, each with its own gradient, and gradients are added in order, so results do
 * not depend on the number of threads. Float32 throughout but the loss. Close it after the last use.
 */
export class DenseLayers {
  readonly columns: number;
  readonly #layers: readonly Placed[];
  readonly #capacity: number;
  readonly #blockRows: number;
  readonly #memory: WebAssembly.Memory;
  readonly #task: Float64Array;
  readonly #dropoutSeed: Uint32Array;
  readonly #addresses: { readonly data: number; readonly targets: number; readonly order: number; readonly outputs: number; readonly parameters: number; readonly gradients: number; readonly losses: number };
  readonly #parameterBytes: number;
  readonly #team: KernelTeam;

  /** @throws RangeError when rows and layers are more than the 4 GB that the kernel can address. */
  constructor({ hidden, activation, output, batchSize, capacity, columns, nThreads }: DenseLayersOptions) {
    this.columns = columns;
    this.#capacity = capacity;
    const most = Math.min(batchSize, capacity);
    this.#blockRows = padded(Math.ceil(most / Math.ceil(most / mostBlockRows)));
    const blocks = Math.ceil(most / this.#blockRows);
    const widths = [columns, ...hidden, 1];
    const layerNumbers = Array.from({ length: widths.length - 1 }, (_, layer) => layer);

    let next = firstAddress + (places.layers + widths.length * wordsOfLayer) * 8;
    const reserve = (bytes: number): number => {
      const address = aligned(next);
      next = address + bytes;
      return address;
    };
    let offset = 0;
    this.#layers = layerNumbers.map((layer) => {
      const [inputs, outputs] = [widths[layer] as number, widths[layer + 1] as number];
      const [paddedInputs, paddedOutputs] = [padded(inputs), padded(outputs)];
      const weightsOffset = offset;
      const biasOffset = weightsOffset + paddedInputs * paddedOutputs * 4;
      offset = biasOffset + paddedOutputs * 4;
      return { inputs, outputs, paddedInputs, paddedOutputs, weightsOffset, biasOffset, transposed: reserve(paddedInputs * paddedOutputs * 4) };
    });
    this.#parameterBytes = aligned(offset);
    const parameters = reserve(this.#parameterBytes);
    const moments = reserve(this.#parameterBytes);
    const squares = reserve(this.#parameterBytes);
    const gradients = reserve(this.#parameterBytes * blocks);
    const losses = reserve(blocks * 8);
    const inputPlaces: number[] = [];
    let inScratch = 0;
    for (const width of widths) {
      inputPlaces.push(inScratch);
      inScratch = aligned(inScratch + this.#blockRows * padded(width) * 4);
    }
    const deltaPlace = inScratch;
    const scratchBytes = aligned(deltaPlace + this.#blockRows * Math.max(...widths.map(padded)) * 4);
    const threads = Math.min(nThreads, blocks);
    const scratch = reserve(scratchBytes * threads);
    const order = reserve(capacity * 4);
    const targets = reserve(capacity * 4);
    const outputs = reserve(capacity * 4);
    const data = reserve(capacity * padded(columns) * 4);
    this.#memory = kernelMemory(next, `a matrix of ${capacity} x ${columns} with layers of ${hidden.join(', ')}`);
    this.#addresses = { data, targets, order, outputs, parameters, gradients, losses };
    const { buffer } = this.#memory;
    this.#task = new Float64Array(buffer, firstAddress, places.layers + widths.length * wordsOfLayer);
    this.#dropoutSeed = new Uint32Array(buffer, firstAddress + places.dropoutSeed * 8, 2);
    this.#task.set([
      this.#layers.length, data, targets, order, outputs, 0, 0, this.#blockRows, parameters, this.#parameterBytes, gradients, scratch, scratchBytes, losses,
      outputKinds[output], moments, squares,
    ]);
    this.#task[26] = deltaPlace;
    for (const [number, layer] of this.#layers.entries()) {
      this.#task.set(
        [layer.paddedInputs, layer.paddedOutputs, layer.weightsOffset, layer.biasOffset, layer.transposed, activations[activation], inputPlaces[number] as number, layer.outputs],
        places.layers + number * wordsOfLayer,
      );
    }
    this.#task[places.layers + this.#layers.length * wordsOfLayer + 6] = inputPlaces[this.#layers.length] as number;
    this.#team = new KernelTeam('dense-layers', this.#memory, threads);
  }

  /** Order in which `learn` and `tell` go through the rows, to be changed in place; it starts as the rows' own. */
  get order(): Uint32Array {
    return new Uint32Array(this.#memory.buffer, this.#addresses.order, this.#capacity);
  }

  /** Copies rows in, in front, with their targets, and puts their order back to their own. */
  place(x: Float64Array | Float32Array, rows: number, targets?: ArrayLike<number>): void {
    const { columns } = this;
    const stride = padded(columns);
    const { buffer } = this.#memory;
    const data = new Float32Array(buffer, this.#addresses.data, rows * stride);
    if (stride === columns) data.set(x);
    else for (let row = 0, from = 0; row < rows; row++) for (let column = 0; column < columns; column++) data[row * stride + column] = x[from++] as number;
    if (targets !== undefined) new Float32Array(buffer, this.#addresses.targets, rows).set(targets);
    const { order } = this;
    for (let row = 0; row < rows; row++) order[row] = row;
  }

  /** The weights as they are, copied. */
  get layers(): readonly Layer[] {
    return this.#read(this.#addresses.parameters);
  }

  /** The sum over the last batch's rows of the loss's gradient by the weights, without the penalty. */
  get gradient(): readonly Layer[] {
    const blocks = this.#task[places.blocks] as number;
    const sum = new Float32Array(this.#parameterBytes / 4);
    for (let block = 0; block < blocks; block++) {
      const part = new Float32Array(this.#memory.buffer, this.#addresses.gradients + block * this.#parameterBytes, sum.length);
      for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] as number) + (part[index] as number);
    }
    return this.#read(0, sum);
  }

  /** Takes weights over; what the optimiser remembers stays. */
  set layers(layers: readonly Layer[]) {
    const { buffer } = this.#memory;
    for (const [number, { inputs, outputs, weights, biases }] of layers.entries()) {
      const { paddedOutputs, weightsOffset, biasOffset } = this.#layers[number] as Placed;
      const target = new Float32Array(buffer, this.#addresses.parameters + weightsOffset, (biasOffset - weightsOffset) / 4);
      for (let row = 0; row < inputs; row++) target.set(weights.subarray(row * outputs, (row + 1) * outputs), row * paddedOutputs);
      new Float32Array(buffer, this.#addresses.parameters + biasOffset, outputs).set(biases);
    }
    this.#team.run(operations.transpose, firstAddress, 1);
  }

  /**
   * Sum of the losses of the rows at [first, last) of the order, whose gradient is kept for `step`.
   * @param dropout share of hidden outputs set to 0, drawn by `dropoutSeed`, two numbers of 32 bits.
   */
  learn(first: number, last: number, dropout = 0, dropoutSeed: readonly [number, number] = [0, 0]): number {
    const blocks = this.#range(first, last);
    this.#task[places.dropout] = dropout;
    this.#dropoutSeed.set(dropoutSeed);
    this.#team.run(operations.learn, firstAddress, blocks);
    const losses = new Float64Array(this.#memory.buffer, this.#addresses.losses, blocks);
    let sum = 0;
    for (let block = 0; block < blocks; block++) sum += losses[block] as number;
    return sum;
  }

  /** Moves the weights by the gradient of the last `learn`. */
  step({ kind, rate, momentum, decay, epsilon, alpha }: Step): void {
    this.#task[places.optimiser] = optimisers[kind];
    this.#task[places.optimiser + 1] = rate;
    this.#task[places.optimiser + 2] = momentum;
    this.#task[places.optimiser + 3] = decay;
    this.#task[places.optimiser + 4] = epsilon;
    this.#task[places.optimiser + 5] = alpha;
    this.#team.run(operations.step, firstAddress, 1);
  }

  /** Sums that come out for the rows at [first, last) of the order, as a view that the next `tell` overwrites. */
  tell(first: number, last: number): Float32Array {
    this.#team.run(operations.tell, firstAddress, this.#range(first, last));
    return new Float32Array(this.#memory.buffer, this.#addresses.outputs + first * 4, last - first);
  }

  /** Lets the threads end. */
  close(): void {
    this.#team.close();
  }

  #range(first: number, last: number): number {
    this.#task[places.first] = first;
    this.#task[places.last] = last;
    const blocks = Math.ceil((last - first) / this.#blockRows);
    this.#task[places.blocks] = blocks;
    return blocks;
  }

  #read(address: number, from?: Float32Array): readonly Layer[] {
    const values = from ?? new Float32Array(this.#memory.buffer, address, this.#parameterBytes / 4);
    return this.#layers.map(({ inputs, outputs, paddedOutputs, weightsOffset, biasOffset }) => {
      const weights = new Float32Array(inputs * outputs);
      for (let row = 0; row < inputs; row++) {
        const start = weightsOffset / 4 + row * paddedOutputs;
        weights.set(values.subarray(start, start + outputs), row * outputs);
      }
      return { inputs, outputs, weights, biases: values.slice(biasOffset / 4, biasOffset / 4 + outputs) };
    });
  }
}

function padded(width: number): number {
  return Math.ceil(width / 4) * 4;
}
