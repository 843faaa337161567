// Loss, gradient and Hessian of a linear model of two classes, in AssemblyScript. `npm run kernels` compiles this file to
// linear-loss.wasm beside it.
//
// A task is a row of Float64 parameters (linear-loss.ts writes them). The rows lie in panels of 128, each panel by column, as
// Float32 or Float64, the last one filled up with zeros. Every address is in bytes. Nothing here allocates.

import { exponential, logOnePlus } from './exponential.as';

/** Rows of a panel; 17 columns of them in Float64 fit the nearest cache. */
const panel: usize = 128;
const panelBytes: usize = panel << 3;

/** Runs one chunk. The operation says how much is wanted: 0 the loss, 1 its gradient too, 2 its Hessian too. */
export function run(operation: i32, task: usize, chunk: usize, thread: usize): void {
  const data = parameter(task, 0);
  const labels = parameter(task, 1);
  const rows = parameter(task, 2);
  const columns = parameter(task, 3);
  const size = parameter(task, 4);
  const weights = parameter(task, 5);
  const partial = parameter(task, 6) + chunk * parameter(task, 7);
  const begin = chunk * parameter(task, 15);
  const block = parameter(task, 8) + thread * parameter(task, 9);
  const chunkRows = parameter(task, 10);
  const wide = parameter(task, 11) != 0;
  const hinge = parameter(task, 12) != 0;
  const weight0 = load<f64>(task, 13 << 3);
  const weight1 = load<f64>(task, 14 << 3);

  // After the columns of the block: signs and weights of its rows, then residuals and curvatures, then two columns times curvature.
  const signs = block + size * panelBytes;
  const caseWeights = signs + panelBytes;
  const residuals = caseWeights + panelBytes;
  const curvatures = residuals + panelBytes;
  const scaled = curvatures + panelBytes;
  const gradient = partial + 16;
  const hessian = gradient + (size << 3);

  memory.fill(partial, 0, (2 + size + (operation == 2 ? size * size : 0)) << 3);
  memory.fill(block + columns * panelBytes, 0, (size - columns) * panelBytes);
  for (let row: usize = 0; row < panelBytes; row += 16) v128.store(block + columns * panelBytes + row, f64x2.splat(1));

  let loss = f64x2.splat(0);
  let weight = 0.0;
  const last = min(begin + chunkRows, rows);
  for (let first = begin; first < last; first += panel) {
    const count = min(panel, last - first);
    if (wide) {
      memory.copy(block, data + ((first * columns) << 3), columns * panelBytes);
    } else {
      const narrow = data + ((first * columns) << 2);
      for (let place: usize = 0; place < columns * panelBytes; place += 32) {
        const values = v128.load(narrow + (place >> 1));
        v128.store(block + place, f64x2.promote_low_f32x4(values));
        v128.store(block + place, f64x2.promote_low_f32x4(v128.shuffle<f64>(values, values, 1, 1)), 16);
      }
    }
    for (let row: usize = 0; row < panel; row++) {
      const positive = row < count && load<u8>(labels + first + row) == 1;
      store<f64>(signs + (row << 3), positive ? 1 : -1);
      const caseWeight = row < count ? (positive ? weight1 : weight0) : 0;
      store<f64>(caseWeights + (row << 3), caseWeight);
      weight += caseWeight;
    }
    logOddsOf(block, weights, columns, residuals);
    loss = f64x2.add(loss, hinge ? squaredHinge(signs, caseWeights, residuals, curvatures) : logLoss(signs, caseWeights, residuals, curvatures));
    if (operation >= 1) addGradient(block, residuals, size, gradient);
    if (operation == 2) addHessian(block, curvatures, scaled, size, hessian);
  }
  store<f64>(partial, f64x2.extract_lane(loss, 0) + f64x2.extract_lane(loss, 1));
  store<f64>(partial, weight, 8);
}

/** Puts w'x + intercept for each row of the block to `target`. */
function logOddsOf(block: usize, weights: usize, columns: usize, target: usize): void {
  for (let row: usize = 0; row < panelBytes; row += 64) {
    let a = v128.load_splat<u64>(weights + (columns << 3));
    let b = a;
    let c = a;
    let d = a;
    let values = block + row;
    for (let column: usize = 0; column < columns; column++) {
      const weight = v128.load_splat<u64>(weights + (column << 3));
      a = f64x2.add(a, f64x2.mul(weight, v128.load(values)));
      b = f64x2.add(b, f64x2.mul(weight, v128.load(values, 16)));
      c = f64x2.add(c, f64x2.mul(weight, v128.load(values, 32)));
      d = f64x2.add(d, f64x2.mul(weight, v128.load(values, 48)));
      values += panelBytes;
    }
    v128.store(target + row, a);
    v128.store(target + row, b, 16);
    v128.store(target + row, c, 32);
    v128.store(target + row, d, 48);
  }
}

