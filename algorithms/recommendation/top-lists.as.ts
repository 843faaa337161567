// The best few of many candidates for each row, in AssemblyScript. `npm run kernels` compiles this file to top-lists.wasm beside it.
//
// A task is a row of Float64 parameters (run-top-lists.ts writes them). Every address is in bytes. A chunk's rows are its own, so
// which thread takes it changes nothing. Nothing here allocates.

/** Candidates whose sums are looked at together once one of them was touched. */
const blockShift: usize = 6;
/** Queries of a group: their sums with four rows fill half the vector registers. */
const group: usize = 8;
/** Rows of data that stay in the nearest cache while the queries of a chunk pass over them. */
const tile: usize = 256;

/** Runs one chunk: 0 a product of two sparse matrices, 1 a product of two dense ones. */
export function run(operation: i32, task: usize, chunk: usize, thread: usize): void {
  if (operation == 0) sparse(task, chunk, thread);
  else dense(task, chunk, thread);
}

/**
 * The k largest positive sums over the shared index of left[row, shared] * right[shared, candidate]; the lower candidate first on a tie.
 * `exclude` 1 leaves out the candidate of the row's own number, 2 those that `own` names for the row.
 */
function sparse(task: usize, chunk: usize, thread: usize): void {
  const leftOffsets = parameter(task, 0);
  const leftIndices = parameter(task, 1);
  const leftValues = parameter(task, 2);
  const rightOffsets = parameter(task, 3);
  const rightIndices = parameter(task, 4);
  const rightValues = parameter(task, 5);
  const rows = parameter(task, 6);
  const candidates = parameter(task, 7);
  const k = parameter(task, 8);
  const ids = parameter(task, 9);
  const scores = parameter(task, 10);
  const chunkRows = parameter(task, 11);
  const sums = parameter(task, 12) + thread * parameter(task, 13);
  const exclude = parameter(task, 14);
  const ownOffsets = parameter(task, 15);
  const ownIndices = parameter(task, 16);
  const blocks = (candidates + 63) >> blockShift;
  // One byte a block of sums, which are zero wherever the byte is.
  const touched = sums + (blocks << (blockShift + 2));

  const first = chunk * chunkRows;
  const last = min(first + chunkRows, rows);
  for (let row = first; row < last; row++) {
    const end = <usize>load<u32>(leftOffsets + (row << 2), 4);
    for (let place = <usize>load<u32>(leftOffsets + (row << 2)); place < end; place++) {
      const shared = <usize>load<u32>(leftIndices + (place << 2));
      const weight = load<f32>(leftValues + (place << 2));
      const until = <usize>load<u32>(rightOffsets + (shared << 2), 4);
      for (let other = <usize>load<u32>(rightOffsets + (shared << 2)); other < until; other++) {
        const candidate = <usize>load<u32>(rightIndices + (other << 2));
        const sum = sums + (candidate << 2);
        store<f32>(sum, load<f32>(sum) + weight * load<f32>(rightValues + (other << 2)));
        store<u8>(touched + (candidate >> blockShift), 1);
      }
    }
    if (exclude == 1) store<f32>(sums + (row << 2), 0);
    if (exclude == 2) {
      const stop = <usize>load<u32>(ownOffsets + (row << 2), 4);
      for (let place = <usize>load<u32>(ownOffsets + (row << 2)); place < stop; place++) store<f32>(sums + (<usize>load<u32>(ownIndices + (place << 2)) << 2), 0);
    }

    const rowIds = ids + ((row * k) << 2);
    const rowScores = scores + ((row * k) << 2);
    clear(rowIds, rowScores, k, 0);
    let least = f32x4.splat(0);
    for (let eight: usize = 0; eight < blocks; eight += 8) {
      if (load<u64>(touched + eight) == 0) continue;
      for (let block = eight; block < eight + 8; block++) {
        if (load<u8>(touched + block) == 0) continue;
        const begin = sums + (block << (blockShift + 2));
        for (let place: usize = 0; place < 256; place += 16) {
          const four = v128.load(begin + place);
          v128.store(begin + place, f32x4.splat(0));
          if (!v128.any_true(f32x4.gt(four, least))) continue;
          const candidate = (block << blockShift) + (place >> 2);
          insert(rowIds, rowScores, k, candidate, f32x4.extract_lane(four, 0));
          insert(rowIds, rowScores, k, candidate + 1, f32x4.extract_lane(four, 1));
          insert(rowIds, rowScores, k, candidate + 2, f32x4.extract_lane(four, 2));
          insert(rowIds, rowScores, k, candidate + 3, f32x4.extract_lane(four, 3));
          least = v128.load_splat<f32>(rowScores + ((k - 1) << 2));
        }
      }
      store<u64>(touched + eight, 0);
    }
  }
}

