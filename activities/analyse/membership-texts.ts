const most = 3;

/**
 * Of each row, the names of up to three columns that draw it to its own centre rather than to the next best one, the strongest first:
 * `recency_days, frequency`. The same measure as `membershipReasons`, for all rows at once and without an object for each.
 *
 * @param matrix row-major rows x columns; centres row-major clusters x columns, in the same units.
 * @param clusters of each row its own.
 */
export function membershipTexts(matrix: Float32Array, clusters: Int32Array, centres: Float64Array, names: readonly string[]): string[] {
  const columns = names.length;
  const count = centres.length / columns;
  const weights = new Float64Array(columns);
  // A handful of orders is shared by all rows, so each text is put together once.
  const texts = new Map<number, string>();
  return Array.from(clusters, (own, row) => {
    const start = row * columns;
    let next = own;
    let least = Number.POSITIVE_INFINITY;
    for (let other = 0; other < count; other++) {
      if (other === own) continue;
      let square = 0;
      for (let column = 0, centre = other * columns; column < columns; column++, centre++) square += (matrix[start + column]! - centres[centre]!) ** 2;
      if (square < least) { least = square; next = other; }
    }
    for (let column = 0; column < columns; column++) {
      const value = matrix[start + column]!;
      weights[column] = (value - centres[next * columns + column]!) ** 2 - (value - centres[own * columns + column]!) ** 2;
    }
    let key = 0;
    const chosen: number[] = [];
    for (let place = 0; place < most; place++) {
      let best = -1;
      for (let column = 0; column < columns; column++) if (weights[column]! > 0 && !chosen.includes(column) && (best < 0 || weights[column]! > weights[best]!)) best = column;
      if (best < 0) break;
      chosen.push(best);
      key = key * (columns + 1) + best + 1;
    }
    let text = texts.get(key);
    if (text === undefined) { text = chosen.map((column) => names[column]!).join(', '); texts.set(key, text); }
    return text;
  });
}
