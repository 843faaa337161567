// Forward and backward passes of a network of dense layers with one output, and the steps of its optimisers, in AssemblyScript.
// `npm run kernels` compiles this file to dense-layers.wasm beside it.
//
// A task is a row of Float64 parameters, then eight for each layer (dense-layers.ts writes them). All widths and numbers of rows are
// padded to a multiple of 4, the padding held at 0. Weights are row-major, inputs x outputs, in Float32, each layer's biases after
// them. Every address is in bytes. Nothing here allocates.

import { exponential, logOnePlus, narrowExponential } from './exponential.as';

/** Places of the task's parameters. */
const layerCount: usize = 0;
const dataAt: usize = 1;
const targetsAt: usize = 2;
const orderAt: usize = 3;
const outputsAt: usize = 4;
const firstAt: usize = 5;
const lastAt: usize = 6;
const blockRowsAt: usize = 7;
const parametersAt: usize = 8;
const parameterBytesAt: usize = 9;
const gradientsAt: usize = 10;
const scratchAt: usize = 11;
const scratchBytesAt: usize = 12;
const lossesAt: usize = 13;
const outputKindAt: usize = 14;
const momentsAt: usize = 15;
const squaresAt: usize = 16;
const optimiserAt: usize = 17;
const rateAt: usize = 18;
const momentumAt: usize = 19;
const decayAt: usize = 20;
const epsilonAt: usize = 21;
const alphaAt: usize = 22;
const blocksAt: usize = 23;
const dropoutAt: usize = 24;
const dropoutSeedAt: usize = 25;
const deltaPlaceAt: usize = 26;
const layersAt: usize = 32;

/** Places of a layer's parameters; offsets are from the parameters' address, the others from the thread's scratch memory. */
const inputs: usize = 0;
const outputs: usize = 1;
const weightsOffset: usize = 2;
const biasOffset: usize = 3;
const transposedAt: usize = 4;
const activation: usize = 5;
const inputPlace: usize = 6;
const trueOutputs: usize = 7;

/** Operation 0 computes a block's loss and gradient, 1 its outputs alone, 2 takes a step by the blocks' gradients, 3 transposes the weights. */
export function run(operation: i32, task: usize, chunk: usize, thread: usize): void {
  if (operation == 0) learn(task, chunk, thread);
  else if (operation == 1) tell(task, chunk, thread);
  else if (operation == 2) step(task);
  else transposeAll(task);
}

function learn(task: usize, chunk: usize, thread: usize): void {
  const layers = place(task, layerCount);
  const scratch = place(task, scratchAt) + thread * place(task, scratchBytesAt);
  const first = place(task, firstAt) + chunk * place(task, blockRowsAt);
  const rows = min(place(task, blockRowsAt), place(task, lastAt) - first);
  const padded = (rows + 3) & ~3;
  const parameters = place(task, parametersAt);
  const gradient = place(task, gradientsAt) + chunk * place(task, parameterBytesAt);
  const dropout = load<f64>(task, dropoutAt << 3);
  forward(task, scratch, first, rows, padded, dropout, chunk);

  let layer = layerAt(task, layers);
  let delta = scratch + place(layer, inputPlace);
  store<f64>(place(task, lossesAt) + (chunk << 3), outputDelta(task, delta, first, rows, padded));
  for (let number = layers; number > 0; number--) {
    layer = layerAt(task, number - 1);
    const ins = place(layer, inputs);
    const outs = place(layer, outputs);
    const before = scratch + place(layer, inputPlace);
    const biasGradient = gradient + place(layer, biasOffset);
    productOfColumns(before, ins, delta, outs, padded, gradient + place(layer, weightsOffset));
    for (let out: usize = 0; out < outs << 2; out += 16) {
      let sum = f32x4.splat(0);
      for (let row: usize = 0; row < padded; row++) sum = f32x4.add(sum, v128.load(delta + row * (outs << 2) + out));
      v128.store(biasGradient + out, sum);
    }
    if (number == 1) break;
    const next = scratch + place(task, deltaPlaceAt);
    productOfRows(delta, outs << 2, place(layer, trueOutputs), place(layer, transposedAt), ins, 0, padded, next);
    // The activations are needed no more once their derivative is taken: the layer's delta replaces them.
    timesDerivative(next, before, padded * ins, place(layerAt(task, number - 2), activation), dropout);
    delta = before;
  }
}

