/**
 * Weights of the rows of class 0 and of class 1: as given, or `balanced`, inversely to how often each occurs.
 * @throws RangeError unless y has a value of 0 or 1 for each row and both occur.
 */
export function classWeightsOf(classWeight: 'balanced' | readonly [number, number], y: Uint8Array, rows: number): readonly [number, number] {
  if (y.length !== rows) throw new RangeError(`y has ${y.length} values for ${rows} rows`);
  let positives = 0;
  for (const value of y) {
    if (value > 1) throw new RangeError(`y must be 0 or 1, not ${value}`);
    positives += value;
  }
  if (positives === 0 || positives === rows) throw new RangeError(`y has one class only: all ${rows} rows are ${positives === 0 ? 0 : 1}`);
  if (classWeight === 'balanced') return [rows / (2 * (rows - positives)), rows / (2 * positives)];
  return classWeight;
}
