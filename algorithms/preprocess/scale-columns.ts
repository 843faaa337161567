import { requireShape } from './require-shape.ts';

/** By column: what is taken off a value, and what the rest is divided by. */
export interface ColumnScales {
  readonly centres: Float64Array;
  readonly scales: Float64Array;
}

/**
 * A scaled copy, (x - centre) / scale by column; missing values (NaN) stay.
 * @throws RangeError when the shape is not that of the columns.
 */
export function scaleColumns(matrix: Float64Array, rows: number, { centres, scales }: ColumnScales): Float64Array {
  const columns = centres.length;
  requireShape(matrix, rows, columns);
  const scaled = new Float64Array(matrix.length);
  for (let place = 0, column = 0; place < matrix.length; place++) {
    scaled[place] = ((matrix[place] as number) - (centres[column] as number)) / (scales[column] as number);
    column = column + 1 === columns ? 0 : column + 1;
  }
  return scaled;
}
