import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { kmeans } from 'ml-kmeans';
import { describe, expect, it } from 'vitest';
import { KMeans } from '../../../algorithms/cluster/kmeans.ts';
import { KMeansData } from '../../../algorithms/cluster/kmeans-data.ts';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';
import { compileKernel, kernelSources, kernelTarget } from '../../../scripts/build-kernels.ts';
import { madeMatrix } from './made-numbers.ts';

describe('k-means', () => {
  it('finds the same inertia as scikit-learn', async () => {
    // scikit-learn 1.9.1: KMeans(4, n_init=20).fit(fourClumps()).inertia_ and KMeans(7, n_init=200).fit(...).inertia_
    const four = await new KMeans({ nClusters: 4, seed: 1 }).fit(fourClumps(), 300, 5);
    expect(four.inertia).toBeCloseTo(127.81515436917637, 3);
    const seven = await new KMeans({ nClusters: 7, nInit: 200, seed: 1 }).fit(fourClumps(), 300, 5);
    expect(seven.inertia).toBeLessThan(105.49629431508832 * 1.002);
  });

  it('ends no worse from one start than ml-kmeans', async () => {
    const matrix = Float32Array.from(madeMatrix(400, 4, 91));
    const rows = Array.from({ length: 400 }, (_, row) => Array.from(matrix.subarray(row * 4, (row + 1) * 4)));
    const peer = kmeans(rows, 6, { seed: 1, initialization: 'kmeans++' });
    const peerInertia = rows.reduce((sum, row, place) => sum + row.reduce((square, value, column) => square + (value - peer.centroids[peer.clusters[place]!]![column]!) ** 2, 0), 0);
    const { inertia } = await new KMeans({ nClusters: 6, nInit: 1, seed: 1 }).fit(matrix, 400, 4);
    expect(inertia).toBeLessThanOrEqual(peerInertia * 1.001);
  });

  it('passes over rows only where that changes nothing, in any bit', async () => {
    const rows = 30_000;
    const random = new SeededRandom(8);
    const matrix = Float32Array.from({ length: rows * 6 }, (_, place) => random.normal() + (place % 6 === Math.floor(place / 6) % 5 ? 3 : 0));
    const [pruned, whole] = await Promise.all([KMeansData.from(matrix, rows, 6), KMeansData.from(matrix, rows, 6)]);
    let centres = matrix.slice(0, 5 * 6);
    pruned.reset(5);
    whole.reset(5);
    for (let pass = 0; pass < 25; pass++) {
      const one = await pruned.assign(centres);
      const other = await whole.assign(centres, true);
      expect(pruned.labels).toEqual(whole.labels);
      expect([one.changed, one.counts, one.sums]).toEqual([other.changed, other.counts, other.sums]);
      expect(one.inertia / other.inertia).toBeCloseTo(1, 6);
      centres = Float32Array.from(one.sums, (sum, place) => sum / one.counts[Math.floor(place / 6)]!);
      // One centre leaps in the midst: bounds of before must not outlive it.
      if (pass === 12) centres.set(matrix.subarray(600, 606), 12);
    }
    await Promise.all([pruned.close(), whole.close()]);
  });

  it('knows the inertia of rows far from the origin from their sums', async () => {
    const random = new SeededRandom(12);
    const matrix = Float32Array.from({ length: 3000 }, (_, place) => 5000 + (place % 3) * 40 + random.normal());
    const model = await new KMeans({ nClusters: 3, nInit: 1, seed: 2 }).fit(matrix, 3000, 1);
    expect(model.inertias.at(-1)! / model.inertia).toBeCloseTo(1, 3);
    expect(model.inertia / 3000).toBeCloseTo(1, 0);
  });

  it('recovers clumps that are there', async () => {
    const { labels, converged } = await new KMeans({ nClusters: 4 }).fit(fourClumps(), 300, 5);
    expect(converged).toBe(true);
    const names = [0, 1, 2, 3].map((clump) => new Set(Array.from(labels).filter((_, row) => row % 4 === clump)));
    expect(names.map((set) => set.size)).toEqual([1, 1, 1, 1]);
    expect(new Set(names.flatMap((set) => [...set])).size).toBe(4);
  });

  it('labels every row with its nearest centre, never lets inertia rise, and predicts what it fitted', async () => {
    await fc.assert(fc.asyncProperty(matrices(), fc.integer({ min: 1, max: 9 }), fc.nat(1000), async ({ matrix, rows, columns }, k, seed) => {
      const nClusters = Math.min(k, rows);
      const model = await new KMeans({ nClusters, nInit: 2, seed }).fit(matrix, rows, columns);
      let inertia = 0;
      for (let row = 0; row < rows; row++) {
        const distances = Array.from({ length: nClusters }, (_, cluster) => squaredDistance(matrix, row, model.clusterCenters, cluster, columns));
        const nearest = Math.min(...distances);
        const own = distances[model.labels[row]!]!;
        inertia += own;
        expect(own - nearest).toBeLessThanOrEqual(1e-5 * (nearest + 1e-6));
      }
      expect(model.inertia).toBeCloseTo(inertia, 3);
      for (let at = 1; at < model.inertias.length; at++) expect(model.inertias[at]).toBeLessThanOrEqual(model.inertias[at - 1]! * (1 + 1e-5) + 1e-9);
      expect(model.predict(matrix, rows)).toEqual(model.labels);
    }), { numRuns: 60 });
  });

  it('puts each centre at the mean of its rows when labels have settled', async () => {
    const matrix = Float32Array.from(madeMatrix(500, 3, 77));
    const model = await new KMeans({ nClusters: 5, tol: 0 }).fit(matrix, 500, 3);
    expect(model.converged).toBe(true);
    for (let cluster = 0; cluster < 5; cluster++) {
      const rows = Array.from(model.labels.keys()).filter((row) => model.labels[row] === cluster);
      for (let column = 0; column < 3; column++) {
        const mean = rows.reduce((sum, row) => sum + matrix[row * 3 + column]!, 0) / rows.length;
        expect(model.clusterCenters[cluster * 3 + column]).toBeCloseTo(mean, 6);
      }
    }
  });

  it('gives the same bytes for any number of threads, on the calling thread or not', async () => {
    const rows = 60_011;
    const matrix = Float32Array.from(madeMatrix(rows, 13, 5));
    const models = await Promise.all([1, 2, 3, 5].map((nThreads) => new KMeans({ nClusters: 6, nInit: 2, seed: 9, nThreads, maxIter: 12 }).fit(matrix, rows, 13)));
    const [first] = models as [KMeans];
    for (const model of models) {
      expect(model.labels).toEqual(first.labels);
      expect(model.clusterCenters).toEqual(first.clusterCenters);
      expect(model.inertia).toBe(first.inertia);
      expect(model.iterations).toBe(first.iterations);
    }
    expect(first.predict(matrix, rows)).toEqual(first.labels);
  });

  it('serves several k from one copy of the rows, one fit after the other', async () => {
    const matrix = fourClumps();
    const data = await KMeansData.from(matrix, 300, 5);
    const shared = await Promise.all([2, 3, 4, 9].map((nClusters) => new KMeans({ nClusters }).fit(data)));
    await data.close();
    for (const model of shared) {
      const alone = await new KMeans({ nClusters: model.nClusters }).fit(matrix, 300, 5);
      expect(model.labels).toEqual(alone.labels);
      expect(model.inertia).toBe(alone.inertia);
    }
  });

  it('leaves no cluster empty while there are rows to fill it', async () => {
    // 4,090 equal rows and six others, of which a sample of 8 sees hardly any: seeds coincide and clusters start empty.
    const matrix = new Float32Array(4096 * 2);
    for (let other = 0; other < 6; other++) matrix.set([10 + other * 7, -3 * other], (other * 600 + 11) * 2);
    for (let seed = 0; seed < 5; seed++) {
      const { labels, inertia } = await new KMeans({ nClusters: 7, nInit: 1, sampleSize: 8, seed }).fit(matrix, 4096, 2);
      expect(new Set(labels).size).toBe(7);
      expect(inertia).toBe(0);
    }
  });

  it('ends with fewer clusters when there are fewer different rows', async () => {
    const model = await new KMeans({ nClusters: 3 }).fit(Float32Array.of(1, 1, 5, 5), 4, 1);
    expect(new Set(model.labels).size).toBe(2);
    expect(model.inertia).toBe(0);
    expect(model.converged).toBe(true);
  });

  it('keeps apart what is far from the origin', async () => {
    const random = new SeededRandom(2);
    const matrix = Float32Array.from({ length: 400 }, (_, row) => 10_000 + (row % 2) * 4 + random.normal() * 0.3);
    const { labels } = await new KMeans({ nClusters: 2 }).fit(matrix, 400, 1);
    for (let row = 2; row < 400; row++) expect(labels[row]).toBe(labels[row % 2]);
  });

  it('refuses what it cannot cluster', async () => {
    expect(() => new KMeans({ nClusters: 0 })).toThrow(RangeError);
    expect(() => new KMeans({ nClusters: 8, sampleSize: 4 })).toThrow(/sampleSize/);
    expect(() => new KMeans({ nClusters: 2 }).labels).toThrow(TypeError);
    await expect(new KMeans({ nClusters: 2 }).fit(new Float32Array(7), 4, 2)).rejects.toThrow(RangeError);
    await expect(new KMeans({ nClusters: 3 }).fit(new Float32Array(4), 2, 2)).rejects.toThrow(/2 rows/);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1e30]) {
      await expect(new KMeans({ nClusters: 1 }).fit(Float32Array.of(1, 2, 3, bad), 2, 2)).rejects.toThrow(/column 1/);
    }
    const model = await new KMeans({ nClusters: 1 }).fit(Float32Array.of(1, 2), 1, 2);
    expect(() => model.predict(new Float32Array(3), 1)).toThrow(RangeError);
    expect(() => model.predict(Float32Array.of(1, Number.NaN), 1)).toThrow(RangeError);
  });
});

