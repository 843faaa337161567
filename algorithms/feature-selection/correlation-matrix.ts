import { requireShape } from '../preprocess/require-shape.ts';

/**
 * Pearson's correlation of every pair of columns, row-major columns x columns; 0 for a pair with a constant column, 1 on the diagonal.
 * @param matrix row-major rows x columns, finite.
 * @throws RangeError when the shape is wrong.
 */
export function correlationMatrix(matrix: Float64Array, rows: number, columns: number): Float64Array {
  requireShape(matrix, rows, columns);
  const means = new Float64Array(columns);
  for (let place = 0, column = 0; place < matrix.length; place++) {
    means[column] = (means[column] as number) + (matrix[place] as number);
    column = column + 1 === columns ? 0 : column + 1;
  }
  for (let column = 0; column < columns; column++) means[column] = (means[column] as number) / rows;
  const products = new Float64Array(columns * columns);
  // Blocks of rows turned to columns: the inner loop then runs over neighbours in memory, and a block stays in the cache.
  const blockRows = 256;
  const block = new Float64Array(columns * blockRows);
  for (let first = 0; first < rows; first += blockRows) {
    const count = Math.min(blockRows, rows - first);
    for (let column = 0; column < columns; column++) {
      const mean = means[column] as number;
      for (let row = 0, from = first * columns + column; row < count; row++, from += columns) block[column * blockRows + row] = (matrix[from] as number) - mean;
    }
    for (let one = 0; one < columns; one++) {
      for (let other = 0; other <= one; other++) products[one * columns + other] = (products[one * columns + other] as number) + dot(block, one * blockRows, other * blockRows, count);
    }
  }
  const correlations = new Float64Array(columns * columns);
  for (let one = 0; one < columns; one++) {
    for (let other = 0; other <= one; other++) {
      const scale = Math.sqrt((products[one * columns + one] as number) * (products[other * columns + other] as number));
      const correlation = one === other ? 1 : scale > 0 ? Math.max(-1, Math.min(1, (products[one * columns + other] as number) / scale)) : 0;
      correlations[one * columns + other] = correlation;
      correlations[other * columns + one] = correlation;
    }
  }
  return correlations;
}

/** Four sums side by side, which the processor adds at once. */
function dot(values: Float64Array, one: number, other: number, count: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let place = 0;
  for (; place + 3 < count; place += 4) {
    a += (values[one + place] as number) * (values[other + place] as number);
    b += (values[one + place + 1] as number) * (values[other + place + 1] as number);
    c += (values[one + place + 2] as number) * (values[other + place + 2] as number);
    d += (values[one + place + 3] as number) * (values[other + place + 3] as number);
  }
  for (; place < count; place++) a += (values[one + place] as number) * (values[other + place] as number);
  return a + b + (c + d);
}
