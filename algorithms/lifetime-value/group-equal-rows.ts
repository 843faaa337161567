export interface EqualRows {
  /** The first row of each group, in order of appearance. */
  readonly firsts: Uint32Array;
  /** Group of each row. */
  readonly groupOf: Uint32Array;
}

/** Puts rows whose values are the same in every column into one group. The columns are of one length. */
export function groupEqualRows(columns: readonly Float64Array[]): EqualRows {
  const rows = columns[0]?.length ?? 0;
  const bits = 32 - Math.clz32(Math.max(16, rows * 2));
  const table = new Uint32Array(2 ** bits);
  const groupOf = new Uint32Array(rows);
  const firsts = new Uint32Array(rows);
  const words = columns.map((column) => new Uint32Array(column.buffer, column.byteOffset, column.length * 2));
  const mask = table.length - 1;
  let groups = 0;
  for (let row = 0; row < rows; row++) {
    let hash = 0x9e3779b9;
    for (const word of words) {
      hash = Math.imul(hash ^ (word[row * 2] as number), 0x85ebca6b);
      hash = Math.imul(hash ^ (hash >>> 15) ^ (word[row * 2 + 1] as number), 0xc2b2ae35);
      hash ^= hash >>> 13;
    }
    let slot = hash & mask;
    // Open addressing; 0 is an empty slot, so groups are kept one higher.
    for (;;) {
      const kept = table[slot] as number;
      if (kept === 0) {
        table[slot] = groups + 1;
        firsts[groups] = row;
        groupOf[row] = groups++;
        break;
      }
      const first = firsts[kept - 1] as number;
      let equal = true;
      for (const column of columns) equal &&= column[row] === column[first];
      if (equal) {
        groupOf[row] = kept - 1;
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
  return { firsts: firsts.slice(0, groups), groupOf };
}
