// One epoch of dual coordinate descent for a linear support vector machine, in AssemblyScript. `npm run kernels` compiles this file
// to dual-coordinates.wasm beside it.
//
// A task is a row of Float64 parameters (dual-coordinate-descent.ts writes them; the epoch's results go back there). Rows are
// row-major, Float32 or Float64, their stride a multiple of 4 values; each has a pair of its multiplier and its curvature, whose sign
// is the row's class, so that a step touches two places in memory only. Every address is in bytes. Nothing here allocates.

/** Positions whose order is drawn together: the rows of a block stay in the largest cache. */
const block: usize = 65536;

/** Operation 0 sets up every row's curvature and place in the order, 1 runs an epoch over the active rows. */
export function run(operation: i32, task: usize, chunk: usize, thread: usize): void {
  if (operation == 0) setUp(task);
  else epoch(task);
}

function setUp(task: usize): void {
  const data = address(task, 0);
  const labels = address(task, 1);
  const rows = address(task, 2);
  const stride = address(task, 3);
  const wide = address(task, 4) != 0;
  const intercept = load<f64>(task, 7 << 3);
  const pairs = address(task, 6);
  const order = address(task, 8);
  for (let row: usize = 0; row < rows; row++) {
    const values = data + ((row * stride) << (wide ? 3 : 2));
    const positive = load<u8>(labels + row) == 1;
    let sum = load<f64>(task + ((positive ? 13 : 12) << 3)) + intercept * intercept;
    for (let column: usize = 0; column < stride; column++) {
      const value = wide ? load<f64>(values + (column << 3)) : <f64>load<f32>(values + (column << 2));
      sum += value * value;
    }
    store<f64>(pairs + (row << 4), positive ? sum : -sum, 8);
    store<u32>(order + (row << 2), <u32>row);
  }
}

