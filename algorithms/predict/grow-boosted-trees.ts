import { placeThresholds, operation, type BoostedTrees } from './boosted-trees.ts';
import { thresholdsOfAColumn } from './bin-thresholds.ts';
import { aligned, firstAddress, kernelMemory } from './kernel-memory.ts';
import { KernelTeam } from './kernel-team.ts';

/** What trees are grown on: the rows to learn from, and those whose loss says when to stop. */
export interface BoostingRows {
  readonly x: Float64Array | Float32Array;
  readonly columns: number;
  readonly y: Uint8Array;
  /** Numbers of the rows of x. */
  readonly learned: Uint32Array;
  readonly judging: Uint32Array;
  readonly thresholds: readonly Float64Array[];
}

export interface GrowthOptions {
  readonly learningRate: number;
  readonly maxIter: number;
  readonly maxLeafNodes: number;
  readonly maxDepth: number;
  readonly minSamplesLeaf: number;
  readonly l2Regularization: number;
  readonly nIterNoChange: number;
  readonly tol: number;
  /** Weight of the rows of class 0 and of class 1. */
  readonly classWeights: readonly [number, number];
  readonly seed: number;
  readonly nThreads: number;
}

export interface GrownTrees extends BoostedTrees {
  /** Log odds before the first tree. */
  readonly start: number;
  /** Of each column, how much its splits lowered the loss. */
  readonly gains: Float64Array;
  /** Whether the judging rows gained nothing more. */
  readonly converged: boolean;
}

const parameters = 32;
const chunkRows = 8192;
const stagedRows = 32_768;
/** Sums of curvatures below which a leaf's value would be a quotient of nothing. */
const leastCurvature = 1e-3;
/** Values to sum below which a thread costs more than it brings. */
const worthThreads = 3_000_000;

interface Leaf {
  readonly begin: number;
  readonly end: number;
  readonly node: number;
  readonly depth: number;
  /** Address of the sums of its bins. */
  readonly sums: number;
  readonly gradient: number;
  readonly curvature: number;
  readonly split?: Split;
}

interface Split {
  readonly gain: number;
  readonly column: number;
  readonly bin: number;
  readonly gradient: number;
  readonly curvature: number;
  readonly rows: number;
}

/**
 * Grows boosted trees leaf by leaf, the leaf whose split gains most first, on sums of gradients and curvatures by bin; of two children
 * the larger one's sums are the parent's less the smaller one's. Same inputs and seed give the same bytes with any number of threads.
 * @throws RangeError when the rows are more than the 4 GB that the kernel can address.
 */
export function growBoostedTrees(rows: BoostingRows, options: GrowthOptions): GrownTrees {
  const growth = new Growth(rows, options);
  try {
    return growth.grow();
  } finally {
    growth.close();
  }
}

class Growth {
  readonly #rows: BoostingRows;
  readonly #options: GrowthOptions;
  readonly #count: number;
  readonly #all: number;
  readonly #team: KernelTeam;
  readonly #threads: number;
  readonly #task: Float64Array;
  readonly #buffer: ArrayBufferLike;
  readonly #at: Readonly<Record<'thresholds' | 'staged' | 'bins' | 'byColumn' | 'odds' | 'labels' | 'pairs' | 'order' | 'scratch' | 'counts' | 'offsets' | 'binCounts' | 'sums' | 'helperSums' | 'touched' | 'leaves' | 'roots' | 'nodes' | 'values', number>>;
  readonly #sumsBytes: number;
  readonly #scales: readonly [number, number];
  readonly #nodes: number[] = [];
  readonly #values: number[] = [];
  readonly #roots: number[] = [];
  readonly #gains: Float64Array;

