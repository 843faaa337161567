/**
 * The two directions in which rows differ most, and every row in them: principal components by power iteration with deflation on the covariance
 * (Jolliffe, Principal Component Analysis, 2002, ch. 2). Signs are fixed by the largest loading, so that the same rows give the same picture.
 * @param values row-major, `rows` × `columns`, finite
 * @returns coordinates, and the share of the variance that each direction holds
 */
export function projectToPlane(values: Float64Array, rows: number, columns: number): { readonly x: Float64Array; readonly y: Float64Array; readonly shares: readonly [number, number]; readonly loadings: readonly [Float64Array, Float64Array] } {
  if (values.length !== rows * columns) throw new RangeError(`${values.length} values are not ${rows} rows of ${columns}.`);
  const means = new Float64Array(columns);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) means[column]! += values[row * columns + column]! / Math.max(rows, 1);
  const covariance = new Float64Array(columns * columns);
  for (let row = 0; row < rows; row++) {
    for (let one = 0; one < columns; one++) {
      const deviation = values[row * columns + one]! - means[one]!;
      for (let other = 0; other <= one; other++) covariance[one * columns + other]! += (deviation * (values[row * columns + other]! - means[other]!)) / Math.max(rows - 1, 1);
    }
  }
  for (let one = 0; one < columns; one++) for (let other = one + 1; other < columns; other++) covariance[one * columns + other] = covariance[other * columns + one]!;
  let total = 0;
  for (let column = 0; column < columns; column++) total += covariance[column * columns + column]!;

  const direction = (): { readonly vector: Float64Array; readonly variance: number } => {
    let vector = Float64Array.from({ length: columns }, (_, column) => 1 + column / columns);
    let variance = 0;
    for (let turn = 0; turn < 500; turn++) {
      const next = new Float64Array(columns);
      for (let one = 0; one < columns; one++) for (let other = 0; other < columns; other++) next[one]! += covariance[one * columns + other]! * vector[other]!;
      const length = Math.hypot(...next);
      if (length === 0) return { vector: new Float64Array(columns), variance: 0 };
      for (let one = 0; one < columns; one++) next[one]! /= length;
      const moved = Math.hypot(...next.map((value, one) => value - vector[one]!));
      vector = next;
      variance = length;
      if (moved < 1e-10) break;
    }
    const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    if (largest < 0) vector = vector.map((value) => -value);
    for (let one = 0; one < columns; one++) for (let other = 0; other < columns; other++) covariance[one * columns + other]! -= variance * vector[one]! * vector[other]!;
    return { vector, variance };
  };

  const along = (vector: Float64Array): Float64Array => Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += (values[row * columns + column]! - means[column]!) * vector[column]!;
    return sum;
  });
  const first = direction();
  const second = direction();
  const share = (variance: number): number => (total > 0 ? variance / total : 0);
  return { x: along(first.vector), y: along(second.vector), shares: [share(first.variance), share(second.variance)], loadings: [first.vector, second.vector] };
}
