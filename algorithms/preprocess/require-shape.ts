/** @throws RangeError unless the matrix is rows x columns with at least one row and one column. */
export function requireShape(matrix: Float64Array, rows: number, columns: number): void {
  if (!Number.isInteger(rows) || rows < 1) throw new RangeError(`rows must be a positive integer, not ${rows}`);
  if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`columns must be a positive integer, not ${columns}`);
  if (matrix.length !== rows * columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * columns}`);
}
