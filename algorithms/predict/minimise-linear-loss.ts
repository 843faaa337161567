import { wanted } from './linear-loss.ts';
import type { LinearLoss } from './linear-loss.ts';
import { solvePositiveDefinite } from './solve-positive-definite.ts';

/** What is added to the mean loss: l2 * |coefficients|^2 / 2 + l1 * sum of |coefficients|. */
export interface Penalty {
  readonly l1: number;
  readonly l2: number;
  /** The same for the intercept, which liblinear penalises and others do not. */
  readonly l2OfIntercept: number;
}

export interface MinimiseOptions {
  readonly penalty: Penalty;
  readonly fitIntercept: boolean;
  /** Largest component of the (least sub-)gradient of the mean objective at which the search ends. */
  readonly tol: number;
  readonly maxIter: number;
  /** Mean loss where all weights are 0. */
  readonly lossAtZero: number;
}

export interface Minimum {
  /** By column, the intercept last. */
  readonly weights: Float64Array;
  /** Newton steps over all rows. */
  readonly iterations: number;
  readonly converged: boolean;
}

interface Point {
  readonly weights: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array | undefined;
}

/** Rows of a sample that is worth a search of its own, and the share of chunks that makes it. */
const sampleStride = 16;
const smallestSample = 2048;

/**
 * Minimises the mean loss with its penalty by Newton's method and a line search. A first search on every sixteenth chunk brings the
 * weights so near that one or two Hessians of all rows are enough; close to the minimum the last Hessian is used again as long as
 * the gradient shrinks tenfold. With an L1 penalty each step minimises the quadratic model with the penalty by coordinate descent
 * (proximal Newton).
 *
 * Source: J. Lee, Y. Sun, M. Saunders, "Proximal Newton-type methods for minimizing composite functions", SIAM J. Optimization 24 (2014);
 * J. Friedman, T. Hastie, R. Tibshirani, "Regularization paths for generalized linear models via coordinate descent", JSS 33 (2010).
 *
 * @throws RangeError when the loss is not finite, as it is with a value that is not.
 */
export function minimiseLinearLoss(loss: LinearLoss, options: MinimiseOptions): Minimum {
  const zero = new Float64Array(loss.columns + 1);
  const sample = Math.ceil(loss.rows / sampleStride);
  if (loss.chunks < sampleStride || sample < smallestSample || sample < 50 * loss.columns) return search(loss, zero, options, 1);
  const start = search(loss, zero, { ...options, tol: Math.max(options.tol, 1e-3), maxIter: Math.min(options.maxIter, 15) }, sampleStride);
  return search(loss, start.weights, options, 1);
}

function search(loss: LinearLoss, start: Float64Array, options: MinimiseOptions, stride: number): Minimum {
  const { penalty: { l1 }, tol, maxIter, lossAtZero } = options;
  let here = pointAt(loss, start, options, wanted.hessian, stride);
  // Rows in an order may make a sample that says nothing of the others.
  if (stride === 1 && here.value > lossAtZero) here = pointAt(loss, new Float64Array(start.length), options, wanted.hessian, stride);
  let hessian = here.hessian as Float64Array;
  let steepness = largestSlope(here, l1, loss.columns);
  let iterations = 0;
  while (steepness > tol && iterations < maxIter) {
    iterations++;
    const target = l1 === 0 ? newtonTarget(here, hessian) : proximalTarget(here, hessian, l1, loss.columns);
    const promised = descent(here, target, l1, loss.columns);
    const near = -promised < 1e-4;
    const operation = near ? wanted.gradient : wanted.hessian;
    let length = 1;
    let next = pointAt(loss, target, options, operation, stride);
    // Armijo's rule; the bound by rounding lets the last steps through, whose gain is below what a sum of losses can show.
    while (next.value > here.value + 1e-4 * length * promised + 1e-14 * Math.abs(here.value) && length > 1e-10) {
      length /= 2;
      next = pointAt(loss, between(here.weights, target, length), options, operation, stride);
    }
    if (length <= 1e-10) break;
    const before = steepness;
    steepness = largestSlope(next, l1, loss.columns);
    if (next.hessian !== undefined) hessian = next.hessian;
    else if (steepness > tol && steepness > before / 10) hessian = pointAt(loss, next.weights, options, wanted.hessian, stride).hessian as Float64Array;
    here = next;
  }
  return { weights: here.weights, iterations, converged: steepness <= tol };
}

