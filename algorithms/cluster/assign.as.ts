// The hot loops of k-means, in AssemblyScript. `npm run kernels` compiles this file to assign.wasm beside it.
//
// Every address is in bytes and comes from the caller (kmeans-data.ts lays the memory out). Rows are Float32, row-major, their
// stride `columns` a multiple of 4. Clusters are a multiple of 4, the surplus
// centres so far away that no row chooses them. Nothing here allocates.

/** Rows taken together: their distances to four centres fill the sixteen vector registers of x86-64 and arm64. */
const block: usize = 8;

/** Doubles at the start of a chunk's partial result: inertia of the rows looked at, and how many labels changed. */
const heading: usize = 2;

/**
 * Gives rows of [firstRow, lastRow) the label of their nearest centre by squared Euclidean distance, the lowest label on a tie, and
 * keeps the chunk's partial result up to date: [inertia, changed, counts[clusters], sums[clusters][columns]] in Float64. Only rows
 * whose label changed are moved between the sums. A label of -1 is new.
 *
 * A row is passed over while its bound holds: `bounds` has by row, when it was last looked at, how much farther the second nearest
 * centre was than the nearest, plus the drift of its label then; `drifts` has by label how much that lead can have shrunk since the
 * start. `shrink` takes from the lead what the rounding of distances could add to it, so that a row passed over would have kept its
 * label in every bit. drifts[-1] must be +infinity. With `force` every row is looked at, and the inertia is that of all rows.
 *
 * Distances are summed as (x - c)^2, not as c^2 - 2xc: the second cancels in Float32 when a cluster is far from the origin.
 */
