// Gradient boosted trees on binned columns, in AssemblyScript. `npm run kernels` compiles this file to boosting.wasm beside it.
//
// A task is a row of Float64 parameters (boosting-kernel.ts writes them). Bins are bytes, row-major. A row's gradient and curvature are
// two Int32 side by side, so that a bin's sums, {gradient, curvature, rows, 0}, are whole numbers: they are the same whatever thread
// added which rows first. Every address is in bytes. Nothing here allocates.

import { narrowExponential } from './exponential.as';

export function run(operation: i32, task: usize, chunk: usize, thread: usize): void {
  if (operation == 0) binRows(task, chunk);
  else if (operation == 1) gradients(task, chunk);
  else if (operation == 2) histogram(task, chunk, thread);
  else if (operation == 3) partition(task, chunk);
  else if (operation == 4) gather(task, chunk);
  else if (operation == 5) bestSplit(task);
  else if (operation == 6) addToLeaf(task, chunk);
  else if (operation == 7) walk(task, chunk);
  else combine(task);
}

/** Values to the number of their column's thresholds below them, 255 thresholds each, the unused infinite; by row and, where wanted, by column too. */
function binRows(task: usize, chunk: usize): void {
  const values = address(task, 0);
  const bins = address(task, 1);
  const thresholds = address(task, 2);
  const columns = address(task, 3);
  const rows = address(task, 4);
  const chunkRows = address(task, 5);
  const wide = address(task, 6) != 0;
  const byColumn = address(task, 7);
  const columnBytes = address(task, 8);
  const begin = chunk * chunkRows;
  const end = min(begin + chunkRows, rows);
  let place = begin * columns;
  for (let row = begin; row < end; row++) {
    let its = thresholds;
    for (let column: usize = 0; column < columns; column++) {
      const value = wide ? load<f64>(values + (place << 3)) : <f64>load<f32>(values + (place << 2));
      let bin: usize = 0;
      for (let step: usize = 128; step != 0; step >>= 1) {
        bin += load<f64>(its + ((bin + step - 1) << 3)) < value ? step : 0;
      }
      store<u8>(bins + place, <u8>bin);
      if (columnBytes != 0) store<u8>(byColumn + column * columnBytes + row, <u8>bin);
      place++;
      its += 2048;
    }
  }
}

/**
 * First and second derivatives of the log loss by the log odds, scaled to whole numbers. What the scale leaves over is rounded up or
 * down by chance, a hash of the row and the tree, so that sums are right on average.
 */
function gradients(task: usize, chunk: usize): void {
  const odds = address(task, 0);
  const labels = address(task, 1);
  const pairs = address(task, 2);
  const rows = address(task, 3);
  const chunkRows = address(task, 4);
  const weight0 = f32x4.splat(<f32>load<f64>(task, 5 << 3));
  const weightStep = f32x4.splat(<f32>(load<f64>(task, 6 << 3) - load<f64>(task, 5 << 3)));
  const scale = f32x4.splat(<f32>load<f64>(task, 7 << 3));
  const curvatureScale = f32x4.splat(<f32>load<f64>(task, 8 << 3));
  const salt = i32x4.splat(<i32>load<f64>(task, 9 << 3));
  const one = f32x4.splat(1);
  const sixteenth = f32x4.splat(1.0 / 65536.0);
  const begin = chunk * chunkRows;
  // Four rows at a time; the arrays are filled up to whole fours.
  const end = min(begin + chunkRows, rows);
  let index = i32x4.add(i32x4.splat(<i32>begin), i32x4(0, 1, 2, 3));
  for (let row = begin; row < end; row += 4) {
    const label = v128.load(labels + (row << 2));
    const weight = f32x4.add(weight0, f32x4.mul(label, weightStep));
    const probability = f32x4.div(one, f32x4.add(one, narrowExponential(f32x4.neg(v128.load(odds + (row << 2))))));
    let hash = v128.xor(i32x4.mul(index, i32x4.splat(0x9e3779b1)), salt);
    hash = i32x4.mul(v128.xor(hash, i32x4.shr_u(hash, 15)), i32x4.splat(0x85ebca6b));
    hash = v128.xor(hash, i32x4.shr_u(hash, 13));
    const chance = f32x4.mul(f32x4.convert_i32x4_u(v128.and(hash, i32x4.splat(0xffff))), sixteenth);
    const other = f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(hash, 16)), sixteenth);
    const gradient = f32x4.mul(f32x4.mul(weight, f32x4.sub(probability, label)), scale);
    const curvature = f32x4.mul(f32x4.mul(weight, f32x4.mul(probability, f32x4.sub(one, probability))), curvatureScale);
    const g = i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(gradient, chance)));
    const h = i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(curvature, other)));
    v128.store(pairs + (row << 3), v128.shuffle<i32>(g, h, 0, 4, 1, 5));
    v128.store(pairs + (row << 3), v128.shuffle<i32>(g, h, 2, 6, 3, 7), 16);
    index = i32x4.add(index, i32x4.splat(4));
  }
}

