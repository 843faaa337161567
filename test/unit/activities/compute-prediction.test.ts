import { describe, expect, test } from 'vitest';
import { computePrediction, type PredictionTask } from '../../../activities/analyse/predict/compute-prediction.ts';
import { candidates } from '../../../activities/analyse/predict/purchase-model.ts';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';

const features = ['orders', 'recency', 'channel'];

/** Customers by chance, who buy with the probability that `of` gives. */
function customers(rows: number, seed: number, of: (orders: number, recency: number) => number) {
  const random = new SeededRandom(seed);
  const matrix = Float64Array.from({ length: rows * features.length }, () => 2 * random.uniform() - 1);
  return { rows, matrix, labels: Uint8Array.from({ length: rows }, (_, row) => Number(random.uniform() < of(matrix[row * 3]!, matrix[row * 3 + 1]!))) };
}

function task(of: (orders: number, recency: number) => number, more: Partial<PredictionTask> = {}): PredictionTask {
  const [learned, choosing, judges, latest] = [1, 2, 3, 4].map((seed) => customers(1500, seed, of)) as [PredictionTask['learned'], PredictionTask['learned'], PredictionTask['learned'], PredictionTask['learned']];
  return { features, learned, choosing, judges, latest, now: { matrix: latest.matrix, rows: latest.rows }, incumbent: 'logistic', seed: 1, resamples: 100, ...more };
}

const championOf = async (given: PredictionTask): Promise<string> => (await computePrediction(given)).judged.find(({ isChampion }) => isChampion)!.model;

/** The same rows with a figure instead of the channel. */
const withFigure = <Rows extends { readonly matrix: Float64Array; readonly rows: number }>(rows: Rows, figure: (row: number) => number): Rows =>
  ({ ...rows, matrix: rows.matrix.map((value, place) => (place % 3 === 2 ? figure((place - 2) / 3) : value)) });

describe('a feature that knows the future', () => {
  const line = (orders: number): number => 1 / (1 + Math.exp(-3 * orders));
  const honest = task(line);

  test('is caught and left out, so that nothing is told by it', async () => {
    const random = new SeededRandom(9);
    // Orders of the horizon itself, a little blurred: the past knows them, today does not.
    const plant = <Rows extends PredictionTask['learned']>(rows: Rows): Rows => withFigure(rows, (row) => rows.labels[row]! + 0.3 * random.uniform());
    const planted = { ...honest, learned: plant(honest.learned), choosing: plant(honest.choosing), judges: plant(honest.judges), latest: plant(honest.latest), now: withFigure(honest.now, () => 0) };
    const { leaks, quality, coefficients, importances, probabilities } = await computePrediction(planted);
    expect(leaks).toEqual([2]);
    expect(coefficients[2]).toBe(0);
    expect(importances.find(({ column }) => column === 2)!.mean).toBe(0);
    // The honest features are judged for what they are, and tell of today's customers what they told without the leak.
    const clean = (rows: PredictionTask['learned']) => withFigure(rows, () => 0);
    const without = await computePrediction({ ...honest, learned: clean(honest.learned), choosing: clean(honest.choosing), judges: clean(honest.judges), latest: clean(honest.latest), now: withFigure(honest.now, () => 0) });
    expect(quality.auc).toBeLessThan(0.95);
    expect([quality, probabilities]).toEqual([without.quality, without.probabilities]);
  });

  test('is caught where only its being there tells, and whichever way it points', async () => {
    const gaps = (rows: PredictionTask['learned']) => withFigure(rows, (row) => (rows.labels[row] === 1 ? Number.NaN : 1));
    expect((await computePrediction({ ...honest, learned: gaps(honest.learned) })).leaks).toEqual([2]);
  });

  test('is not seen in a strong habit', async () => {
    expect((await computePrediction(honest)).leaks).toEqual([]);
    expect((await computePrediction(task((orders) => 1 / (1 + Math.exp(-5 * orders))))).leaks).toEqual([]);
  });
});

describe('the champion', () => {
  test('stays where no challenger is better beyond chance', async () => {
    // What nobody can tell, nobody tells better.
    for (const incumbent of candidates) expect(await championOf(task(() => 0.3, { incumbent }))).toBe(incumbent);
  });

  test('is replaced by a model that sees what it cannot', async () => {
    // Who buys hangs on two features together, which no line tells.
    const together = (orders: number, recency: number): number => (orders * recency > 0 ? 0.8 : 0.1);
    expect(await championOf(task(together))).not.toBe('logistic');
    expect(await championOf(task(together, { incumbent: 'trees' }))).not.toBe('logistic');
  });

  test('is judged on customers that neither it nor the choice has seen', async () => {
    const line = (orders: number): number => 1 / (1 + Math.exp(-3 * orders));
    const { judged, quality, calibration } = await computePrediction(task(line));
    expect(quality.customers).toBe(1500);
    expect(judged.map(({ figures }) => figures.find(({ figure }) => figure === 'auc')!.value).every((auc) => auc > 0.75 && auc < 0.95)).toBe(true);
    // What is told is about what came.
    for (const { meanProbability, shareOfPositives } of calibration) expect(Math.abs(meanProbability - shareOfPositives)).toBeLessThan(0.12);
  });
});
