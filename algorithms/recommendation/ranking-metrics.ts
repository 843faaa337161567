import { SeededRandom } from '../random/seeded-random.ts';
import { quantile } from '../statistics/quantile.ts';
import type { InteractionMatrix } from './interaction-matrix.ts';
import type { TopLists } from './top-lists.ts';

/** How good lists are, customer by customer, for those of whom something is known: NaN for the others. */
export interface RankingFigures {
  /** Share of what was chosen that the list has. */
  readonly recall: Float64Array;
  /** Share of the list's k places that were chosen. */
  readonly precision: Float64Array;
  /** Gain 1 / log2(1 + rank), over that of the best list (Järvelin and Kekäläinen 2002). */
  readonly ndcg: Float64Array;
  /** Mean of the precisions at the ranks of hits, over the most hits there can be. */
  readonly averagePrecision: Float64Array;
  /** Mean of -log2 of the share of customers who had the item before: how little known what is shown is (Vargas and Castells 2011). */
  readonly novelty: Float64Array;
  /** Share of all items that somebody is shown. */
  readonly coverage: number;
}

/**
 * @param truth what customers chose later; values count for nothing
 * @param known what customers had before, for novelty
 * @throws RangeError when the rows differ
 */
export function rankingFigures(lists: TopLists, truth: InteractionMatrix, known: InteractionMatrix): RankingFigures {
  if (lists.rows !== truth.rows || known.rows !== truth.rows) throw new RangeError(`lists of ${lists.rows} customers do not meet what ${truth.rows} chose and ${known.rows} had`);
  const { rows, k, ids } = lists;
  const figures = { recall: unknown(rows), precision: unknown(rows), ndcg: unknown(rows), averagePrecision: unknown(rows), novelty: unknown(rows) };
  const owners = new Float64Array(known.columns);
  for (const item of known.indices) owners[item]!++;
  const shown = new Set<number>();
  for (let row = 0; row < rows; row++) {
    const chosen = new Set(truth.indices.subarray(truth.offsets[row], truth.offsets[row + 1]));
    if (chosen.size === 0) continue;
    const most = Math.min(k, chosen.size);
    let [hits, gain, precisions, surprise, length] = [0, 0, 0, 0, 0];
    for (let rank = 0; rank < k && ids[row * k + rank]! >= 0; rank++) {
      const item = ids[row * k + rank]!;
      length++;
      shown.add(item);
      surprise -= Math.log2(Math.max(owners[item]!, 1) / rows);
      if (!chosen.has(item)) continue;
      hits++;
      gain += 1 / Math.log2(rank + 2);
      precisions += hits / (rank + 1);
    }
    let ideal = 0;
    for (let rank = 0; rank < most; rank++) ideal += 1 / Math.log2(rank + 2);
    figures.recall[row] = hits / chosen.size;
    figures.precision[row] = hits / k;
    figures.ndcg[row] = gain / ideal;
    figures.averagePrecision[row] = precisions / most;
    if (length > 0) figures.novelty[row] = surprise / length;
  }
  return { ...figures, coverage: shown.size / truth.columns };
}

/** A mean with its interval. */
export interface MeanWithInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The mean over customers who have a figure, with a 95 % percentile interval from resampling customers (Efron and Tibshirani 1993).
 * @throws RangeError when resamples is below 100
 */
export function meanOverCustomers(figure: Float64Array, { resamples = 1000, seed = 0 }: { readonly resamples?: number; readonly seed?: number } = {}): MeanWithInterval {
  if (!Number.isInteger(resamples) || resamples < 100) throw new RangeError(`resamples must be a whole number of at least 100, not ${resamples}`);
  const known = figure.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  const random = new SeededRandom(seed);
  const means = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    for (let draw = 0; draw < known.length; draw++) sum += known[random.integer(known.length)]!;
    means[resample] = sum / known.length;
  }
  const sorted = means.sort();
  return { value: known.reduce((sum, value) => sum + value, 0) / known.length, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

const unknown = (rows: number): Float64Array => new Float64Array(rows).fill(Number.NaN);
