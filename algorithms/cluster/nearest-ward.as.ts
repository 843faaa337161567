// The hot loop of Ward's method, in AssemblyScript. `npm run kernels` compiles this file to nearest-ward.wasm beside it.
//
// Clusters lie in groups of four: for each column their four values in Float64, then the next column; `columns` is a multiple of 4.
// Lanes that hold no cluster have an infinite value in column 0. Addresses are in bytes. Nothing here allocates.

/**
 * The cluster whose union with the query adds least to the sum of squares, and 2 |q| |c| / (|q| + |c|) times the squared distance of
 * their means, which is the square of Ward's distance: written to `result`, the cluster's number as a Float64 at `result` + 8.
 * A group is left as soon as its distances over some of the columns are too large, so columns of large variance should come first.
 *
 * @param query the query's values by column, Float64; its own lane must hold an infinite value in column 0.
 * @param sizes of the clusters, Float64, in the order of the lanes.
 * @param smallest no cluster has fewer rows.
 * @param best only clusters nearer than this count, `known` stands for the one that is so near.
 */
export function nearestWard(
  groups: usize, clusters: usize, columns: usize, query: usize, size: f64, sizes: usize, smallest: f64, best: f64, known: f64, result: usize,
): void {
  const groupBytes = columns << 5;
  const queryEnd = query + (columns << 3);
  const count = f64x2.splat(size);
  const doubled = f64x2.splat(2 * size);
  const perDistance = (size + smallest) / (2 * size * smallest);
  // The rounding of the last products must not shut out what is as near to the last bit.
  let limit = f64x2.splat(best * perDistance * (1 + 1e-12));
  const end = groups + ((clusters + 3) >> 2) * groupBytes;
  let sizePlace = sizes;
  let nearest = known;
  for (let group = groups; group < end; group += groupBytes, sizePlace += 32) {
    let a = f64x2.splat(0);
    let b = a;
    let place = group;
    let value = query;
    while (value < queryEnd) {
      let x = v128.load_splat<f64>(value);
      let away = f64x2.sub(v128.load(place), x);
      a = f64x2.add(a, f64x2.mul(away, away));
      away = f64x2.sub(v128.load(place, 16), x);
      b = f64x2.add(b, f64x2.mul(away, away));
      x = v128.load_splat<f64>(value, 8);
      away = f64x2.sub(v128.load(place, 32), x);
      a = f64x2.add(a, f64x2.mul(away, away));
      away = f64x2.sub(v128.load(place, 48), x);
      b = f64x2.add(b, f64x2.mul(away, away));
      x = v128.load_splat<f64>(value, 16);
      away = f64x2.sub(v128.load(place, 64), x);
      a = f64x2.add(a, f64x2.mul(away, away));
      away = f64x2.sub(v128.load(place, 80), x);
      b = f64x2.add(b, f64x2.mul(away, away));
      x = v128.load_splat<f64>(value, 24);
      away = f64x2.sub(v128.load(place, 96), x);
      a = f64x2.add(a, f64x2.mul(away, away));
      away = f64x2.sub(v128.load(place, 112), x);
      b = f64x2.add(b, f64x2.mul(away, away));
      if (!v128.any_true(v128.or(f64x2.lt(a, limit), f64x2.lt(b, limit)))) break;
      value += 32;
      place += 128;
    }
    if (value < queryEnd) continue;
    const s = v128.load(sizePlace);
    const t = v128.load(sizePlace, 16);
    a = f64x2.mul(a, f64x2.div(f64x2.mul(doubled, s), f64x2.add(count, s)));
    b = f64x2.mul(b, f64x2.div(f64x2.mul(doubled, t), f64x2.add(count, t)));
    const first = <f64>((sizePlace - sizes) >> 3);
    let distance = f64x2.extract_lane(a, 0);
    if (distance < best) { best = distance; nearest = first; }
    distance = f64x2.extract_lane(a, 1);
    if (distance < best) { best = distance; nearest = first + 1; }
    distance = f64x2.extract_lane(b, 0);
    if (distance < best) { best = distance; nearest = first + 2; }
    distance = f64x2.extract_lane(b, 1);
    if (distance < best) { best = distance; nearest = first + 3; }
    limit = f64x2.splat(best * perDistance * (1 + 1e-12));
  }
  store<f64>(result, best);
  store<f64>(result, nearest, 8);
}
