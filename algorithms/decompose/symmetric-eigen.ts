/** Eigenvalues of a symmetric matrix, largest first, and its eigenvectors of length 1 in the same order. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  /** Row-major: row i is the eigenvector of value i; its largest component by magnitude is positive. */
  readonly vectors: Float64Array;
}

const mostSweeps = 60;

/**
 * All eigenvalues and eigenvectors of a real symmetric matrix by cyclic Jacobi rotations: exact to rounding, of the order of size^3,
 * meant for the tens to few hundreds of columns that profiles have.
 *
 * Source: G. Golub and C. Van Loan, "Matrix Computations", 4th edition, section 8.5.
 *
 * @param matrix row-major size x size; the lower triangle is taken to equal the upper one.
 * @throws RangeError when the shape does not fit or a value is not finite.
 */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  if (matrix.length !== size * size) throw new RangeError(`matrix has ${matrix.length} values, not size x size = ${size * size}`);
  if (!matrix.every(Number.isFinite)) throw new RangeError('matrix has a value that is not finite');
  const a = matrix.slice();
  for (let row = 0; row < size; row++) for (let column = 0; column < row; column++) a[row * size + column] = a[column * size + row]!;
  const v = new Float64Array(size * size);
  for (let place = 0; place < size; place++) v[place * size + place] = 1;
  const scale = Math.hypot(...a);

  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let rest = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rest = Math.max(rest, Math.abs(a[p * size + q]!));
    if (rest <= scale * Number.EPSILON * 2 ** -4) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, v, size, p, q);
  }

  const order = Array.from({ length: size }, (_, place) => place).sort((i, j) => a[j * size + j]! - a[i * size + i]! || i - j);
  const vectors = new Float64Array(size * size);
  order.forEach((from, to) => {
    let largest = 0;
    for (let row = 0; row < size; row++) if (Math.abs(v[row * size + from]!) > Math.abs(largest)) largest = v[row * size + from]!;
    for (let row = 0; row < size; row++) vectors[to * size + row] = largest < 0 ? -v[row * size + from]! : v[row * size + from]!;
  });
  return { values: Float64Array.from(order, (place) => a[place * size + place]!), vectors };
}

/** Turns the plane of p and q so that a[p][q] becomes 0, and turns the vectors with it. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const off = a[p * size + q]!;
  if (off === 0) return;
  const tau = (a[q * size + q]! - a[p * size + p]!) / (2 * off);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.hypot(1, tau));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  for (let k = 0; k < size; k++) {
    const kp = a[k * size + p]!;
    const kq = a[k * size + q]!;
    a[k * size + p] = c * kp - s * kq;
    a[k * size + q] = s * kp + c * kq;
  }
  for (let k = 0; k < size; k++) {
    const pk = a[p * size + k]!;
    const qk = a[q * size + k]!;
    a[p * size + k] = c * pk - s * qk;
    a[q * size + k] = s * pk + c * qk;
    const vp = v[k * size + p]!;
    const vq = v[k * size + q]!;
    v[k * size + p] = c * vp - s * vq;
    v[k * size + q] = s * vp + c * vq;
  }
  // What rounding left there would otherwise be turned again for ever.
  a[p * size + q] = 0;
  a[q * size + p] = 0;
}