  constructor(rows: BoostingRows, options: GrowthOptions) {
    const { x, columns, learned, judging, thresholds, y } = rows;
    this.#rows = rows;
    this.#options = options;
    const count = this.#count = learned.length;
    const all = this.#all = count + judging.length;
    this.#gains = new Float64Array(columns);
    const threads = this.#threads = count * columns < worthThreads ? 1 : options.nThreads;
    const binCounts = thresholds.map((own) => own.length + 1);
    this.#sumsBytes = binCounts.reduce((sum, bins) => sum + bins * 16, 0);
    let end = firstAddress;
    const place = (bytes: number): number => {
      const address = aligned(end);
      end = address + bytes;
      return address;
    };
    place(parameters * 8);
    const { maxLeafNodes } = options;
    this.#at = {
      thresholds: place(columns * thresholdsOfAColumn * 8), staged: place(Math.min(all, stagedRows) * columns * (x instanceof Float64Array ? 8 : 4)),
      bins: place(all * columns), byColumn: place(count * columns), odds: place((all + 4) * 4), labels: place((count + 4) * 4), pairs: place((count + 4) * 8),
      order: place(count * 4), scratch: place((count + 1) * 4), counts: place(Math.ceil(count / chunkRows) * 8), offsets: place(columns * 4), binCounts: place(columns * 4),
      sums: place(maxLeafNodes * aligned(this.#sumsBytes)), helperSums: place((threads - 1) * aligned(this.#sumsBytes)), touched: place(threads * 64), leaves: place(maxLeafNodes * 24),
      roots: place(4), nodes: place(2 * maxLeafNodes * 16), values: place(2 * maxLeafNodes * 4),
    };
    const memory = kernelMemory(end, `a matrix of ${all} x ${columns}`);
    // Before the rows are copied: helpers start meanwhile.
    this.#team = new KernelTeam('boosting', memory, threads);
    this.#buffer = memory.buffer;
    this.#task = new Float64Array(memory.buffer, firstAddress, parameters);
    placeThresholds(new Float64Array(memory.buffer, this.#at.thresholds, columns * thresholdsOfAColumn), thresholds);
    const offsets = new Uint32Array(memory.buffer, this.#at.offsets, columns);
    for (let column = 1; column < columns; column++) offsets[column] = offsets[column - 1]! + binCounts[column - 1]! * 16;
    new Uint32Array(memory.buffer, this.#at.binCounts, columns).set(binCounts);
    const labels = new Float32Array(memory.buffer, this.#at.labels, count);
    for (let row = 0; row < count; row++) labels[row] = y[learned[row]!]!;
    // So that no sum of whole numbers leaves 32 bits, nor a single one the 24 bits of a Float32.
    const scaleOf = (most: number): number => Math.min(2 ** 20, (2 ** 31 - 1 - 2 * count) / count) / most;
    const heaviest = Math.max(...options.classWeights);
    this.#scales = [scaleOf(heaviest), scaleOf(heaviest / 4)];
    this.#binRows();
  }

  grow(): GrownTrees {
    const { maxIter, nIterNoChange, tol, classWeights, seed } = this.#options;
    const { y, learned, judging } = this.#rows;
    let positives = 0;
    for (const row of learned) positives += y[row]!;
    const start = Math.log((positives * classWeights[1]) / ((learned.length - positives) * classWeights[0]));
    new Float32Array(this.#buffer, this.#at.odds, this.#all).fill(start);
    const losses = [this.#judgingLoss()];
    let converged = false;
    while (this.#roots.length < maxIter && !converged) {
      // An odd step of 32 bits keeps the trees' hashes apart.
      this.#growTree((seed + Math.imul(this.#roots.length + 1, 0x9e3779b1)) | 0);
      if (judging.length === 0) continue;
      losses.push(this.#judgingLoss());
      // As scikit-learn: none of the last rounds is better than the one before them by more than tol.
      if (losses.length > nIterNoChange) {
        const before = losses[losses.length - nIterNoChange - 1]!;
        converged = losses.slice(-nIterNoChange).every((loss) => loss >= before - tol);
      }
    }
    return { nodes: Int32Array.from(this.#nodes), values: Float32Array.from(this.#values), roots: Uint32Array.from(this.#roots), start, gains: this.#gains, converged };
  }

  close(): void {
    this.#team.close();
  }

  #do(what: number, values: readonly number[], chunks = 1): void {
    this.#task.set(values);
    this.#team.run(what, firstAddress, chunks);
  }

  #binRows(): void {
    const { x, columns, learned, judging } = this.#rows;
    const { staged, bins, thresholds, byColumn } = this.#at;
    const wide = x instanceof Float64Array;
    const all = this.#all;
    const target = wide ? new Float64Array(this.#buffer, staged, Math.min(all, stagedRows) * columns) : new Float32Array(this.#buffer, staged, Math.min(all, stagedRows) * columns);
    const bin = (rows: Uint32Array, base: number, isLearned: boolean): void => {
      for (let first = 0; first < rows.length; first += stagedRows) {
        const count = Math.min(stagedRows, rows.length - first);
        for (let row = 0, to = 0; row < count; row++) {
          const from = rows[first + row]! * columns;
          for (let column = 0; column < columns; column++) target[to++] = x[from + column]!;
        }
        this.#do(operation.binRows, [staged, bins + (base + first) * columns, thresholds, columns, count, 4096, Number(wide), byColumn + first, isLearned ? this.#count : 0], Math.ceil(count / 4096));
      }
    };
    bin(learned, 0, true);
    bin(judging, this.#count, false);
  }

  #growTree(salt: number): void {
    const { maxLeafNodes, maxDepth, classWeights, learningRate, l2Regularization } = this.#options;
    const { odds, labels, pairs, order, leaves: table } = this.#at;
    const count = this.#count;
    const chunks = Math.ceil(count / chunkRows);
    this.#do(operation.gradients, [odds, labels, pairs, count, chunkRows, ...classWeights, ...this.#scales, salt], chunks);
    const rows = new Uint32Array(this.#buffer, order, count);
    for (let row = 0; row < count; row++) rows[row] = row;

    const root = this.#addNode();
    this.#roots.push(root);
    let free = this.#at.sums;
    const newSums = (): number => {
      const address = free;
      free += aligned(this.#sumsBytes);
      return address;
    };
    const sums = newSums();
    this.#sumBins(0, count, sums);
    const whole = this.#wholeOf(sums);
    const leaves: Leaf[] = [this.#withSplit({ begin: 0, end: count, node: root, depth: 0, sums, ...whole })];
    while (leaves.length < maxLeafNodes) {
      let place = -1;
      leaves.forEach(({ split }, other) => {
        if (split !== undefined && (place < 0 || split.gain > leaves[place]!.split!.gain)) place = other;
      });
      if (place < 0) break;
      const leaf = leaves[place]!;
      const split = leaf.split!;
      this.#gains[split.column] = this.#gains[split.column]! + split.gain;
      this.#partition(leaf, split);
      const middle = leaf.begin + split.rows;
      const depth = leaf.depth + 1;
      const [left, right] = [this.#addNode(), this.#addNode()];
      this.#nodes.splice(leaf.node * 4, 4, split.column, split.bin, left, right);
      // The last two leaves, and those as deep as may be, are not split again.
      const goesOn = leaves.length + 1 < maxLeafNodes && depth < maxDepth;
      const leftIsSmaller = split.rows <= leaf.end - middle;
      const smaller = goesOn ? newSums() : 0;
      if (goesOn) {
        this.#sumBins(leftIsSmaller ? leaf.begin : middle, leftIsSmaller ? middle : leaf.end, smaller);
        this.#do(operation.combine, [leaf.sums, smaller, this.#sumsBytes, 1]);
      }
      const children: Leaf[] = [
        { begin: leaf.begin, end: middle, node: left, depth, sums: leftIsSmaller ? smaller : leaf.sums, gradient: split.gradient, curvature: split.curvature },
        { begin: middle, end: leaf.end, node: right, depth, sums: leftIsSmaller ? leaf.sums : smaller, gradient: leaf.gradient - split.gradient, curvature: leaf.curvature - split.curvature },
      ];
      leaves.splice(place, 1, ...children.map((child) => (goesOn ? this.#withSplit(child) : child)));
    }
    const placed = new Float64Array(this.#buffer, table, leaves.length * 3);
    leaves.forEach(({ begin, end, node, gradient, curvature }, leaf) => {
      const value = Math.fround((-learningRate * gradient) / (curvature + l2Regularization));
      this.#values[node] = value;
      placed.set([begin, end, value], leaf * 3);
    });
    this.#do(operation.addToLeaf, [order, odds, table], leaves.length);
    this.#walkJudging(root);
  }

  /** A new leaf. */
  #addNode(): number {
    const node = this.#values.length;
    this.#nodes.push(0, 255, node, node);
    this.#values.push(0);
    return node;
  }

  #sumBins(begin: number, end: number, sums: number): void {
    const { bins, pairs, order, offsets, helperSums, touched } = this.#at;
    const bytes = aligned(this.#sumsBytes);
    const chunks = Math.ceil((end - begin) / chunkRows);
    const helpers = chunks === 1 ? 0 : this.#threads - 1;
    new Uint8Array(this.#buffer, sums, this.#sumsBytes).fill(0);
    if (helpers > 0) new Uint8Array(this.#buffer, helperSums, helpers * bytes).fill(0);
    this.#do(operation.histogram, [bins, pairs, order, offsets, this.#rows.columns, sums, helperSums, bytes, begin, end, chunkRows, touched], chunks);
    for (let helper = 0; helper < helpers; helper++) this.#do(operation.combine, [sums, helperSums + helper * bytes, this.#sumsBytes, 0]);
  }

  /** Sums over all rows: over the bins of the first column. */
  #wholeOf(sums: number): { readonly gradient: number; readonly curvature: number } {
    const bins = this.#rows.thresholds[0]!.length + 1;
    const words = new Int32Array(this.#buffer, sums, bins * 4);
    let [gradient, curvature] = [0, 0];
    for (let place = 0; place < words.length; place += 4) {
      gradient += words[place]!;
      curvature += words[place + 1]!;
    }
    return { gradient: gradient / this.#scales[0], curvature: curvature / this.#scales[1] };
  }

  #withSplit(leaf: Leaf): Leaf {
    const { minSamplesLeaf, l2Regularization } = this.#options;
    const rows = leaf.end - leaf.begin;
    if (rows < 2 * minSamplesLeaf) return leaf;
    this.#do(operation.bestSplit, [
      leaf.sums, this.#at.offsets, this.#at.binCounts, this.#rows.columns, leaf.gradient, leaf.curvature, rows, minSamplesLeaf, l2Regularization,
      1 / this.#scales[0], 1 / this.#scales[1], leastCurvature,
    ]);
    const [gain, column, bin, gradient, curvature, leftRows] = this.#task.subarray(12, 18) as unknown as [number, number, number, number, number, number];
    return gain > 0 ? { ...leaf, split: { gain, column, bin, gradient, curvature, rows: leftRows } } : leaf;
  }

  #partition({ begin, end }: Leaf, { column, bin, rows }: Split): void {
    const { byColumn, order, scratch, counts } = this.#at;
    const chunks = Math.ceil((end - begin) / chunkRows);
    const task = [byColumn + column * this.#count, order, scratch, counts, begin, end, chunkRows, bin, begin + rows];
    this.#do(operation.partition, task, chunks);
    const table = new Uint32Array(this.#buffer, counts, chunks * 2);
    for (let chunk = 0, before = 0; chunk < chunks; chunk++) {
      table[chunk * 2 + 1] = before;
      before += table[chunk * 2]!;
    }
    this.#do(operation.gather, task, chunks);
  }

  /** Adds the latest tree to the log odds of the judging rows. */
  #walkJudging(root: number): void {
    const { bins, odds, roots, nodes, values } = this.#at;
    const judging = this.#rows.judging.length;
    if (judging === 0) return;
    const count = this.#values.length - root;
    const placed = new Int32Array(this.#buffer, nodes, count * 4);
    for (let node = 0; node < count; node++) {
      const from = (root + node) * 4;
      placed.set([this.#nodes[from]!, this.#nodes[from + 1]!, this.#nodes[from + 2]! - root, this.#nodes[from + 3]! - root], node * 4);
    }
    new Float32Array(this.#buffer, values, count).set(this.#values.slice(root));
    new Uint32Array(this.#buffer, roots, 1)[0] = 0;
    this.#do(operation.walk, [bins, this.#rows.columns, odds, this.#count, this.#all, chunkRows, roots, 1, nodes, values], Math.ceil(judging / chunkRows));
  }

  /** Mean log loss of the judging rows, weighted. */
  #judgingLoss(): number {
    const { y, judging } = this.#rows;
    const { classWeights } = this.#options;
    const odds = new Float32Array(this.#buffer, this.#at.odds + this.#count * 4, judging.length);
    let [loss, weights] = [0, 0];
    for (let row = 0; row < judging.length; row++) {
      const label = y[judging[row]!]!;
      const margin = label === 1 ? odds[row]! : -odds[row]!;
      const weight = classWeights[label as 0 | 1];
      loss += weight * (Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(-margin, 0));
      weights += weight;
    }
    return loss / weights;
  }
}