export function assignChunk(
  data: usize, labels: usize, bounds: usize, firstRow: usize, lastRow: usize, columns: usize,
  centres: usize, clusters: usize, drifts: usize, shrink: f32, force: i32, partial: usize, scratch: usize,
): void {
  const rowBytes = columns << 2;
  const counts = partial + (heading << 3);
  const sums = counts + (clusters << 3);
  // After the eight rows by column: their numbers, new labels and bounds.
  const picked = scratch + (columns << 5);
  const nearest = picked + (block << 2);
  const leads = nearest + (block << 2);
  const farther = f32x4.splat(1 - shrink);
  const closest = f32x4.splat(1 + shrink);
  let inertia = f64x2.splat(0);
  let changed: u32 = 0;

  let row = firstRow;
  while (row < lastRow) {
    let many: usize = 0;
    if (force) {
      while (many < block && row < lastRow) {
        store<u32>(picked + (many << 2), <u32>row);
        many++;
        row++;
      }
    } else {
      while (many < block && row < lastRow) {
        store<u32>(picked + (many << 2), <u32>row);
        const drift = load<f32>(drifts + (<usize>load<i32>(labels + (row << 2)) << 2));
        many += <usize>!(load<f32>(bounds + (row << 2)) > drift);
        row++;
      }
      if (many == 0) break;
    }
    for (let lane = many; lane < block; lane++) store<u32>(picked + (lane << 2), load<u32>(picked));
    transpose(data, picked, rowBytes, scratch);

    let best0 = f32x4.splat(f32.MAX_VALUE);
    let best1 = best0;
    let second0 = best0;
    let second1 = best0;
    let label0 = i32x4.splat(0);
    let label1 = label0;
    for (let cluster: usize = 0; cluster < clusters; cluster += 4) {
      let a0 = f32x4.splat(0);
      let a1 = a0;
      let b0 = a0;
      let b1 = a0;
      let c0 = a0;
      let c1 = a0;
      let d0 = a0;
      let d1 = a0;
      const first = centres + cluster * rowBytes;
      const second = first + rowBytes;
      const third = second + rowBytes;
      const fourth = third + rowBytes;
      for (let column: usize = 0; column < rowBytes; column += 4) {
        const x0 = v128.load(scratch + (column << 3));
        const x1 = v128.load(scratch + (column << 3), 16);
        let centre = v128.load_splat<f32>(first + column);
        let away = f32x4.sub(x0, centre);
        a0 = f32x4.add(a0, f32x4.mul(away, away));
        away = f32x4.sub(x1, centre);
        a1 = f32x4.add(a1, f32x4.mul(away, away));
        centre = v128.load_splat<f32>(second + column);
        away = f32x4.sub(x0, centre);
        b0 = f32x4.add(b0, f32x4.mul(away, away));
        away = f32x4.sub(x1, centre);
        b1 = f32x4.add(b1, f32x4.mul(away, away));
        centre = v128.load_splat<f32>(third + column);
        away = f32x4.sub(x0, centre);
        c0 = f32x4.add(c0, f32x4.mul(away, away));
        away = f32x4.sub(x1, centre);
        c1 = f32x4.add(c1, f32x4.mul(away, away));
        centre = v128.load_splat<f32>(fourth + column);
        away = f32x4.sub(x0, centre);
        d0 = f32x4.add(d0, f32x4.mul(away, away));
        away = f32x4.sub(x1, centre);
        d1 = f32x4.add(d1, f32x4.mul(away, away));
      }
      const name = <i32>cluster;
      let closer = f32x4.lt(a0, best0);
      second0 = f32x4.pmin(second0, v128.bitselect(best0, a0, closer));
      best0 = v128.bitselect(a0, best0, closer);
      label0 = v128.bitselect(i32x4.splat(name), label0, closer);
      closer = f32x4.lt(a1, best1);
      second1 = f32x4.pmin(second1, v128.bitselect(best1, a1, closer));
      best1 = v128.bitselect(a1, best1, closer);
      label1 = v128.bitselect(i32x4.splat(name), label1, closer);
      closer = f32x4.lt(b0, best0);
      second0 = f32x4.pmin(second0, v128.bitselect(best0, b0, closer));
      best0 = v128.bitselect(b0, best0, closer);
      label0 = v128.bitselect(i32x4.splat(name + 1), label0, closer);
      closer = f32x4.lt(b1, best1);
      second1 = f32x4.pmin(second1, v128.bitselect(best1, b1, closer));
      best1 = v128.bitselect(b1, best1, closer);
      label1 = v128.bitselect(i32x4.splat(name + 1), label1, closer);
      closer = f32x4.lt(c0, best0);
      second0 = f32x4.pmin(second0, v128.bitselect(best0, c0, closer));
      best0 = v128.bitselect(c0, best0, closer);
      label0 = v128.bitselect(i32x4.splat(name + 2), label0, closer);
      closer = f32x4.lt(c1, best1);
      second1 = f32x4.pmin(second1, v128.bitselect(best1, c1, closer));
      best1 = v128.bitselect(c1, best1, closer);
      label1 = v128.bitselect(i32x4.splat(name + 2), label1, closer);
      closer = f32x4.lt(d0, best0);
      second0 = f32x4.pmin(second0, v128.bitselect(best0, d0, closer));
      best0 = v128.bitselect(d0, best0, closer);
      label0 = v128.bitselect(i32x4.splat(name + 3), label0, closer);
      closer = f32x4.lt(d1, best1);
      second1 = f32x4.pmin(second1, v128.bitselect(best1, d1, closer));
      best1 = v128.bitselect(d1, best1, closer);
      label1 = v128.bitselect(i32x4.splat(name + 3), label1, closer);
    }
    v128.store(nearest, label0);
    v128.store(nearest, label1, 16);
    v128.store(leads, f32x4.sub(f32x4.mul(f32x4.sqrt(second0), farther), f32x4.mul(f32x4.sqrt(best0), closest)));
    v128.store(leads, f32x4.sub(f32x4.mul(f32x4.sqrt(second1), farther), f32x4.mul(f32x4.sqrt(best1), closest)), 16);
    if (many < block) {
      // The lanes past the last row hold a copy of the first and count for nothing.
      best0 = v128.and(best0, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(<i32>many)));
      best1 = v128.and(best1, i32x4.lt_s(i32x4(4, 5, 6, 7), i32x4.splat(<i32>many)));
    }
    inertia = f64x2.add(inertia, f64x2.add(f64x2.promote_low_f32x4(best0), promoteHigh(best0)));
    inertia = f64x2.add(inertia, f64x2.add(f64x2.promote_low_f32x4(best1), promoteHigh(best1)));

    for (let lane: usize = 0; lane < many; lane++) {
      const number = <usize>load<u32>(picked + (lane << 2));
      const place = labels + (number << 2);
      const before = load<i32>(place);
      const after = load<i32>(nearest + (lane << 2));
      store<f32>(bounds + (number << 2), load<f32>(drifts + (<usize>after << 2)) + load<f32>(leads + (lane << 2)));
      if (before == after) continue;
      changed++;
      const values = data + number * rowBytes;
      if (before >= 0) {
        const count = counts + (<usize>before << 3);
        store<f64>(count, load<f64>(count) - 1);
        subtractRow(values, sums + ((<usize>before * columns) << 3), rowBytes);
      }
      const count = counts + (<usize>after << 3);
      store<f64>(count, load<f64>(count) + 1);
      addRow(values, sums + ((<usize>after * columns) << 3), rowBytes);
      store<i32>(place, after);
    }
  }

  store<f64>(partial, f64x2.extract_lane(inertia, 0) + f64x2.extract_lane(inertia, 1));
  store<f64>(partial, <f64>changed, 8);
}