function tell(task: usize, chunk: usize, thread: usize): void {
  const scratch = place(task, scratchAt) + thread * place(task, scratchBytesAt);
  const first = place(task, firstAt) + chunk * place(task, blockRowsAt);
  const rows = min(place(task, blockRowsAt), place(task, lastAt) - first);
  const padded = (rows + 3) & ~3;
  forward(task, scratch, first, rows, padded, 0, 0);
  const last = scratch + place(layerAt(task, place(task, layerCount)), inputPlace);
  const told = place(task, outputsAt) + (first << 2);
  for (let row: usize = 0; row < rows; row++) store<f32>(told + (row << 2), load<f32>(last + (row << 4)));
}

/** Runs the rows through all layers; the last one's sums stay as they are. */
function forward(task: usize, scratch: usize, first: usize, rows: usize, padded: usize, dropout: f64, chunk: usize): void {
  const layers = place(task, layerCount);
  const data = place(task, dataAt);
  const order = place(task, orderAt) + (first << 2);
  const parameters = place(task, parametersAt);
  let layer = layerAt(task, 0);
  const rowBytes = place(layer, inputs) << 2;
  let values = scratch + place(layer, inputPlace);
  for (let row: usize = 0; row < rows; row++) memory.copy(values + row * rowBytes, data + <usize>load<u32>(order + (row << 2)) * rowBytes, rowBytes);
  memory.fill(values + rows * rowBytes, 0, (padded - rows) * rowBytes);
  let random = load<u64>(task, dropoutSeedAt << 3) + <u64>chunk * 0x9e3779b97f4a7c15;

  for (let number: usize = 0; number < layers; number++) {
    layer = layerAt(task, number);
    const ins = place(layer, inputs);
    const outs = place(layer, outputs);
    const target = scratch + place(layerAt(task, number + 1), inputPlace);
    productOfRows(values, ins << 2, ins, parameters + place(layer, weightsOffset), outs, parameters + place(layer, biasOffset), padded, target);
    if (number + 1 < layers) {
      activate(target, padded * outs, place(layer, activation));
      const surplus = outs - place(layer, trueOutputs);
      if (surplus > 0) {
        for (let row: usize = 0; row < padded; row++) memory.fill(target + ((row * outs + outs - surplus) << 2), 0, surplus << 2);
      }
      if (dropout > 0) random = drop(target, padded * outs, dropout, random);
    }
    values = target;
  }
}

/**
 * target[rows x outs] = values[rows x ins] * weights[ins x outs] + bias, in tiles of four rows by eight outputs. A bias of address 0 is none.
 * `values` are `valueBytes` from row to row.
 */
function productOfRows(values: usize, valueBytes: usize, ins: usize, weights: usize, outs: usize, bias: usize, rows: usize, target: usize): void {
  const outBytes = outs << 2;
  const inBytes = ins << 2;
  let out: usize = 0;
  for (; out + 32 <= outBytes; out += 32) {
    const bias0 = bias == 0 ? f32x4.splat(0) : v128.load(bias + out);
    const bias1 = bias == 0 ? f32x4.splat(0) : v128.load(bias + out, 16);
    for (let row: usize = 0; row < rows; row += 4) {
      let x = values + row * valueBytes;
      const end = x + inBytes;
      let w = weights + out;
      let a0 = bias0;
      let a1 = bias1;
      let b0 = bias0;
      let b1 = bias1;
      let c0 = bias0;
      let c1 = bias1;
      let d0 = bias0;
      let d1 = bias1;
      while (x < end) {
        const w0 = v128.load(w);
        const w1 = v128.load(w, 16);
        let value = v128.load_splat<f32>(x);
        a0 = f32x4.add(a0, f32x4.mul(value, w0));
        a1 = f32x4.add(a1, f32x4.mul(value, w1));
        let y = x + valueBytes;
        value = v128.load_splat<f32>(y);
        b0 = f32x4.add(b0, f32x4.mul(value, w0));
        b1 = f32x4.add(b1, f32x4.mul(value, w1));
        y += valueBytes;
        value = v128.load_splat<f32>(y);
        c0 = f32x4.add(c0, f32x4.mul(value, w0));
        c1 = f32x4.add(c1, f32x4.mul(value, w1));
        y += valueBytes;
        value = v128.load_splat<f32>(y);
        d0 = f32x4.add(d0, f32x4.mul(value, w0));
        d1 = f32x4.add(d1, f32x4.mul(value, w1));
        x += 4;
        w += outBytes;
      }
      let to = target + row * outBytes + out;
      v128.store(to, a0);
      v128.store(to, a1, 16);
      to += outBytes;
      v128.store(to, b0);
      v128.store(to, b1, 16);
      to += outBytes;
      v128.store(to, c0);
      v128.store(to, c1, 16);
      to += outBytes;
      v128.store(to, d0);
      v128.store(to, d1, 16);
    }
  }
  if (out == outBytes) return;
  const bias0 = bias == 0 ? f32x4.splat(0) : v128.load(bias + out);
  for (let row: usize = 0; row < rows; row += 4) {
    let x = values + row * valueBytes;
    const end = x + inBytes;
    let w = weights + out;
    let a = bias0;
    let b = bias0;
    let c = bias0;
    let d = bias0;
    while (x < end) {
      const w0 = v128.load(w);
      a = f32x4.add(a, f32x4.mul(v128.load_splat<f32>(x), w0));
      let y = x + valueBytes;
      b = f32x4.add(b, f32x4.mul(v128.load_splat<f32>(y), w0));
      y += valueBytes;
      c = f32x4.add(c, f32x4.mul(v128.load_splat<f32>(y), w0));
      y += valueBytes;
      d = f32x4.add(d, f32x4.mul(v128.load_splat<f32>(y), w0));
      x += 4;
      w += outBytes;
    }
    let to = target + row * outBytes + out;
    v128.store(to, a);
    to += outBytes;
    v128.store(to, b);
    to += outBytes;
    v128.store(to, c);
    to += outBytes;
    v128.store(to, d);
  }
}

