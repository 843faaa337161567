/** The chosen rows of a row-major matrix, in the order given, as a new matrix. */
export function takeRows(matrix: Float32Array, columns: number, chosen: Uint32Array): Float32Array {
  const taken = new Float32Array(chosen.length * columns);
  chosen.forEach((row, place) => taken.set(matrix.subarray(row * columns, (row + 1) * columns), place * columns));
  return taken;
}