/**
 * The k largest inner products of each query with the rows of data, whatever their sign; the lower row first on a tie. Both are
 * row-major with the stride `columns`, a multiple of 4, and the data end with rows up to a multiple of 4 that count for nothing.
 */
function dense(task: usize, chunk: usize, thread: usize): void {
  const queries = parameter(task, 0);
  const data = parameter(task, 1);
  const rows = parameter(task, 2);
  const columns = parameter(task, 3);
  const exclude = parameter(task, 4);
  const ownOffsets = parameter(task, 5);
  const count = parameter(task, 6);
  const ownIndices = parameter(task, 7);
  const k = parameter(task, 8);
  const ids = parameter(task, 9);
  const scores = parameter(task, 10);
  const chunkRows = parameter(task, 11);
  const scratch = parameter(task, 12) + thread * parameter(task, 13);
  const rowBytes = columns << 2;
  const groupBytes = rowBytes * group;
  const first = chunk * chunkRows;
  const last = min(first + chunkRows, count);
  const groups = (last - first + group - 1) / group;
  // After the queries by column: the score each has to beat, then room for the sums of one group with four rows.
  const least = scratch + ((chunkRows + group - 1) / group) * groupBytes;
  const found = least + (((chunkRows + group - 1) / group * group) << 2);

  for (let number: usize = 0; number < groups; number++) {
    for (let lane: usize = 0; lane < group; lane++) {
      const query = first + number * group + lane;
      // A lane past the last query repeats it and may beat nothing.
      const source = queries + min(query, last - 1) * rowBytes;
      for (let column: usize = 0; column < columns; column++) store<f32>(scratch + number * groupBytes + ((column * group + lane) << 2), load<f32>(source + (column << 2)));
      store<f32>(least + ((number * group + lane) << 2), query < last ? -f32.MAX_VALUE : Infinity);
      if (query < last) clear(ids + ((query * k) << 2), scores + ((query * k) << 2), k, -f32.MAX_VALUE);
    }
  }

  for (let begin: usize = 0; begin < rows; begin += tile) {
    const end = min(begin + tile, rows);
    for (let number: usize = 0; number < groups; number++) {
      const block = scratch + number * groupBytes;
      const beat = least + ((number * group) << 2);
      let least0 = v128.load(beat);
      let least1 = v128.load(beat, 16);
      for (let row = begin; row < end; row += 4) {
        const one = data + row * rowBytes;
        const two = one + rowBytes;
        const three = two + rowBytes;
        const four = three + rowBytes;
        let a0 = f32x4.splat(0);
        let a1 = a0;
        let b0 = a0;
        let b1 = a0;
        let c0 = a0;
        let c1 = a0;
        let d0 = a0;
        let d1 = a0;
        for (let column: usize = 0; column < rowBytes; column += 4) {
          const x0 = v128.load(block + (column << 3));
          const x1 = v128.load(block + (column << 3), 16);
          let y = v128.load_splat<f32>(one + column);
          a0 = f32x4.add(a0, f32x4.mul(x0, y));
          a1 = f32x4.add(a1, f32x4.mul(x1, y));
          y = v128.load_splat<f32>(two + column);
          b0 = f32x4.add(b0, f32x4.mul(x0, y));
          b1 = f32x4.add(b1, f32x4.mul(x1, y));
          y = v128.load_splat<f32>(three + column);
          c0 = f32x4.add(c0, f32x4.mul(x0, y));
          c1 = f32x4.add(c1, f32x4.mul(x1, y));
          y = v128.load_splat<f32>(four + column);
          d0 = f32x4.add(d0, f32x4.mul(x0, y));
          d1 = f32x4.add(d1, f32x4.mul(x1, y));
        }
        const better = v128.or(
          f32x4.gt(f32x4.pmax(f32x4.pmax(a0, b0), f32x4.pmax(c0, d0)), least0),
          f32x4.gt(f32x4.pmax(f32x4.pmax(a1, b1), f32x4.pmax(c1, d1)), least1),
        );
        if (!v128.any_true(better)) continue;
        v128.store(found, a0);
        v128.store(found, a1, 16);
        v128.store(found, b0, 32);
        v128.store(found, b1, 48);
        v128.store(found, c0, 64);
        v128.store(found, c1, 80);
        v128.store(found, d0, 96);
        v128.store(found, d1, 112);
        for (let candidate = row; candidate < min(row + 4, rows); candidate++) {
          const place = found + ((candidate - row) << 5);
          for (let lane: usize = 0; lane < group; lane++) {
            const score = load<f32>(place + (lane << 2));
            if (!(score > load<f32>(beat + (lane << 2)))) continue;
            const query = first + number * group + lane;
            if (exclude == 1 && candidate == query) continue;
            if (exclude == 2 && holds(ownIndices, <usize>load<u32>(ownOffsets + (query << 2)), <usize>load<u32>(ownOffsets + (query << 2), 4), <u32>candidate)) continue;
            const rowScores = scores + ((query * k) << 2);
            insert(ids + ((query * k) << 2), rowScores, k, candidate, score);
            store<f32>(beat + (lane << 2), load<f32>(rowScores + ((k - 1) << 2)));
          }
        }
        least0 = v128.load(beat);
        least1 = v128.load(beat, 16);
      }
    }
  }
}

