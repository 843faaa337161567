/** How predictions of two classes met the truth, in rows. */
export interface ConfusionMatrix {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/**
 * Counts each way that a prediction can meet the truth.
 * @param actual class of each row, 0 or 1.
 * @param predicted class foretold for each row, 0 or 1.
 * @throws RangeError when the lengths differ, there is no row, or a value is neither 0 nor 1.
 */
export function confusionMatrix(actual: Uint8Array, predicted: Uint8Array): ConfusionMatrix {
  if (actual.length !== predicted.length) throw new RangeError(`there are ${predicted.length} predictions for ${actual.length} rows`);
  if (actual.length === 0) throw new RangeError('there are no rows to count');
  const cells = [0, 0, 0, 0];
  for (let row = 0; row < actual.length; row++) {
    const truth = actual[row] as number;
    const told = predicted[row] as number;
    if (truth > 1 || told > 1) throw new RangeError(`row ${row} has a class that is neither 0 nor 1`);
    cells[truth * 2 + told] = (cells[truth * 2 + told] as number) + 1;
  }
  const [trueNegatives, falsePositives, falseNegatives, truePositives] = cells as [number, number, number, number];
  return { truePositives, falsePositives, trueNegatives, falseNegatives };
}

/** Share of rows that were told right, 0 to 1. */
export function accuracy(matrix: ConfusionMatrix): number {
  const right = matrix.truePositives + matrix.trueNegatives;
  return right / (right + matrix.falsePositives + matrix.falseNegatives);
}

/** Share of the rows told to be of class 1 that are; 0 when none was told to be, as scikit-learn's `zero_division=0`. */
export function precision(matrix: ConfusionMatrix): number {
  return share(matrix.truePositives, matrix.falsePositives);
}

/** Share of the rows of class 1 that were told to be; 0 when there is none. */
export function recall(matrix: ConfusionMatrix): number {
  return share(matrix.truePositives, matrix.falseNegatives);
}

/** Harmonic mean of precision and recall; 0 when both are. */
export function f1(matrix: ConfusionMatrix): number {
  return share(2 * matrix.truePositives, matrix.falsePositives + matrix.falseNegatives);
}

function share(part: number, rest: number): number {
  return part + rest === 0 ? 0 : part / (part + rest);
}