/** Adds a chunk of a node's rows to the sums of their bins: the calling thread to the node's own, helpers to their scratch. */
function histogram(task: usize, chunk: usize, thread: usize): void {
  const bins = address(task, 0);
  const pairs = address(task, 1);
  const order = address(task, 2);
  const offsets = address(task, 3);
  const columns = address(task, 4);
  const sums = thread == 0 ? address(task, 5) : address(task, 6) + (thread - 1) * address(task, 7);
  const first = address(task, 8);
  const last = address(task, 9);
  const chunkRows = address(task, 10);
  const begin = first + chunk * chunkRows;
  const end = min(begin + chunkRows, last);
  const fours = columns & ~3;
  const counted = i32x4(0, 0, 1, 0);
  let touched: u32 = 0;
  let ahead = begin;
  for (let place = begin; place < end; place++) {
    // Rows that are far from each other wait for memory: many of them wait together.
    if (place == ahead) {
      ahead = min(ahead + 16, end);
      for (let next = place; next < ahead; next++) {
        const row = <usize>load<u32>(order + (next << 2));
        touched += <u32>load<u8>(bins + row * columns) + load<u32>(pairs + (row << 3));
      }
    }
    const row = <usize>load<u32>(order + (place << 2));
    const pair = v128.or(v128.load64_zero(pairs + (row << 3)), counted);
    const own = bins + row * columns;
    let column: usize = 0;
    for (; column < fours; column += 4) {
      const four = load<u32>(own + column);
      const at = offsets + (column << 2);
      add(sums + load<u32>(at) + ((four & 255) << 4), pair);
      add(sums + load<u32>(at, 4) + ((four >> 4) & 4080), pair);
      add(sums + load<u32>(at, 8) + ((four >> 12) & 4080), pair);
      add(sums + load<u32>(at, 12) + ((four >> 20) & 4080), pair);
    }
    for (; column < columns; column++) add(sums + load<u32>(offsets + (column << 2)) + (<usize>load<u8>(own + column) << 4), pair);
  }
  // Or the compiler would not touch.
  store<u32>(address(task, 11) + (thread << 6), touched);
}

/** Puts the rows of a chunk that go left to the front of its scratch and the others, backwards, to its end; keeps how many go left. */
function partition(task: usize, chunk: usize): void {
  const values = address(task, 0);
  const order = address(task, 1);
  const scratch = address(task, 2);
  const counts = address(task, 3);
  const first = address(task, 4);
  const last = address(task, 5);
  const chunkRows = address(task, 6);
  const bin = <u8>load<f64>(task, 7 << 3);
  const begin = first + chunk * chunkRows;
  const end = min(begin + chunkRows, last);
  let left = scratch + (begin << 2);
  let right = scratch + ((end - 1) << 2);
  for (let place = begin; place < end; place++) {
    const row = load<u32>(order + (place << 2));
    const goesLeft = <usize>(load<u8>(values + row) <= bin) << 2;
    store<u32>(left, row);
    store<u32>(right, row);
    left += goesLeft;
    right -= 4 - goesLeft;
  }
  store<u32>(counts + (chunk << 3), <u32>((left - scratch) >> 2) - <u32>begin);
}

/** Brings a chunk's rows from the scratch to where JavaScript has found that they belong. */
function gather(task: usize, chunk: usize): void {
  const order = address(task, 1);
  const scratch = address(task, 2);
  const counts = address(task, 3);
  const first = address(task, 4);
  const last = address(task, 5);
  const chunkRows = address(task, 6);
  const split = address(task, 8);
  const begin = first + chunk * chunkRows;
  const end = min(begin + chunkRows, last);
  const lefts = <usize>load<u32>(counts + (chunk << 3));
  const before = <usize>load<u32>(counts + (chunk << 3), 4);
  memory.copy(order + ((first + before) << 2), scratch + (begin << 2), lefts << 2);
  memory.copy(order + ((split + (begin - first) - before) << 2), scratch + ((begin + lefts) << 2), (end - begin - lefts) << 2);
}