describe('the threads of k-means', () => {
  const source = (body: string): string => `
    const { KMeansData } = await import(${JSON.stringify(new URL('../../../algorithms/cluster/kmeans-data.ts', import.meta.url).href)});
    const { KMeans } = await import(${JSON.stringify(new URL('../../../algorithms/cluster/kmeans.ts', import.meta.url).href)});
    const data = await KMeansData.from(new Float32Array(100_000 * 16).map((_, i) => Math.sin(i)), 100_000, 16);
    ${body}`;
  const run = (body: string): { status: number | null; stdout: string } =>
    spawnSync(process.execPath, ['--input-type=module', '--eval', source(body)], { encoding: 'utf8', timeout: 20_000 });

  it('do not keep a process alive that forgot to close them', () => {
    expect(run(`await new KMeans({ nClusters: 8, nInit: 1 }).fit(data); console.log('fitted');`)).toMatchObject({ status: 0, stdout: 'fitted\n' });
  });

  it('reject what still runs, and what is asked later, when the data are closed', () => {
    const { status, stdout } = run(`
      const report = (error) => console.log(error.message);
      const running = new KMeans({ nClusters: 8, nInit: 2 }).fit(data).catch(report);
      await data.close();
      await running;
      await new KMeans({ nClusters: 2 }).fit(data).catch(report);`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'The data of this k-means fit are closed.\n'.repeat(2) });
  });

  it('reject with the error of a thread that fails, and when they are closed in the midst of a task', () => {
    const { status, stdout } = run(`
      const { AssignThreads } = await import(${JSON.stringify(new URL('../../../algorithms/cluster/assign-threads.ts', import.meta.url).href)});
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
      const threads = new AssignThreads(memory, new Int32Array(new SharedArrayBuffer(4)), 2);
      const beyond = 1 << 30;
      const task = { operation: 'assign', rows: 8, columns: 4, chunkRows: 8, data: beyond, labels: beyond, centres: beyond, clusters: 4, partials: beyond, partialBytes: 8, scratch: beyond, scratchBytes: 8 };
      await threads.run(task).catch((error) => console.log(error.message));
      await threads.run(task).catch((error) => console.log(error.message));
      await threads.close();
      const others = new AssignThreads(memory, new Int32Array(new SharedArrayBuffer(4)), 2);
      const running = others.run(task).catch((error) => console.log(error.message));
      await others.close();
      await running;`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'memory access out of bounds\nmemory access out of bounds\nThe k-means threads are closed.\n' });
  });
});