/** Turns log odds into the derivative of the log loss by them, and its second derivative; returns the loss. */
function logLoss(signs: usize, caseWeights: usize, residuals: usize, curvatures: usize): v128 {
  const one = f64x2.splat(1);
  let loss = f64x2.splat(0);
  for (let row: usize = 0; row < panelBytes; row += 16) {
    const sign = v128.load(signs + row);
    const weight = v128.load(caseWeights + row);
    const margin = f64x2.mul(sign, v128.load(residuals + row));
    const small = exponential(f64x2.neg(f64x2.abs(margin)));
    const share = f64x2.div(one, f64x2.add(one, small));
    const lesser = f64x2.mul(small, share);
    const wrong = v128.bitselect(lesser, share, f64x2.ge(margin, f64x2.splat(0)));
    v128.store(residuals + row, f64x2.neg(f64x2.mul(f64x2.mul(sign, weight), wrong)));
    v128.store(curvatures + row, f64x2.mul(weight, f64x2.mul(lesser, share)));
    const softplus = f64x2.add(f64x2.max(f64x2.neg(margin), f64x2.splat(0)), logOnePlus(small));
    loss = f64x2.add(loss, f64x2.mul(weight, softplus));
  }
  return loss;
}

/** The same for the squared hinge, max(0, 1 - margin)^2, whose second derivative jumps at margin 1. */
function squaredHinge(signs: usize, caseWeights: usize, residuals: usize, curvatures: usize): v128 {
  let loss = f64x2.splat(0);
  for (let row: usize = 0; row < panelBytes; row += 16) {
    const sign = v128.load(signs + row);
    const twice = f64x2.mul(f64x2.splat(2), v128.load(caseWeights + row));
    const short = f64x2.max(f64x2.sub(f64x2.splat(1), f64x2.mul(sign, v128.load(residuals + row))), f64x2.splat(0));
    v128.store(residuals + row, f64x2.neg(f64x2.mul(f64x2.mul(sign, twice), short)));
    v128.store(curvatures + row, v128.and(twice, f64x2.gt(short, f64x2.splat(0))));
    loss = f64x2.add(loss, f64x2.mul(f64x2.mul(f64x2.splat(0.5), twice), f64x2.mul(short, short)));
  }
  return loss;
}

function addGradient(block: usize, residuals: usize, size: usize, gradient: usize): void {
  for (let column: usize = 0; column < size; column += 2) {
    const first = block + column * panelBytes;
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let row: usize = 0; row < panelBytes; row += 32) {
      const residual = v128.load(residuals + row);
      const next = v128.load(residuals + row, 16);
      a = f64x2.add(a, f64x2.mul(residual, v128.load(first + row)));
      b = f64x2.add(b, f64x2.mul(next, v128.load(first + row, 16)));
      c = f64x2.add(c, f64x2.mul(residual, v128.load(first + row, panelBytes)));
      d = f64x2.add(d, f64x2.mul(next, v128.load(first + row, panelBytes + 16)));
    }
    addPair(gradient + (column << 3), f64x2.add(a, b), f64x2.add(c, d));
  }
}

/** Adds the rows' outer products, weighted by their curvatures, to the lower triangle in tiles of two by two. */
function addHessian(block: usize, curvatures: usize, scaled: usize, size: usize, hessian: usize): void {
  for (let i: usize = 0; i < size; i += 2) {
    const column = block + i * panelBytes;
    for (let row: usize = 0; row < panelBytes; row += 16) {
      const curvature = v128.load(curvatures + row);
      v128.store(scaled + row, f64x2.mul(curvature, v128.load(column + row)));
      v128.store(scaled + row, f64x2.mul(curvature, v128.load(column + row, panelBytes)), panelBytes);
    }
    for (let j: usize = 0; j <= i; j += 2) {
      const other = block + j * panelBytes;
      let a = f64x2.splat(0);
      let b = a;
      let c = a;
      let d = a;
      let e = a;
      let f = a;
      let g = a;
      let h = a;
      for (let row: usize = 0; row < panelBytes; row += 32) {
        let x = v128.load(scaled + row);
        let y = v128.load(scaled + row, panelBytes);
        let u = v128.load(other + row);
        let v = v128.load(other + row, panelBytes);
        a = f64x2.add(a, f64x2.mul(x, u));
        b = f64x2.add(b, f64x2.mul(x, v));
        c = f64x2.add(c, f64x2.mul(y, u));
        d = f64x2.add(d, f64x2.mul(y, v));
        x = v128.load(scaled + row, 16);
        y = v128.load(scaled + row, panelBytes + 16);
        u = v128.load(other + row, 16);
        v = v128.load(other + row, panelBytes + 16);
        e = f64x2.add(e, f64x2.mul(x, u));
        f = f64x2.add(f, f64x2.mul(x, v));
        g = f64x2.add(g, f64x2.mul(y, u));
        h = f64x2.add(h, f64x2.mul(y, v));
      }
      const place = hessian + ((i * size + j) << 3);
      addPair(place, f64x2.add(a, e), f64x2.add(b, f));
      addPair(place + (size << 3), f64x2.add(c, g), f64x2.add(d, h));
    }
  }
}

/** Adds the sums of the lanes of two vectors to two neighbouring doubles. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function addPair(place: usize, first: v128, second: v128): void {
  const sums = f64x2.add(v128.shuffle<f64>(first, second, 0, 2), v128.shuffle<f64>(first, second, 1, 3));
  v128.store(place, f64x2.add(v128.load(place), sums));
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function parameter(task: usize, index: usize): usize {
  return <usize>load<f64>(task + (index << 3));
}
