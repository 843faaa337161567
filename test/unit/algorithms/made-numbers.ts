/** A number in [0, 1) that follows from an integer; the same arithmetic made the input of the figures from scikit-learn. */
export function madeNumber(index: number): number {
  let word = (index + 0x9e3779b9) >>> 0;
  word ^= word >>> 16;
  word = Math.imul(word, 0x21f0aaad);
  word ^= word >>> 15;
  word = Math.imul(word, 0x735a2d97);
  return ((word ^ (word >>> 15)) >>> 0) / 4294967296;
}

/** A row-major matrix of such numbers. */
export function madeMatrix(rows: number, columns: number, salt: number): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, place) => madeNumber(salt + place));
}
