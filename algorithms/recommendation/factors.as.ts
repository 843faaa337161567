// The hot loops of factor models, in AssemblyScript. `npm run kernels` compiles this file to factors.wasm beside it.
//
// A task is a row of Float64 parameters (factor-memory.ts lays the memory out). Factors are Float32, row-major, their stride `size` a
// multiple of 4. Every address is in bytes. Nothing here allocates.

import { exponential } from '../predict/exponential.as';

/** Runs one chunk: 0 half a step of ALS, 1 a part of the Gram matrix, 2 propagation, 3 a pass of BPR, 4 BPR's gradient, 5 a step of Adam. */
export function run(operation: i32, task: usize, chunk: usize, thread: usize): void {
  if (operation == 0) solve(task, chunk, thread);
  else if (operation == 1) gram(task, chunk);
  else if (operation == 2) propagate(task, chunk);
  else if (operation == 3) descend(task);
  else if (operation == 4) gradient(task);
  else adam(task, chunk);
}

/**
 * Conjugate gradients on (gram + sum of w y y') x = sum of (1 + w) y for each row x, where y are the factors of the row's own indices
 * and w their weights: how far confidence is above 1.
 */
function solve(task: usize, chunk: usize, thread: usize): void {
  const offsets = parameter(task, 0);
  const indices = parameter(task, 1);
  const weights = parameter(task, 2);
  const own = parameter(task, 3);
  const others = parameter(task, 4);
  const matrix = parameter(task, 5);
  const rows = parameter(task, 6);
  const size = parameter(task, 7);
  const steps = parameter(task, 8);
  const chunkRows = parameter(task, 9);
  const bytes = size << 2;
  const residual = parameter(task, 10) + thread * parameter(task, 11);
  const direction = residual + bytes;
  const image = direction + bytes;

  const last = min(chunk * chunkRows + chunkRows, rows);
  for (let row = chunk * chunkRows; row < last; row++) {
    const x = own + row * bytes;
    const first = <usize>load<u32>(offsets + (row << 2));
    const end = <usize>load<u32>(offsets + (row << 2), 4);
    if (first == end) {
      memory.fill(x, 0, bytes);
      continue;
    }
    times(matrix, x, residual, bytes);
    for (let column: usize = 0; column < bytes; column += 16) v128.store(residual + column, f32x4.neg(v128.load(residual + column)));
    for (let place = first; place < end; place++) {
      const y = others + <usize>load<u32>(indices + (place << 2)) * bytes;
      const weight = load<f32>(weights + (place << 2));
      addTimes(residual, y, 1 + weight - weight * dot(y, x, bytes), bytes);
    }
    memory.copy(direction, residual, bytes);
    let square = dot(residual, residual, bytes);
    for (let step: usize = 0; step < steps && square >= 1e-20; step++) {
      times(matrix, direction, image, bytes);
      for (let place = first; place < end; place++) {
        const y = others + <usize>load<u32>(indices + (place << 2)) * bytes;
        addTimes(image, y, load<f32>(weights + (place << 2)) * dot(y, direction, bytes), bytes);
      }
      const length = square / dot(direction, image, bytes);
      addTimes(x, direction, length, bytes);
      addTimes(residual, image, -length, bytes);
      const next = dot(residual, residual, bytes);
      const keep = f32x4.splat(next / square);
      for (let column: usize = 0; column < bytes; column += 16) v128.store(direction + column, f32x4.add(v128.load(residual + column), f32x4.mul(keep, v128.load(direction + column))));
      square = next;
    }
  }
}

/** The sum of y y' over a chunk's rows, written to the chunk's own place. */
function gram(task: usize, chunk: usize): void {
  const factors = parameter(task, 0);
  const rows = parameter(task, 1);
  const bytes = parameter(task, 2) << 2;
  const chunkRows = parameter(task, 3);
  const sums = parameter(task, 4) + chunk * parameter(task, 2) * bytes;
  memory.fill(sums, 0, parameter(task, 2) * bytes);
  const last = min(chunk * chunkRows + chunkRows, rows);
  for (let row = chunk * chunkRows; row < last; row++) {
    const y = factors + row * bytes;
    for (let column: usize = 0; column < bytes; column += 4) addTimes(sums + (column >> 2) * bytes, y, load<f32>(y + column), bytes);
  }
}

/** Each row of `target` becomes the weighted sum of the rows of `source` that a sparse matrix names. */
function propagate(task: usize, chunk: usize): void {
  const offsets = parameter(task, 0);
  const indices = parameter(task, 1);
  const weights = parameter(task, 2);
  const source = parameter(task, 3);
  const target = parameter(task, 4);
  const rows = parameter(task, 5);
  const bytes = parameter(task, 6) << 2;
  const chunkRows = parameter(task, 7);
  const last = min(chunk * chunkRows + chunkRows, rows);
  for (let row = chunk * chunkRows; row < last; row++) {
    const sum = target + row * bytes;
    memory.fill(sum, 0, bytes);
    const end = <usize>load<u32>(offsets + (row << 2), 4);
    for (let place = <usize>load<u32>(offsets + (row << 2)); place < end; place++) {
      addTimes(sum, source + <usize>load<u32>(indices + (place << 2)) * bytes, load<f32>(weights + (place << 2)), bytes);
    }
  }
}

/**
 * Stochastic gradient steps on triples (row, what it has, what it has not), one after the other. The last factor of a row stays as it
 * is, so that with 1 there the last factor of the others is their bias.
 */
