import { quantile } from '../statistics/quantile.ts';
import { requireProbabilities } from './probability-losses.ts';

/** Rows whose probabilities are near each other. */
export interface CalibrationBin {
  readonly rows: number;
  readonly meanProbability: number;
  /** Share of the rows that are of class 1; equal to the mean probability where the model is calibrated. */
  readonly shareOfPositives: number;
}

export interface CalibrationOptions {
  readonly nBins?: number;
  /** Bins of equal width over [0, 1], or with equally many rows. */
  readonly strategy?: 'uniform' | 'quantile';
}

/**
 * The reliability curve: in each bin of probabilities, what was told and what came. Bins and their borders are scikit-learn's
 * (`calibration_curve`: a probability on a border belongs to the bin below); empty bins are left out.
 *
 * Source: A. Niculescu-Mizil, R. Caruana, "Predicting good probabilities with supervised learning", ICML 2005.
 *
 * @param actual class of each row, 0 or 1.
 * @param probabilities of class 1, in [0, 1].
 * @throws RangeError when the lengths differ, there is no row, a value is out of range, or nBins is not a positive integer.
 */
export function calibrationCurve(actual: Uint8Array, probabilities: Float64Array, { nBins = 5, strategy = 'uniform' }: CalibrationOptions = {}): readonly CalibrationBin[] {
  requireProbabilities(actual, probabilities);
  if (!Number.isInteger(nBins) || nBins < 1) throw new RangeError(`nBins must be a positive integer, not ${nBins}`);
  const ascending = strategy === 'quantile' ? probabilities.toSorted() : undefined;
  const borders = Array.from({ length: nBins - 1 }, (_, bin) => (ascending === undefined ? (bin + 1) * (1 / nBins) : quantile(ascending, (bin + 1) / nBins)));
  const bins = Array.from({ length: nBins }, () => ({ rows: 0, probabilities: 0, positives: 0 }));
  probabilities.forEach((probability, row) => {
    // The number of borders below the probability.
    let [low, high] = [0, borders.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (borders[middle]! < probability) low = middle + 1;
      else high = middle;
    }
    const bin = bins[low]!;
    bin.rows++;
    bin.probabilities += probability;
    bin.positives += actual[row]!;
  });
  return bins.filter(({ rows }) => rows > 0).map(({ rows, probabilities: sum, positives }) => ({ rows, meanProbability: sum / rows, shareOfPositives: positives / rows }));
}
