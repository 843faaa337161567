/** The values of one column of a row-major matrix that are not missing (NaN), in the order of the rows. */
export function presentValues(matrix: Float64Array, rows: number, columns: number, column: number): Float64Array {
  const present = new Float64Array(rows);
  let count = 0;
  for (let place = column; place < matrix.length; place += columns) {
    const value = matrix[place] as number;
    if (!Number.isNaN(value)) present[count++] = value;
  }
  return present.subarray(0, count);
}

/** Mean and population variance, in two passes; NaN for none. */
export function momentsOf(values: Float64Array): { mean: number; variance: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, variance: squares / values.length };
}
