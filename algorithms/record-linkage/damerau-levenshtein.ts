/**
 * Fewest insertions, deletions, substitutions and exchanges of neighbours that turn one text into the other, edits between exchanged ones allowed (Damerau
 * 1964, Comm. ACM 7:171; Lowrance and Wagner 1975, J. ACM 22:177). Characters are UTF-16 units. A metric.
 */
export function damerauLevenshtein(left: string, right: string): number {
  const [rows, columns] = [left.length, right.length];
  if (rows === 0 || columns === 0) return rows + columns;
  const width = columns + 2;
  const far = rows + columns;
  const table = new Uint32Array((rows + 2) * width);
  table[0] = far;
  for (let row = 0; row <= rows; row++) {
    table[(row + 1) * width] = far;
    table[(row + 1) * width + 1] = row;
  }
  for (let column = 0; column <= columns; column++) {
    table[column + 1] = far;
    table[width + column + 1] = column;
  }
  const lastRowOf = new Map<number, number>();
  for (let row = 1; row <= rows; row++) {
    const unit = left.charCodeAt(row - 1);
    let lastColumn = 0;
    for (let column = 1; column <= columns; column++) {
      const other = right.charCodeAt(column - 1);
      const seen = lastRowOf.get(other) ?? 0;
      const swapped = table[seen * width + lastColumn]! + (row - seen - 1) + 1 + (column - lastColumn - 1);
      const kept = table[row * width + column]! + (unit === other ? 0 : 1);
      if (unit === other) lastColumn = column;
      table[(row + 1) * width + column + 1] = Math.min(kept, table[(row + 1) * width + column]! + 1, table[row * width + column + 1]! + 1, swapped);
    }
    lastRowOf.set(unit, row);
  }
  return table[(rows + 1) * width + columns + 1]!;
}

/** Whether one edit at most, in Damerau's sense, lies between two texts; looks at each character once. */
export function withinOneEdit(left: string, right: string): boolean {
  const [long, short] = left.length >= right.length ? [left, right] : [right, left];
  if (long.length - short.length > 1) return false;
  let first = 0;
  while (first < short.length && long.charCodeAt(first) === short.charCodeAt(first)) first++;
  if (first === long.length) return true;
  let tail = 0;
  while (tail < short.length - first && long.charCodeAt(long.length - 1 - tail) === short.charCodeAt(short.length - 1 - tail)) tail++;
  const [longRest, shortRest] = [long.length - first - tail, short.length - first - tail];
  if (shortRest === 0) return longRest <= 1;
  if (longRest === 1) return shortRest === 1;
  return longRest === 2 && shortRest === 2 && long.charCodeAt(first) === short.charCodeAt(first + 1) && long.charCodeAt(first + 1) === short.charCodeAt(first);
}