/** An empty list: no number is -1, and any larger score is taken. */
// @ts-ignore: decorator
@inline
function clear(ids: usize, scores: usize, k: usize, score: f32): void {
  for (let place: usize = 0; place < k; place++) {
    store<i32>(ids + (place << 2), -1);
    store<f32>(scores + (place << 2), score);
  }
}

/** Puts a candidate into a list in falling order, behind its equals, if it beats the last. */
function insert(ids: usize, scores: usize, k: usize, candidate: usize, score: f32): void {
  let place = k - 1;
  if (!(score > load<f32>(scores + (place << 2)))) return;
  while (place > 0 && load<f32>(scores + ((place - 1) << 2)) < score) {
    store<f32>(scores + (place << 2), load<f32>(scores + ((place - 1) << 2)));
    store<i32>(ids + (place << 2), load<i32>(ids + ((place - 1) << 2)));
    place--;
  }
  store<f32>(scores + (place << 2), score);
  store<i32>(ids + (place << 2), <i32>candidate);
}

/** Whether a rising run of indices has this one. */
function holds(indices: usize, first: usize, last: usize, wanted: u32): bool {
  while (first < last) {
    const middle = (first + last) >> 1;
    const value = load<u32>(indices + (middle << 2));
    if (value == wanted) return true;
    if (value < wanted) first = middle + 1;
    else last = middle;
  }
  return false;
}

// @ts-ignore: decorator
@inline
function parameter(task: usize, index: usize): usize {
  return <usize>load<f64>(task + (index << 3));
}