/** Adds up, by column, x - origin and its square over the rows of [firstRow, lastRow): [sums[columns], squares[columns]] in Float64. */
export function momentsChunk(data: usize, firstRow: usize, lastRow: usize, columns: usize, origin: usize, partial: usize): void {
  const rowBytes = columns << 2;
  const squares = partial + (columns << 3);
  memory.fill(partial, 0, columns << 4);
  for (let row = firstRow; row < lastRow; row++) {
    const values = data + row * rowBytes;
    for (let column: usize = 0; column < rowBytes; column += 8) {
      const away = f64x2.sub(
        f64x2.promote_low_f32x4(v128.load_zero<u64>(values + column)),
        f64x2.promote_low_f32x4(v128.load_zero<u64>(origin + column)),
      );
      const sum = partial + (column << 1);
      v128.store(sum, f64x2.add(v128.load(sum), away));
      const square = squares + (column << 1);
      v128.store(square, f64x2.add(v128.load(square), f64x2.mul(away, away)));
    }
  }
}

/** Writes the eight rows whose numbers are picked as `columns` groups of eight values, so that one vector holds one column of four rows. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function transpose(data: usize, picked: usize, rowBytes: usize, scratch: usize): void {
  for (let half: usize = 0; half < 2; half++) {
    const numbers = picked + (half << 4);
    const first = data + <usize>load<u32>(numbers) * rowBytes;
    const second = data + <usize>load<u32>(numbers, 4) * rowBytes;
    const third = data + <usize>load<u32>(numbers, 8) * rowBytes;
    const fourth = data + <usize>load<u32>(numbers, 12) * rowBytes;
    for (let column: usize = 0; column < rowBytes; column += 16) {
      const r0 = v128.load(first + column);
      const r1 = v128.load(second + column);
      const r2 = v128.load(third + column);
      const r3 = v128.load(fourth + column);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      const place = scratch + (column << 3) + (half << 4);
      v128.store(place, v128.shuffle<f64>(low01, low23, 0, 2));
      v128.store(place, v128.shuffle<f64>(low01, low23, 1, 3), 32);
      v128.store(place, v128.shuffle<f64>(high01, high23, 0, 2), 64);
      v128.store(place, v128.shuffle<f64>(high01, high23, 1, 3), 96);
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function promoteHigh(values: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(values, values, 1, 1));
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function addRow(values: usize, sum: usize, rowBytes: usize): void {
  for (let column: usize = 0; column < rowBytes; column += 16) {
    const value = v128.load(values + column);
    const place = sum + (column << 1);
    v128.store(place, f64x2.add(v128.load(place), f64x2.promote_low_f32x4(value)));
    v128.store(place, f64x2.add(v128.load(place, 16), promoteHigh(value)), 16);
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function subtractRow(values: usize, sum: usize, rowBytes: usize): void {
  for (let column: usize = 0; column < rowBytes; column += 16) {
    const value = v128.load(values + column);
    const place = sum + (column << 1);
    v128.store(place, f64x2.sub(v128.load(place), f64x2.promote_low_f32x4(value)));
    v128.store(place, f64x2.sub(v128.load(place, 16), promoteHigh(value)), 16);
  }
}