/** target[ins x outs] = sum over the rows of values[row]' * deltas[row], in tiles of four inputs by eight outputs. */
function productOfColumns(values: usize, ins: usize, deltas: usize, outs: usize, rows: usize, target: usize): void {
  const outBytes = outs << 2;
  const inBytes = ins << 2;
  let out: usize = 0;
  for (; out + 32 <= outBytes; out += 32) {
    for (let column: usize = 0; column < inBytes; column += 16) {
      let x = values + column;
      let w = deltas + out;
      const end = w + rows * outBytes;
      let a0 = f32x4.splat(0);
      let a1 = a0;
      let b0 = a0;
      let b1 = a0;
      let c0 = a0;
      let c1 = a0;
      let d0 = a0;
      let d1 = a0;
      while (w < end) {
        const w0 = v128.load(w);
        const w1 = v128.load(w, 16);
        let value = v128.load_splat<f32>(x);
        a0 = f32x4.add(a0, f32x4.mul(value, w0));
        a1 = f32x4.add(a1, f32x4.mul(value, w1));
        value = v128.load_splat<f32>(x, 4);
        b0 = f32x4.add(b0, f32x4.mul(value, w0));
        b1 = f32x4.add(b1, f32x4.mul(value, w1));
        value = v128.load_splat<f32>(x, 8);
        c0 = f32x4.add(c0, f32x4.mul(value, w0));
        c1 = f32x4.add(c1, f32x4.mul(value, w1));
        value = v128.load_splat<f32>(x, 12);
        d0 = f32x4.add(d0, f32x4.mul(value, w0));
        d1 = f32x4.add(d1, f32x4.mul(value, w1));
        x += inBytes;
        w += outBytes;
      }
      let to = target + (column >> 2) * outBytes + out;
      v128.store(to, a0);
      v128.store(to, a1, 16);
      to += outBytes;
      v128.store(to, b0);
      v128.store(to, b1, 16);
      to += outBytes;
      v128.store(to, c0);
      v128.store(to, c1, 16);
      to += outBytes;
      v128.store(to, d0);
      v128.store(to, d1, 16);
    }
  }
  if (out == outBytes) return;
  for (let column: usize = 0; column < inBytes; column += 16) {
    let x = values + column;
    let w = deltas + out;
    const end = w + rows * outBytes;
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    while (w < end) {
      const w0 = v128.load(w);
      a = f32x4.add(a, f32x4.mul(v128.load_splat<f32>(x), w0));
      b = f32x4.add(b, f32x4.mul(v128.load_splat<f32>(x, 4), w0));
      c = f32x4.add(c, f32x4.mul(v128.load_splat<f32>(x, 8), w0));
      d = f32x4.add(d, f32x4.mul(v128.load_splat<f32>(x, 12), w0));
      x += inBytes;
      w += outBytes;
    }
    let to = target + (column >> 2) * outBytes + out;
    v128.store(to, a);
    to += outBytes;
    v128.store(to, b);
    to += outBytes;
    v128.store(to, c);
    to += outBytes;
    v128.store(to, d);
  }
}