function pointAt(loss: LinearLoss, weights: Float64Array, { penalty, fitIntercept }: MinimiseOptions, operation: 1 | 2, stride: number): Point {
  const { columns } = loss;
  const size = columns + 1;
  const sums = loss.at(weights, operation, stride);
  if (!Number.isFinite(sums.loss)) throw new RangeError('x has a value that is not finite');
  const perWeight = 1 / sums.weight;
  const gradient = sums.gradient.map((sum) => sum * perWeight);
  const hessian = operation === wanted.hessian ? sums.hessian : undefined;
  if (hessian !== undefined) {
    for (let row = 0; row < size; row++) {
      for (let column = 0; column <= row; column++) {
        const mean = (hessian[row * size + column] as number) * perWeight;
        hessian[row * size + column] = mean;
        hessian[column * size + row] = mean;
      }
    }
  }
  let added = 0;
  for (let row = 0; row < size; row++) {
    const weight = weights[row] as number;
    const l2 = row === columns ? penalty.l2OfIntercept : penalty.l2;
    added += (l2 / 2) * weight * weight;
    if (row < columns) added += penalty.l1 * Math.abs(weight);
    gradient[row] = (gradient[row] as number) + l2 * weight;
    if (hessian !== undefined) hessian[row * size + row] = (hessian[row * size + row] as number) + l2;
  }
  if (!fitIntercept) {
    gradient[columns] = 0;
    if (hessian !== undefined) {
      hessian.fill(0, columns * size);
      for (let row = 0; row < columns; row++) hessian[row * size + columns] = 0;
      hessian[columns * size + columns] = 1;
    }
  }
  return { weights, value: sums.loss * perWeight + added, gradient, hessian };
}

function newtonTarget({ weights, gradient }: Point, hessian: Float64Array): Float64Array {
  const step = solvePositiveDefinite(hessian, gradient);
  return weights.map((weight, index) => weight - (step[index] as number));
}

/** The minimum of the quadratic model at a point plus l1 * sum of |coefficients|; coefficients that it drops are exactly 0. */
function proximalTarget({ weights, gradient }: Point, hessian: Float64Array, l1: number, columns: number): Float64Array {
  const size = columns + 1;
  const target = weights.slice();
  const slope = gradient.slice();
  for (let sweep = 0; sweep < 1000; sweep++) {
    let moved = 0;
    for (let j = 0; j < size; j++) {
      const curvature = hessian[j * size + j] as number;
      if (!(curvature > 0)) continue;
      const before = target[j] as number;
      const free = before - (slope[j] as number) / curvature;
      const after = j === columns ? free : Math.sign(free) * Math.max(0, Math.abs(free) - l1 / curvature);
      if (after === before) continue;
      const change = after - before;
      target[j] = after;
      for (let i = 0; i < size; i++) slope[i] = (slope[i] as number) + change * (hessian[j * size + i] as number);
      moved = Math.max(moved, Math.abs(change) * Math.sqrt(curvature));
    }
    if (moved <= 1e-14) break;
  }
  return target;
}

/** By how much the first-order model with the L1 penalty falls on the way to a target; not positive. */
function descent({ weights, gradient }: Point, target: Float64Array, l1: number, columns: number): number {
  let sum = 0;
  for (let index = 0; index < weights.length; index++) {
    const before = weights[index] as number;
    const after = target[index] as number;
    sum += (gradient[index] as number) * (after - before);
    if (index < columns) sum += l1 * (Math.abs(after) - Math.abs(before));
  }
  return sum;
}

/** The largest component of the subgradient that is nearest to 0. */
function largestSlope({ weights, gradient }: Point, l1: number, columns: number): number {
  let most = 0;
  for (let index = 0; index < weights.length; index++) {
    const slope = gradient[index] as number;
    const weight = weights[index] as number;
    const corner = index < columns ? l1 : 0;
    const least = weight === 0 ? Math.max(0, Math.abs(slope) - corner) : Math.abs(slope + Math.sign(weight) * corner);
    most = Math.max(most, least);
  }
  return most;
}

function between(from: Float64Array, to: Float64Array, share: number): Float64Array {
  return from.map((value, index) => value + share * ((to[index] as number) - value));
}
