import { describe, expect, it } from 'vitest';
import { KMeans } from '../../../algorithms/cluster/kmeans.ts';
import { MiniBatchKMeans } from '../../../algorithms/cluster/mini-batch-kmeans.ts';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';

const rows = 20_000;
const columns = 4;
const random = new SeededRandom(3);
/** Six groups of unlike sizes, which overlap a little. */
const matrix = Float32Array.from({ length: rows * columns }, (_, place) => {
  const group = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5][Math.floor(place / columns) % 12]!;
  return 3 * (((group * 7 + (place % columns) * 5) % 6) - 2.5) + random.uniform() + random.uniform() + random.uniform() + random.uniform();
});

describe('k-means by batches', () => {
  it('comes near what passes over all rows come to', async () => {
    const exact = await new KMeans({ nClusters: 6, seed: 1 }).fit(matrix, rows, columns);
    const batches = await new MiniBatchKMeans({ nClusters: 6, seed: 1 }).fit(matrix, rows, columns);
    expect(batches.inertia).toBeGreaterThanOrEqual(exact.inertia * (1 - 1e-6));
    expect(batches.inertia).toBeLessThan(exact.inertia * 1.02);
    expect(batches.converged).toBe(true);
    expect([...batches.predict(matrix, rows)]).toEqual([...batches.labels]);
    const byHand = batches.labels.reduce((sum, label, row) => {
      for (let column = 0; column < columns; column++) sum += (matrix[row * columns + column]! - batches.clusterCenters[label * columns + column]!) ** 2;
      return sum;
    }, 0);
    expect(batches.inertia).toBeCloseTo(byHand, 3);
  });

  it('is the same for the same seed', async () => {
    const fit = async (seed: number): Promise<Float32Array> => (await new MiniBatchKMeans({ nClusters: 6, batchSize: 256, seed }).fit(matrix, rows, columns)).clusterCenters;
    expect(await fit(5)).toEqual(await fit(5));
    expect(await fit(5)).not.toEqual(await fit(6));
  });

  it('learns from files one after the other', async () => {
    const model = new MiniBatchKMeans({ nClusters: 6, seed: 1 });
    for (let first = 0; first < rows; first += 2000) await model.partialFit(matrix.subarray(first * columns, (first + 2000) * columns), 2000, columns);
    expect(model.iterations).toBe(10);
    expect(() => model.labels).toThrow(TypeError);
    const labels = model.predict(matrix, rows);
    const exact = await new KMeans({ nClusters: 6, seed: 1 }).fit(matrix, rows, columns);
    const inertia = labels.reduce((sum, label, row) => {
      for (let column = 0; column < columns; column++) sum += (matrix[row * columns + column]! - model.clusterCenters[label * columns + column]!) ** 2;
      return sum;
    }, 0);
    expect(inertia).toBeLessThan(exact.inertia * 1.02);
    await expect(model.partialFit(matrix.subarray(0, 30), 10, 3)).rejects.toThrow(/columns/);
  });

  it('refuses what cannot be clustered', async () => {
    for (const options of [{ nClusters: 0 }, { nClusters: 2, batchSize: 0 }, { nClusters: 5, initSize: 4 }, { nClusters: 2, reassignmentRatio: 1 }]) expect(() => new MiniBatchKMeans(options)).toThrow(RangeError);
    expect(() => new MiniBatchKMeans({ nClusters: 2 }).clusterCenters).toThrow(TypeError);
    await expect(new MiniBatchKMeans({ nClusters: 3 }).fit(matrix.subarray(0, 8), 2, 4)).rejects.toThrow(/cannot make/);
    await expect(new MiniBatchKMeans({ nClusters: 3 }).fit(Float32Array.of(1, Number.NaN, 3), 3, 1)).rejects.toThrow(/finite/);
  });
});
