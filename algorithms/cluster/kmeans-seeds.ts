import { setImmediate } from 'node:timers/promises';
import type { SeededRandom } from '../random/seeded-random.ts';
import type { KMeansData } from './kmeans-data.ts';
import { lloyd } from './lloyd.ts';

/** Iterations on a sample: they are cheap, and each saves about one over all rows. */
const searchIterations = 30;
const refineIterations = 20;
/** Candidates that go from the small sample to the large one. */
const finalists = 3;
/** The large sample is so many times the small one; it is worth its while when all rows are many times more again. */
const refineFactor = 8;
/** A sample's own noise moves its centres by more than this share of the variance; going nearer to its optimum is of no use. */
const sampleTolerance = 1e-4;

/**
 * First centres for k-means, near a good end: several candidates descend on a small sample, the best few on a larger one, and the
 * best of those is returned. Candidates are seeded by greedy k-means++ (Arthur and Vassilvitskii 2007, with the 2 + ln k trials of
 * scikit-learn). Starting where a sample's k-means ends is the refinement of Bradley and Fayyad (ICML 1998).
 *
 * @param sampleSize rows of the small sample, at least nClusters.
 * @returns row-major nClusters x columns.
 */
export async function kmeansSeeds(data: KMeansData, nClusters: number, sampleSize: number, random: SeededRandom): Promise<Float32Array> {
  const large = data.rows >= refineFactor * refineFactor * sampleSize ? await data.sample(oneOfEachStratum(data.rows, refineFactor * sampleSize, random)) : undefined;
  const small = data.rows > sampleSize ? await (large ?? data).sample(oneOfEachStratum((large ?? data).rows, sampleSize, random)) : data;
  const candidates = Math.min(12, Math.max(finalists, Math.round(96 / nClusters)));
  const searched: { centres: Float32Array; inertia: number }[] = [];
  for (let candidate = 0; candidate < candidates; candidate++) {
    // The small sample is worked on here: others get their turn in between.
    await setImmediate();
    searched.push(await descend(small, greedySeeds(small, nClusters, random), searchIterations));
  }
  searched.sort((a, b) => a.inertia - b.inertia);
  if (large === undefined) return searched[0]!.centres;
  let best = searched[0]!;
  let least = Number.POSITIVE_INFINITY;
  for (const { centres } of searched.slice(0, finalists)) {
    const refined = await descend(large, centres, refineIterations);
    if (refined.inertia < least) {
      best = refined;
      least = refined.inertia;
    }
  }
  return best.centres;
}

async function descend(sample: KMeansData, seeds: Float32Array, maxIter: number): Promise<{ centres: Float32Array; inertia: number }> {
  const { centres, inertias } = (await lloyd(sample, seeds, { maxIter, tolerance: sampleTolerance * sample.meanVariance }))!;
  return { centres, inertia: inertias.at(-1)! };
}

/** One row out of each of `size` equal runs of the rows, ascending: as random as a plain sample, and never much of one place. */
function oneOfEachStratum(rows: number, size: number, random: SeededRandom): Uint32Array {
  return Uint32Array.from({ length: size }, (_, stratum) => Math.min(rows - 1, Math.floor(((stratum + random.uniform()) * rows) / size)));
}

/**
 * First centres by greedy k-means++ alone: rows that are far from each other, each the best of a few drawn by their squared distance to those chosen
 * before. On a sample where there are many rows.
 * @returns row-major nClusters x columns.
 */
export function greedySeeds(data: KMeansData, nClusters: number, random: SeededRandom): Float32Array {
  const { columns } = data;
  const rows = Math.min(data.rows, Math.max(2048, 64 * nClusters));
  const pool = new Float32Array(rows * columns);
  oneOfEachStratum(data.rows, rows, random).forEach((row, place) => pool.set(data.row(row), place * columns));
  const trials = 2 + Math.floor(Math.log(nClusters));
  const chosen = new Float32Array(nClusters * columns);
  const rowOf = (row: number): Float32Array => pool.subarray(row * columns, (row + 1) * columns);

  let nearest = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  let spare = new Float64Array(rows);
  let tried = new Float64Array(rows);
  let total = 0;
  for (let cluster = 0; cluster < nClusters; cluster++) {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let trial = 0; trial < (cluster === 0 ? 1 : trials); trial++) {
      const row = cluster === 0 ? random.integer(rows) : drawByWeight(nearest, total, random);
      const sum = distancesWith(pool, columns, rowOf(row), nearest, tried);
      if (sum >= least) continue;
      least = sum;
      best = row;
      [tried, spare] = [spare, tried];
    }
    [nearest, spare] = [spare, nearest];
    total = least;
    chosen.set(rowOf(best), cluster * columns);
  }
  return chosen;
}

/** Writes each row's squared distance to the candidate where that is below `nearest`; returns the sum. */
function distancesWith(pool: Float32Array, columns: number, candidate: Float32Array, nearest: Float64Array, target: Float64Array): number {
  let sum = 0;
  for (let row = 0, place = 0; row < nearest.length; row++) {
    let square = 0;
    for (let column = 0; column < columns; column++) {
      const away = (pool[place++] as number) - (candidate[column] as number);
      square += away * away;
    }
    const least = Math.min(square, nearest[row] as number);
    target[row] = least;
    sum += least;
  }
  return sum;
}

function drawByWeight(weights: Float64Array, total: number, random: SeededRandom): number {
  let draw = random.uniform() * total;
  for (let place = 0; place < weights.length; place++) {
    draw -= weights[place] as number;
    if (draw < 0) return place;
  }
  // All weights are 0, or rounding left a rest: any row is as good.
  return random.integer(weights.length);
}