/** The split that lowers the loss most, to the task's last parameters: gain, column, bin, and the sums of the left side. */
function bestSplit(task: usize): void {
  const sums = address(task, 0);
  const offsets = address(task, 1);
  const binCounts = address(task, 2);
  const columns = address(task, 3);
  const gradient = load<f64>(task, 4 << 3);
  const curvature = load<f64>(task, 5 << 3);
  const rows = load<f64>(task, 6 << 3);
  const fewest = load<f64>(task, 7 << 3);
  const penalty = load<f64>(task, 8 << 3);
  const scale = load<f64>(task, 9 << 3);
  const curvatureScale = load<f64>(task, 10 << 3);
  const least = load<f64>(task, 11 << 3);
  const whole = gradient * gradient / (curvature + penalty);
  let best = 0.0;
  store<f64>(task, 0, 12 << 3);
  for (let column: usize = 0; column < columns; column++) {
    let place = sums + <usize>load<u32>(offsets + (column << 2));
    const bins = <usize>load<u32>(binCounts + (column << 2));
    let left = i32x4.splat(0);
    for (let bin: usize = 0; bin + 1 < bins; bin++) {
      left = i32x4.add(left, v128.load(place));
      place += 16;
      const leftRows = <f64>i32x4.extract_lane(left, 2);
      if (leftRows < fewest) continue;
      if (rows - leftRows < fewest) break;
      const leftGradient = <f64>i32x4.extract_lane(left, 0) * scale;
      const leftCurvature = <f64>i32x4.extract_lane(left, 1) * curvatureScale;
      const rightCurvature = curvature - leftCurvature;
      if (leftCurvature < least || rightCurvature < least) continue;
      const rightGradient = gradient - leftGradient;
      const gain = leftGradient * leftGradient / (leftCurvature + penalty) + rightGradient * rightGradient / (rightCurvature + penalty) - whole;
      if (gain > best) {
        best = gain;
        store<f64>(task, gain, 12 << 3);
        store<f64>(task, <f64>column, 13 << 3);
        store<f64>(task, <f64>bin, 14 << 3);
        store<f64>(task, leftGradient, 15 << 3);
        store<f64>(task, leftCurvature, 16 << 3);
        store<f64>(task, leftRows, 17 << 3);
      }
    }
  }
}

/** Adds a leaf's value to the log odds of its rows; a chunk is a leaf. */
function addToLeaf(task: usize, chunk: usize): void {
  const order = address(task, 0);
  const odds = address(task, 1);
  const leaf = address(task, 2) + chunk * 24;
  const value = <f32>load<f64>(leaf, 16);
  const end = <usize>load<f64>(leaf, 8);
  for (let place = <usize>load<f64>(leaf); place < end; place++) {
    const at = odds + (<usize>load<u32>(order + (place << 2)) << 2);
    store<f32>(at, load<f32>(at) + value);
  }
}

/**
 * Adds the leaf values of some trees to the log odds of rows. A node is {column, bin, left, right} in Int32 and a leaf leads to itself;
 * four rows go down side by side, because each of them waits for its next node.
 */
function walk(task: usize, chunk: usize): void {
  const bins = address(task, 0);
  const columns = address(task, 1);
  const odds = address(task, 2);
  const first = address(task, 3);
  const last = address(task, 4);
  const chunkRows = address(task, 5);
  const roots = address(task, 6);
  const trees = address(task, 7);
  const nodes = address(task, 8);
  const leafValues = address(task, 9);
  const begin = first + chunk * chunkRows;
  const end = min(begin + chunkRows, last);
  for (let tree: usize = 0; tree < trees; tree++) {
    const root = load<u32>(roots + (tree << 2));
    let row = begin;
    for (; row + 4 <= end; row += 4) {
      const own = bins + row * columns;
      let a = root;
      let b = root;
      let c = root;
      let d = root;
      let moved: u32 = 1;
      while (moved != 0) {
        const na = child(nodes, a, own);
        const nb = child(nodes, b, own + columns);
        const nc = child(nodes, c, own + (columns << 1));
        const nd = child(nodes, d, own + columns * 3);
        moved = (na ^ a) | (nb ^ b) | (nc ^ c) | (nd ^ d);
        a = na;
        b = nb;
        c = nc;
        d = nd;
      }
      const at = odds + (row << 2);
      store<f32>(at, load<f32>(at) + load<f32>(leafValues + (a << 2)));
      store<f32>(at, load<f32>(at, 4) + load<f32>(leafValues + (b << 2)), 4);
      store<f32>(at, load<f32>(at, 8) + load<f32>(leafValues + (c << 2)), 8);
      store<f32>(at, load<f32>(at, 12) + load<f32>(leafValues + (d << 2)), 12);
    }
    for (; row < end; row++) {
      let node = root;
      let next = child(nodes, node, bins + row * columns);
      while (next != node) {
        node = next;
        next = child(nodes, node, bins + row * columns);
      }
      const at = odds + (row << 2);
      store<f32>(at, load<f32>(at) + load<f32>(leafValues + (node << 2)));
    }
  }
}

/** Adds or takes off the sums of one histogram from another. */
function combine(task: usize): void {
  const target = address(task, 0);
  const other = address(task, 1);
  const bytes = address(task, 2);
  if (address(task, 3) != 0) {
    for (let place: usize = 0; place < bytes; place += 16) v128.store(target + place, i32x4.sub(v128.load(target + place), v128.load(other + place)));
  } else {
    for (let place: usize = 0; place < bytes; place += 16) v128.store(target + place, i32x4.add(v128.load(target + place), v128.load(other + place)));
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function child(nodes: usize, node: u32, own: usize): u32 {
  const at = nodes + (<usize>node << 4);
  const goesRight = <usize>(<u32>load<u8>(own + <usize>load<u32>(at)) > load<u32>(at, 4)) << 2;
  return load<u32>(at + goesRight, 8);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function add(place: usize, pair: v128): void {
  v128.store(place, i32x4.add(v128.load(place), pair));
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function address(task: usize, index: usize): usize {
  return <usize>load<f64>(task + (index << 3));
}