function epoch(task: usize): void {
  const data = address(task, 0);
  const stride = address(task, 3);
  const wide = address(task, 4) != 0;
  const weights = address(task, 5);
  const pairs = address(task, 6);
  const intercept = load<f64>(task, 7 << 3);
  const order = address(task, 8);
  const active = address(task, 9);
  const bound0 = load<f64>(task, 10 << 3);
  const bound1 = load<f64>(task, 11 << 3);
  const diagonal0 = load<f64>(task, 12 << 3);
  const diagonal1 = load<f64>(task, 13 << 3);
  const highest = load<f64>(task, 14 << 3);
  const lowest = load<f64>(task, 15 << 3);
  let random = load<u64>(task, 18 << 3);
  let most = -Infinity;
  let least = Infinity;
  let kept: usize = 0;
  let offset = load<f64>(weights + (stride << 3));

  // Blocks are taken from a drawn one on, and the rows of each in an order drawn anew.
  const blocks = (active + block - 1) / block;
  random = next(random);
  let number = draw(random, blocks);
  const coprime = strideThrough(random, blocks);
  for (let taken: usize = 0; taken < blocks; taken++) {
    const begin = number * block;
    const end = min(begin + block, active);
    for (let position = end - 1; position > begin; position--) {
      random = next(random);
      const other = begin + draw(random, position - begin + 1);
      const row = load<u32>(order + (position << 2));
      store<u32>(order + (position << 2), load<u32>(order + (other << 2)));
      store<u32>(order + (other << 2), row);
    }
    for (let position = begin; position < end; position++) {
      const row = <usize>load<u32>(order + (position << 2));
      const pair = pairs + (row << 4);
      const alpha = load<f64>(pair);
      const curvature = load<f64>(pair, 8);
      const positive = reinterpret<i64>(curvature) >= 0;
      const sign = positive ? 1.0 : -1.0;
      const bound = positive ? bound1 : bound0;
      const values = data + ((row * stride) << (wide ? 3 : 2));
      const decision = offset * intercept + (wide ? dotWide(weights, values, stride) : dotNarrow(weights, values, stride));
      const slope = sign * decision - 1 + alpha * (positive ? diagonal1 : diagonal0);
      let projected = slope;
      if (alpha == 0) {
        if (slope > highest) {
          store<u32>(order + (position << 2), <u32>row | 0x80000000);
          continue;
        }
        projected = min(slope, 0);
      } else if (alpha == bound) {
        if (slope < lowest) {
          store<u32>(order + (position << 2), <u32>row | 0x80000000);
          continue;
        }
        projected = max(slope, 0);
      }
      most = max(most, projected);
      least = min(least, projected);
      if (abs(projected) <= 1e-12) continue;
      const moved = min(max(alpha - slope / abs(curvature), 0), bound);
      store<f64>(pair, moved);
      const change = (moved - alpha) * sign;
      offset += change * intercept;
      if (wide) addWide(weights, values, stride, change);
      else addNarrow(weights, values, stride, change);
    }
    number += coprime;
    if (number >= blocks) number -= blocks;
  }

  // Rows at a bound that will very likely stay there go to the end of the order, the others keep theirs.
  for (let position: usize = 0; position < active; position++) {
    const row = load<u32>(order + (position << 2));
    if (row & 0x80000000) continue;
    if (kept != position) {
      store<u32>(order + (position << 2), load<u32>(order + (kept << 2)));
      store<u32>(order + (kept << 2), row);
    }
    kept++;
  }
  for (let position = kept; position < active; position++) store<u32>(order + (position << 2), load<u32>(order + (position << 2)) & 0x7fffffff);
  store<f64>(weights + (stride << 3), offset);
  store<f64>(task, <f64>kept, 9 << 3);
  store<f64>(task, most, 16 << 3);
  store<f64>(task, least, 17 << 3);
  store<u64>(task, random, 18 << 3);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function dotNarrow(weights: usize, values: usize, stride: usize): f64 {
  let a = f64x2.splat(0);
  let b = a;
  for (let column: usize = 0; column < stride; column += 4) {
    const four = v128.load(values + (column << 2));
    const place = weights + (column << 3);
    a = f64x2.add(a, f64x2.mul(v128.load(place), f64x2.promote_low_f32x4(four)));
    b = f64x2.add(b, f64x2.mul(v128.load(place, 16), f64x2.promote_low_f32x4(v128.shuffle<f64>(four, four, 1, 1))));
  }
  a = f64x2.add(a, b);
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function dotWide(weights: usize, values: usize, stride: usize): f64 {
  let a = f64x2.splat(0);
  let b = a;
  for (let column: usize = 0; column < stride << 3; column += 32) {
    a = f64x2.add(a, f64x2.mul(v128.load(weights + column), v128.load(values + column)));
    b = f64x2.add(b, f64x2.mul(v128.load(weights + column, 16), v128.load(values + column, 16)));
  }
  a = f64x2.add(a, b);
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function addNarrow(weights: usize, values: usize, stride: usize, change: f64): void {
  const factor = f64x2.splat(change);
  for (let column: usize = 0; column < stride; column += 4) {
    const four = v128.load(values + (column << 2));
    const place = weights + (column << 3);
    v128.store(place, f64x2.add(v128.load(place), f64x2.mul(factor, f64x2.promote_low_f32x4(four))));
    v128.store(place, f64x2.add(v128.load(place, 16), f64x2.mul(factor, f64x2.promote_low_f32x4(v128.shuffle<f64>(four, four, 1, 1)))), 16);
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function addWide(weights: usize, values: usize, stride: usize, change: f64): void {
  const factor = f64x2.splat(change);
  for (let column: usize = 0; column < stride << 3; column += 16) {
    v128.store(weights + column, f64x2.add(v128.load(weights + column), f64x2.mul(factor, v128.load(values + column))));
  }
}

/** The next state of a 64-bit congruential generator (Knuth's MMIX); only its high bits are used. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function next(state: u64): u64 {
  return state * 6364136223846793005 + 1442695040888963407;
}

/** A number in [0, n) from the high bits. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function draw(state: u64, n: usize): usize {
  return <usize>(((state >> 32) * <u64>n) >> 32);
}

/** A step that visits every one of `blocks` once: coprime to it. */
function strideThrough(state: u64, blocks: usize): usize {
  if (blocks < 3) return 1;
  let step = 1 + draw(state << 16, blocks - 1);
  while (divisor(step, blocks) != 1) step = step == blocks - 1 ? 1 : step + 1;
  return step;
}

function divisor(a: usize, b: usize): usize {
  while (b != 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function address(task: usize, index: usize): usize {
  return <usize>load<f64>(task + (index << 3));
}