/** Puts sums through an activation: 0 ReLU, 1 tanh, 2 sigmoid. */
function activate(values: usize, count: usize, kind: usize): void {
  const end = values + (count << 2);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  if (kind == 0) {
    for (; values < end; values += 16) v128.store(values, f32x4.max(v128.load(values), zero));
  } else if (kind == 1) {
    for (; values < end; values += 16) {
      const grown = narrowExponential(f32x4.mul(f32x4.splat(2), v128.load(values)));
      v128.store(values, f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(one, grown))));
    }
  } else {
    for (; values < end; values += 16) v128.store(values, f32x4.div(one, f32x4.add(one, narrowExponential(f32x4.neg(v128.load(values))))));
  }
}

/** Sets activations to 0 with the probability `dropout` and divides the others by what is left; returns the generator's state. */
function drop(values: usize, count: usize, dropout: f64, state: u64): u64 {
  const kept = <f32>(1 / (1 - dropout));
  const limit = <u32>(dropout * 4294967296);
  for (const end = values + (count << 2); values < end; values += 4) {
    state = state * 6364136223846793005 + 1442695040888963407;
    // Minus 0 tells the way back that the activation was dropped, not 0 of itself.
    store<f32>(values, <u32>(state >> 32) < limit ? <f32>-0.0 : load<f32>(values) * kept);
  }
  return state;
}

/** Puts in place of activations the deltas times the derivative of the activation, which follows from them, and times what dropout did. */
function timesDerivative(deltas: usize, activations: usize, count: usize, kind: usize, dropout: f64): void {
  const end = deltas + (count << 2);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const kept = f32x4.splat(<f32>(1 - dropout));
  const scale = f32x4.splat(<f32>(1 / (1 - dropout)));
  for (; deltas < end; deltas += 16, activations += 16) {
    const dropped = v128.load(activations);
    const value = f32x4.mul(dropped, kept);
    let derivative: v128;
    if (kind == 0) derivative = v128.and(one, f32x4.gt(value, zero));
    else if (kind == 1) derivative = f32x4.sub(one, f32x4.mul(value, value));
    else derivative = f32x4.mul(value, f32x4.sub(one, value));
    if (dropout > 0) derivative = v128.andnot(f32x4.mul(derivative, scale), i32x4.eq(dropped, i32x4.splat(0x80000000)));
    v128.store(activations, f32x4.mul(v128.load(deltas), derivative));
  }
}

/**
 * Turns the last layer's sums, four values a row of which the first counts, into the loss's derivative by them; returns the loss.
 * Kind 0 is sigmoid with cross-entropy, 1 sigmoid with half the squared error, 2 the sum itself with half the squared error.
 */
function outputDelta(task: usize, sums: usize, first: usize, rows: usize, padded: usize): f64 {
  const order = place(task, orderAt) + (first << 2);
  const targets = place(task, targetsAt);
  const kind = place(task, outputKindAt);
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  let loss = zero;
  for (let row: usize = 0; row < padded; row += 2) {
    const present = f64x2(row < rows ? 1 : 0, row + 1 < rows ? 1 : 0);
    const sum = f64x2(load<f32>(sums + (row << 4)), load<f32>(sums + (row << 4), 16));
    const target = f64x2(
      row < rows ? load<f32>(targets + (<usize>load<u32>(order + (row << 2)) << 2)) : 0,
      row + 1 < rows ? load<f32>(targets + (<usize>load<u32>(order + (row << 2), 4) << 2)) : 0,
    );
    let delta: v128;
    let rowLoss: v128;
    if (kind == 2) {
      delta = f64x2.sub(sum, target);
      rowLoss = f64x2.mul(f64x2.splat(0.5), f64x2.mul(delta, delta));
    } else {
      const small = exponential(f64x2.neg(f64x2.abs(sum)));
      const share = f64x2.div(one, f64x2.add(one, small));
      const told = v128.bitselect(share, f64x2.mul(small, share), f64x2.ge(sum, zero));
      delta = f64x2.sub(told, target);
      if (kind == 0) {
        rowLoss = f64x2.sub(f64x2.add(f64x2.max(sum, zero), logOnePlus(small)), f64x2.mul(target, sum));
      } else {
        rowLoss = f64x2.mul(f64x2.splat(0.5), f64x2.mul(delta, delta));
        delta = f64x2.mul(delta, f64x2.mul(told, f64x2.sub(one, told)));
      }
    }
    delta = f64x2.mul(delta, present);
    loss = f64x2.add(loss, f64x2.mul(rowLoss, present));
    v128.store(sums + (row << 4), zero);
    v128.store(sums + (row << 4), zero, 16);
    store<f32>(sums + (row << 4), <f32>f64x2.extract_lane(delta, 0));
    store<f32>(sums + (row << 4), <f32>f64x2.extract_lane(delta, 1), 16);
  }
  return f64x2.extract_lane(loss, 0) + f64x2.extract_lane(loss, 1);
}