describe('a compiled kernel', () => {
  it.each(kernelSources)('%s is what its source compiles to', async (kernel) => {
    const kept = await readFile(kernelTarget(kernel));
    expect(Buffer.from(await compileKernel(kernel)).equals(kept), 'run scripts/build-kernels.ts and commit the .wasm').toBe(true);
  });

  it('sits beside its source', () => {
    expect(kernelTarget('algorithms/cluster/assign.as.ts')).toBe(fileURLToPath(new URL('../../../algorithms/cluster/assign.wasm', import.meta.url)));
  });
});

/** 300 x 5: made numbers, each row moved by 2 along one of four axes. */
function fourClumps(): Float32Array {
  return Float32Array.from(madeMatrix(300, 5, 5000), (value, place) => value + (place % 5 === Math.floor(place / 5) % 4 ? 2 : 0));
}

function matrices(): fc.Arbitrary<{ matrix: Float32Array; rows: number; columns: number }> {
  return fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 })).chain(([rows, columns]) =>
    fc.array(fc.integer({ min: -20, max: 20 }), { minLength: rows * columns, maxLength: rows * columns })
      .map((values) => ({ matrix: Float32Array.from(values, (value) => value / 4), rows, columns })));
}

function squaredDistance(matrix: Float32Array, row: number, centres: Float32Array, cluster: number, columns: number): number {
  let sum = 0;
  for (let column = 0; column < columns; column++) sum += (matrix[row * columns + column]! - centres[cluster * columns + column]!) ** 2;
  return sum;
}