function descend(task: usize): void {
  const triples = parameter(task, 0);
  const count = parameter(task, 1);
  const own = parameter(task, 2);
  const others = parameter(task, 3);
  const bytes = parameter(task, 4) << 2;
  const rate = <f32>load<f64>(task, 5 << 3);
  const decay = f32x4.splat(<f32>(1 - load<f64>(task, 5 << 3) * load<f64>(task, 6 << 3)));
  for (let number: usize = 0; number < count; number++) {
    const triple = triples + number * 12;
    const x = own + <usize>load<u32>(triple) * bytes;
    const liked = others + <usize>load<u32>(triple, 4) * bytes;
    const other = others + <usize>load<u32>(triple, 8) * bytes;
    const step = f32x4.splat(rate * <f32>away(<f64>(dot(x, liked, bytes) - dot(x, other, bytes))));
    const one = load<f32>(x + bytes - 4);
    for (let column: usize = 0; column < bytes; column += 16) {
      const a = v128.load(x + column);
      const b = v128.load(liked + column);
      const c = v128.load(other + column);
      v128.store(x + column, f32x4.add(f32x4.mul(a, decay), f32x4.mul(step, f32x4.sub(b, c))));
      const move = f32x4.mul(step, a);
      v128.store(liked + column, f32x4.add(f32x4.mul(b, decay), move));
      v128.store(other + column, f32x4.sub(f32x4.mul(c, decay), move));
    }
    store<f32>(x + bytes - 4, one);
  }
}

/** Adds up the gradient of -log sigmoid(x (liked - other)) over triples, by factors `from`, into `sums`, each divided by their count. */
function gradient(task: usize): void {
  const triples = parameter(task, 0);
  const count = parameter(task, 1);
  const from = parameter(task, 2);
  const sums = parameter(task, 3);
  const bytes = parameter(task, 4) << 2;
  for (let number: usize = 0; number < count; number++) {
    const triple = triples + number * 12;
    const own = <usize>load<u32>(triple) * bytes;
    const liked = <usize>load<u32>(triple, 4) * bytes;
    const other = <usize>load<u32>(triple, 8) * bytes;
    const pull = <f32>away(<f64>(dot(from + own, from + liked, bytes) - dot(from + own, from + other, bytes))) / <f32>count;
    addTimes(sums + own, from + liked, -pull, bytes);
    addTimes(sums + own, from + other, pull, bytes);
    addTimes(sums + liked, from + own, -pull, bytes);
    addTimes(sums + other, from + own, pull, bytes);
  }
}

/** Adam (Kingma and Ba 2015) on a chunk of parameters, with L2 regularisation in the gradient. */
function adam(task: usize, chunk: usize): void {
  const values = parameter(task, 0);
  const slopes = parameter(task, 1);
  const means = parameter(task, 2);
  const squares = parameter(task, 3);
  const bytes = parameter(task, 4) << 2;
  const chunkBytes = parameter(task, 5) << 2;
  const rate = f32x4.splat(<f32>load<f64>(task, 6 << 3));
  const regularisation = f32x4.splat(<f32>load<f64>(task, 7 << 3));
  const meanScale = f32x4.splat(<f32>load<f64>(task, 8 << 3));
  const squareScale = f32x4.splat(<f32>load<f64>(task, 9 << 3));
  const last = min(chunk * chunkBytes + chunkBytes, bytes);
  for (let place = chunk * chunkBytes; place < last; place += 16) {
    const value = v128.load(values + place);
    const slope = f32x4.add(v128.load(slopes + place), f32x4.mul(regularisation, value));
    const mean = f32x4.add(f32x4.mul(f32x4.splat(0.9), v128.load(means + place)), f32x4.mul(f32x4.splat(0.1), slope));
    const square = f32x4.add(f32x4.mul(f32x4.splat(0.999), v128.load(squares + place)), f32x4.mul(f32x4.splat(0.001), f32x4.mul(slope, slope)));
    v128.store(means + place, mean);
    v128.store(squares + place, square);
    const step = f32x4.div(f32x4.mul(mean, meanScale), f32x4.add(f32x4.sqrt(f32x4.mul(square, squareScale)), f32x4.splat(1e-8)));
    v128.store(values + place, f32x4.sub(value, f32x4.mul(rate, step)));
  }
}

/** 1 / (1 + e^x): how far the sigmoid of x is from 1. */
function away(x: f64): f64 {
  const small = f64x2.extract_lane(exponential(f64x2.splat(-abs(x))), 0);
  return x >= 0 ? small / (1 + small) : 1 / (1 + small);
}

/** target = symmetric matrix times x. */
function times(matrix: usize, x: usize, target: usize, bytes: usize): void {
  memory.fill(target, 0, bytes);
  for (let column: usize = 0; column < bytes; column += 4) addTimes(target, matrix + (column >> 2) * bytes, load<f32>(x + column), bytes);
}

// @ts-ignore: decorator
@inline
function addTimes(target: usize, x: usize, factor: f32, bytes: usize): void {
  const four = f32x4.splat(factor);
  for (let column: usize = 0; column < bytes; column += 16) v128.store(target + column, f32x4.add(v128.load(target + column), f32x4.mul(four, v128.load(x + column))));
}

// @ts-ignore: decorator
@inline
function dot(x: usize, y: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0);
  for (let column: usize = 0; column < bytes; column += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(x + column), v128.load(y + column)));
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
}

// @ts-ignore: decorator
@inline
function parameter(task: usize, index: usize): usize {
  return <usize>load<f64>(task + (index << 3));
}