/** Adds the blocks' gradients in order and moves the parameters: optimiser 0 momentum, 1 Nesterov's, 2 Adam. */
function step(task: usize): void {
  const layers = place(task, layerCount);
  const alpha = <f32>load<f64>(task, alphaAt << 3);
  for (let number: usize = 0; number < layers; number++) {
    const layer = layerAt(task, number);
    const weights = place(layer, weightsOffset);
    const bias = place(layer, biasOffset);
    stepRange(task, weights, bias, alpha);
    stepRange(task, bias, bias + (place(layer, outputs) << 2), 0);
  }
  transposeAll(task);
}

function stepRange(task: usize, begin: usize, end: usize, alpha: f32): void {
  const parameters = place(task, parametersAt);
  const gradients = place(task, gradientsAt);
  const bytes = place(task, parameterBytesAt);
  const blocks = place(task, blocksAt);
  const moments = place(task, momentsAt);
  const squares = place(task, squaresAt);
  const optimiser = place(task, optimiserAt);
  const perRow = f32x4.splat(<f32>(1.0 / <f64>(place(task, lastAt) - place(task, firstAt))));
  const rate = f32x4.splat(<f32>load<f64>(task, rateAt << 3));
  const momentum = f32x4.splat(<f32>load<f64>(task, momentumAt << 3));
  const rest = f32x4.splat(<f32>(1 - load<f64>(task, momentumAt << 3)));
  const decay = f32x4.splat(<f32>load<f64>(task, decayAt << 3));
  const decayRest = f32x4.splat(<f32>(1 - load<f64>(task, decayAt << 3)));
  const epsilon = f32x4.splat(<f32>load<f64>(task, epsilonAt << 3));
  const penalty = f32x4.splat(alpha);
  for (let offset = begin; offset < end; offset += 16) {
    let gradient = v128.load(gradients + offset);
    for (let other = gradients + bytes + offset, last = gradients + blocks * bytes; other < last; other += bytes) gradient = f32x4.add(gradient, v128.load(other));
    const value = v128.load(parameters + offset);
    gradient = f32x4.mul(f32x4.add(gradient, f32x4.mul(penalty, value)), perRow);
    let moment = v128.load(moments + offset);
    let change: v128;
    if (optimiser == 2) {
      moment = f32x4.add(f32x4.mul(momentum, moment), f32x4.mul(rest, gradient));
      const square = f32x4.add(f32x4.mul(decay, v128.load(squares + offset)), f32x4.mul(decayRest, f32x4.mul(gradient, gradient)));
      v128.store(squares + offset, square);
      change = f32x4.neg(f32x4.div(f32x4.mul(rate, moment), f32x4.add(f32x4.sqrt(square), epsilon)));
    } else {
      moment = f32x4.sub(f32x4.mul(momentum, moment), f32x4.mul(rate, gradient));
      change = optimiser == 1 ? f32x4.sub(f32x4.mul(momentum, moment), f32x4.mul(rate, gradient)) : moment;
    }
    v128.store(moments + offset, moment);
    v128.store(parameters + offset, f32x4.add(value, change));
  }
}

/** The way back multiplies by the transposed weights of every layer but the first. */
function transposeAll(task: usize): void {
  const layers = place(task, layerCount);
  const parameters = place(task, parametersAt);
  for (let number: usize = 1; number < layers; number++) {
    const layer = layerAt(task, number);
    const ins = place(layer, inputs);
    const outs = place(layer, outputs);
    const weights = parameters + place(layer, weightsOffset);
    const target = place(layer, transposedAt);
    for (let row: usize = 0; row < ins; row += 4) {
      for (let column: usize = 0; column < outs; column += 4) {
        const from = weights + ((row * outs + column) << 2);
        const r0 = v128.load(from);
        const r1 = v128.load(from + (outs << 2));
        const r2 = v128.load(from + (outs << 3));
        const r3 = v128.load(from + (outs << 3) + (outs << 2));
        const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
        const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
        const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
        const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
        const to = target + ((column * ins + row) << 2);
        v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2));
        v128.store(to + (ins << 2), v128.shuffle<f64>(low01, low23, 1, 3));
        v128.store(to + (ins << 3), v128.shuffle<f64>(high01, high23, 0, 2));
        v128.store(to + (ins << 3) + (ins << 2), v128.shuffle<f64>(high01, high23, 1, 3));
      }
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function place(row: usize, index: usize): usize {
  return <usize>load<f64>(row + (index << 3));
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function layerAt(task: usize, number: usize): usize {
  return task + (layersAt << 3) + (number << 6);
}
