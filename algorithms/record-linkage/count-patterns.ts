/** The distinct rows of a table of levels. */
export interface Patterns {
  /** Row-major, one byte a pattern and field. */
  readonly levels: Uint8Array;
  readonly fields: number;
  readonly count: number;
  /** Pattern of each row. */
  readonly of: Uint32Array;
}

/**
 * Equal rows are one pattern: of a million pairs a few thousand are left, which is what the estimation works on.
 * @param levels row-major bytes
 * @throws RangeError where the table is not whole rows, or a row could not be told from another in a double
 */
export function countPatterns(levels: Uint8Array, fields: number): Patterns {
  if (levels.length % fields !== 0) throw new RangeError(`${levels.length} levels are no whole number of rows of ${fields}.`);
  const radix = levels.reduce((most, level) => Math.max(most, level), 0) + 1;
  if (radix ** fields > Number.MAX_SAFE_INTEGER) throw new RangeError(`${fields} fields of ${radix} levels are more patterns than can be numbered.`);
  const rows = levels.length / fields;
  const of = new Uint32Array(rows);
  const known = new Map<number, number>();
  const first: number[] = [];
  for (let row = 0; row < rows; row++) {
    let key = 0;
    for (let field = 0, at = row * fields; field < fields; field++, at++) key = key * radix + levels[at]!;
    let pattern = known.get(key);
    if (pattern === undefined) {
      pattern = first.length;
      known.set(key, pattern);
      first.push(row);
    }
    of[row] = pattern;
  }
  const distinct = new Uint8Array(first.length * fields);
  first.forEach((row, pattern) => distinct.set(levels.subarray(row * fields, (row + 1) * fields), pattern * fields));
  return { levels: distinct, fields, count: first.length, of };
}
