/** Who has what: a sparse matrix by row (CSR). Indices rise within a row; row r has the places [offsets[r], offsets[r + 1]). */
export interface InteractionMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly offsets: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

/**
 * The matrix of triples (row, column, value) in any order; values of the same place are added, and are 1 where none are given.
 * @throws RangeError when lengths differ, or a row or column is not in the matrix
 */
export function interactionMatrix({ rows, columns, row, column, value }: { readonly rows: number; readonly columns: number; readonly row: ArrayLike<number>; readonly column: ArrayLike<number>; readonly value?: ArrayLike<number> }): InteractionMatrix {
  if (row.length !== column.length || (value !== undefined && value.length !== row.length)) throw new RangeError('row, column and value must have the same length');
  const starts = new Uint32Array(columns + 1);
  for (let place = 0; place < row.length; place++) {
    const [r, c] = [row[place]!, column[place]!];
    if (!(r >= 0 && r < rows && c >= 0 && c < columns)) throw new RangeError(`(${r}, ${c}) is not in a matrix of ${rows} x ${columns}`);
    starts[c + 1]!++;
  }
  for (let c = 0; c < columns; c++) starts[c + 1]! += starts[c]!;
  // By column first and then stably by row, so that indices rise within a row.
  const byColumn = new Uint32Array(row.length);
  for (let place = 0; place < row.length; place++) byColumn[starts[column[place]!]!++] = place;
  const counts = new Uint32Array(rows + 1);
  for (let place = 0; place < row.length; place++) counts[row[place]! + 1]!++;
  for (let r = 0; r < rows; r++) counts[r + 1]! += counts[r]!;
  const next = counts.slice();
  const places = new Uint32Array(row.length);
  for (const place of byColumn) places[next[row[place]!]!++] = place;

  const offsets = new Uint32Array(rows + 1);
  const indices = new Uint32Array(row.length);
  const values = new Float32Array(row.length);
  let end = 0;
  for (let r = 0; r < rows; r++) {
    const first = end;
    for (let number = counts[r]!; number < counts[r + 1]!; number++) {
      const place = places[number]!;
      const amount = value === undefined ? 1 : value[place]!;
      if (end > first && indices[end - 1] === column[place]) values[end - 1]! += amount;
      else {
        indices[end] = column[place]!;
        values[end++] = amount;
      }
    }
    offsets[r + 1] = end;
  }
  return { rows, columns, offsets, indices: indices.slice(0, end), values: values.slice(0, end) };
}

/** Rows become columns. */
export function transposed({ rows, columns, offsets, indices, values }: InteractionMatrix): InteractionMatrix {
  const starts = new Uint32Array(columns + 1);
  for (const index of indices) starts[index + 1]!++;
  for (let column = 0; column < columns; column++) starts[column + 1]! += starts[column]!;
  const next = starts.slice();
  const turned = { indices: new Uint32Array(indices.length), values: new Float32Array(indices.length) };
  for (let row = 0; row < rows; row++) {
    for (let place = offsets[row]!; place < offsets[row + 1]!; place++) {
      const target = next[indices[place]!]!++;
      turned.indices[target] = row;
      turned.values[target] = values[place]!;
    }
  }
  return { rows: columns, columns: rows, offsets: starts, ...turned };
}

/** The same places with other values, each made of its value, row and column. */
export function withValues(matrix: InteractionMatrix, valueOf: (value: number, row: number, column: number) => number): InteractionMatrix {
  const values = new Float32Array(matrix.indices.length);
  for (let row = 0; row < matrix.rows; row++) {
    for (let place = matrix.offsets[row]!; place < matrix.offsets[row + 1]!; place++) values[place] = valueOf(matrix.values[place]!, row, matrix.indices[place]!);
  }
  return { ...matrix, values };
}
