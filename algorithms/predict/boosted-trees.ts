import { thresholdsOfAColumn } from './bin-thresholds.ts';
import { createChunkRunner, type ChunkRunner } from './chunk-runner.ts';
import { aligned, firstAddress, kernelMemory } from './kernel-memory.ts';

/** Numbers of the operations of boosting.as.ts. */
export const operation = { binRows: 0, gradients: 1, histogram: 2, partition: 3, gather: 4, bestSplit: 5, addToLeaf: 6, walk: 7, combine: 8 } as const;

/** Trees one after the other: nodes as {column, bin, left, right}, rows of a bin above it go right, and a leaf leads to itself. */
export interface BoostedTrees {
  readonly nodes: Int32Array;
  /** Log odds that a leaf adds, by node; 0 in the others. */
  readonly values: Float32Array;
  /** First node of each tree. */
  readonly roots: Uint32Array;
}

/** Rows worked on at a time: their bins stay in the nearest caches. */
const block = 1024;
const parameters = 16;

/** Asks fitted trees about rows; what it needs is laid out once. */
export class TreeWalker {
  readonly #columns: number;
  readonly #run: ChunkRunner;
  readonly #task: Float64Array;
  readonly #bins: number;
  readonly #thresholds: number;
  readonly #staged: Float64Array;
  readonly #odds: Float32Array;
  readonly #walk: readonly number[];

  constructor(trees: BoostedTrees, thresholds: readonly Float64Array[]) {
    const columns = thresholds.length;
    this.#columns = columns;
    this.#thresholds = aligned(firstAddress + parameters * 8);
    const staged = this.#thresholds + columns * thresholdsOfAColumn * 8;
    this.#bins = staged + block * columns * 8;
    const odds = aligned(this.#bins + block * columns);
    const roots = odds + block * 4;
    const nodes = aligned(roots + trees.roots.length * 4);
    const values = nodes + trees.nodes.length * 4;
    const memory = kernelMemory(values + trees.values.length * 4, 'a model of trees');
    const { buffer } = memory;
    this.#run = createChunkRunner('boosting', memory);
    this.#task = new Float64Array(buffer, firstAddress, parameters);
    this.#staged = new Float64Array(buffer, staged, block * columns);
    this.#odds = new Float32Array(buffer, odds, block);
    placeThresholds(new Float64Array(buffer, this.#thresholds, columns * thresholdsOfAColumn), thresholds);
    new Uint32Array(buffer, roots, trees.roots.length).set(trees.roots);
    new Int32Array(buffer, nodes, trees.nodes.length).set(trees.nodes);
    new Float32Array(buffer, values, trees.values.length).set(trees.values);
    this.#walk = [this.#bins, columns, odds, 0, 0, block, roots, trees.roots.length, nodes, values];
  }

  /** Log odds of each row, from `start` on. */
  logOdds(x: Float64Array | Float32Array, rows: number, start: number): Float64Array {
    const told = new Float64Array(rows);
    for (let first = 0; first < rows; first += block) {
      const count = Math.min(block, rows - first);
      this.#staged.set(x.subarray(first * this.#columns, (first + count) * this.#columns));
      this.#task.set([this.#staged.byteOffset, this.#bins, this.#thresholds, this.#columns, count, block, 1, 0, 0]);
      this.#run(operation.binRows, firstAddress, 0, 0);
      this.#odds.fill(start);
      this.#task.set(this.#walk);
      this.#task[4] = count;
      this.#run(operation.walk, firstAddress, 0, 0);
      told.set(this.#odds.subarray(0, count), first);
    }
    return told;
  }
}

/** Fills the kernel's rows of thresholds, infinite beyond a column's own. */
export function placeThresholds(target: Float64Array, thresholds: readonly Float64Array[]): void {
  target.fill(Number.POSITIVE_INFINITY);
  thresholds.forEach((own, column) => target.set(own, column * thresholdsOfAColumn));
}
