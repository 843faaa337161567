/**
 * Solves A x = b for a symmetric positive definite A (row-major, n x n) by Cholesky factors. Where A is singular to rounding, the
 * pivot is raised to a small share of its diagonal: x is then one of the directions that fit, never infinite.
 *
 * Source: G. Golub and C. Van Loan, "Matrix Computations", 4th edition, section 4.2.
 * @throws RangeError when A is not n x n for the n values of b.
 */
export function solvePositiveDefinite(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  if (a.length !== n * n) throw new RangeError(`A has ${a.length} values, not ${n} x ${n}`);
  const factor = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = a[row * n + column] as number;
      for (let k = 0; k < column; k++) sum -= (factor[row * n + k] as number) * (factor[column * n + k] as number);
      if (row !== column) {
        factor[row * n + column] = sum / (factor[column * n + column] as number);
        continue;
      }
      const floor = Math.max((a[row * n + row] as number) * 1e-12, Number.MIN_VALUE ** 0.5);
      factor[row * n + row] = Math.sqrt(Math.max(sum, floor));
    }
  }
  const x = b.slice();
  for (let row = 0; row < n; row++) {
    let sum = x[row] as number;
    for (let k = 0; k < row; k++) sum -= (factor[row * n + k] as number) * (x[k] as number);
    x[row] = sum / (factor[row * n + row] as number);
  }
  for (let row = n - 1; row >= 0; row--) {
    let sum = x[row] as number;
    for (let k = row + 1; k < n; k++) sum -= (factor[k * n + row] as number) * (x[k] as number);
    x[row] = sum / (factor[row * n + row] as number);
  }
  return x;
}
