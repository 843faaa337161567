import { SeededRandom } from '../random/seeded-random.ts';
import { createChunkRunner } from './chunk-runner.ts';
import { aligned, firstAddress, kernelMemory } from './kernel-memory.ts';

export interface DualOptions {
  readonly loss: 'hinge' | 'squaredHinge';
  /** Weight of a row's loss beside half the squared weights: of class 0, of class 1. */
  readonly costs: readonly [number, number];
  /** Value of the column that carries the intercept; 0 for none. */
  readonly interceptScaling: number;
  /** Difference of the largest and the least projected gradient at which the descent ends. */
  readonly tol: number;
  /** Most passes over the rows. */
  readonly maxIter: number;
  readonly seed: number;
}

export interface DualSolution {
  /** By column, the intercept last. */
  readonly weights: Float64Array;
  /** Passes over the rows that were active. */
  readonly iterations: number;
  readonly converged: boolean;
}

const parameters = 19;

/**
 * Minimises |weights|^2 / 2 + sum of costs * loss, the intercept's weight penalised with the others, by coordinate descent in the
 * dual: one row's multiplier after the other in a random order, rows that stay at a bound left out for a time (shrinking). Rows are laid
 * out in a random order once and drawn within blocks after that, which keeps them near each other in memory.
 *
 * Source: C.-J. Hsieh, K.-W. Chang, C.-J. Lin, S. Keerthi, S. Sundararajan, "A dual coordinate descent method for large-scale linear SVM",
 * ICML 2008, algorithm 3; the names of `tol` and of the limits are liblinear's.
 *
 * @param x row-major rows x columns, finite.
 * @param y class of each row, 0 or 1.
 * @throws RangeError when the rows are more than the 4 GB that the kernel can address, or a value is not finite.
 */
export function dualCoordinateDescent(x: Float64Array | Float32Array, rows: number, columns: number, y: Uint8Array, options: DualOptions): DualSolution {
  const { loss, costs, interceptScaling, tol, maxIter } = options;
  const random = new SeededRandom(options.seed);
  const wide = x instanceof Float64Array;
  const stride = Math.ceil(columns / 4) * 4;
  const weightsAddress = aligned(firstAddress + parameters * 8);
  const pairs = aligned(weightsAddress + (stride + 1) * 8);
  const order = pairs + rows * 16;
  const labels = order + rows * 4;
  const data = aligned(labels + rows);
  const memory = kernelMemory(data + rows * stride * (wide ? 8 : 4), `a matrix of ${rows} x ${columns}`);
  const { buffer } = memory;
  const run = createChunkRunner('dual-coordinates', memory);

  const placed = random.shuffle(Uint32Array.from({ length: rows }, (_, row) => row));
  const target = wide ? new Float64Array(buffer, data, rows * stride) : new Float32Array(buffer, data, rows * stride);
  const classes = new Uint8Array(buffer, labels, rows);
  for (let row = 0; row < rows; row++) {
    const from = (placed[row] as number) * columns;
    const to = row * stride;
    for (let column = 0; column < columns; column++) target[to + column] = x[from + column] as number;
    classes[row] = y[placed[row] as number] as number;
  }

  const isHinge = loss === 'hinge';
  const bound = (cost: number): number => (isHinge ? cost : Number.POSITIVE_INFINITY);
  const diagonal = (cost: number): number => (isHinge ? 0 : 0.5 / cost);
  const task = new Float64Array(buffer, firstAddress, parameters);
  task.set([
    data, labels, rows, stride, Number(wide), weightsAddress, pairs, interceptScaling, order, rows,
    bound(costs[0]), bound(costs[1]), diagonal(costs[0]), diagonal(costs[1]),
  ]);
  new Uint32Array(buffer, firstAddress + 18 * 8, 2).set([random.bits(), random.bits()]);
  run(0, firstAddress, 0, 0);

  const unlimited = (): void => {
    task[14] = Number.POSITIVE_INFINITY;
    task[15] = Number.NEGATIVE_INFINITY;
  };
  unlimited();
  let iterations = 0;
  let converged = false;
  while (!converged && iterations < maxIter) {
    iterations++;
    run(1, firstAddress, 0, 0);
    const [highest, lowest] = [task[16] as number, task[17] as number];
    if (highest - lowest <= tol || task[9] === 0) {
      converged = task[9] === rows;
      // What the active rows are content with, the others may not be.
      task[9] = rows;
      unlimited();
      continue;
    }
    task[14] = highest > 0 ? highest : Number.POSITIVE_INFINITY;
    task[15] = lowest < 0 ? lowest : Number.NEGATIVE_INFINITY;
  }
  const found = new Float64Array(buffer, weightsAddress, stride + 1);
  const weights = found.slice(0, columns + 1);
  weights[columns] = (found[stride] as number) * interceptScaling;
  if (!weights.every(Number.isFinite)) throw new RangeError('x has a value that is not finite');
  return { weights, iterations, converged };
}
