/**
 * The values of each column of a row-major matrix that are not missing (NaN), in the order of the rows. One column after another is
 * gathered into the same memory, so each must be done with before the next is asked for.
 */
export function* presentColumns(matrix: Float64Array, rows: number, columns: number): Generator<Float64Array> {
  // A group of columns that share cache lines in a row is gathered in one pass.
  const together = 8;
  const gathered = new Float64Array(rows * Math.min(together, columns));
  const counts = new Uint32Array(together);
  for (let first = 0; first < columns; first += together) {
    const width = Math.min(together, columns - first);
    counts.fill(0);
    for (let row = 0, base = first; row < rows; row++, base += columns) {
      for (let column = 0; column < width; column++) {
        const value = matrix[base + column] as number;
        // NaN is the only value that is not itself.
        if (value !== value) continue;
        const count = counts[column] as number;
        gathered[column * rows + count] = value;
        counts[column] = count + 1;
      }
    }
    for (let column = 0; column < width; column++) yield gathered.subarray(column * rows, column * rows + (counts[column] as number));
  }
}

/** Mean and population variance, in two passes; NaN for none. */
export function momentsOf(values: Float64Array): { mean: number; variance: number } {
  let sum = 0;
  for (let place = 0; place < values.length; place++) sum += values[place] as number;
  const mean = sum / values.length;
  let squares = 0;
  for (let place = 0; place < values.length; place++) {
    const away = (values[place] as number) - mean;
    squares += away * away;
  }
  return { mean, variance: squares / values.length };
}
