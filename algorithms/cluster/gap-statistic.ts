import { PCA } from '../decompose/pca.ts';
import { SeededRandom } from '../random/seeded-random.ts';
import { KMeans } from './kmeans.ts';
import { KMeansData } from './kmeans-data.ts';
import { takeRows } from './take-rows.ts';

export interface GapOptions {
  /** Numbers of clusters to try, ascending. */
  readonly clusters: readonly number[];
  /** Sets of reference rows. */
  readonly references?: number;
  /** Rows looked at; more are sampled down to it. */
  readonly sampleSize?: number;
  readonly nInit?: number;
  readonly seed?: number;
}

/** The gap of one number of clusters. */
export interface GapPoint {
  readonly clusters: number;
  /** Mean log inertia of the references less log inertia of the rows: how much closer clusters hold the rows than rows without any. */
  readonly gap: number;
  /** Standard deviation over the references, times sqrt(1 + 1 / references). */
  readonly standardError: number;
}

/**
 * The gap statistic of k-means for several numbers of clusters. References are uniform in the box about the rows along their principal
 * components. The textbook's choice is the smallest k with gap(k) >= gap(k + 1) - standardError(k + 1): see `firstSufficient`.
 *
 * Source: R. Tibshirani, G. Walther and T. Hastie, "Estimating the number of clusters in a data set via the gap statistic", JRSS B 63
 * (2001).
 *
 * @param matrix row-major rows x columns, finite, in comparable units.
 * @throws RangeError when the shape does not fit or there are fewer rows than clusters.
 */
export async function gapStatistic(matrix: Float32Array, rows: number, columns: number, options: GapOptions): Promise<readonly GapPoint[]> {
  const { clusters, references = 10, sampleSize = 2000, nInit = 1, seed = 0 } = options;
  if (matrix.length !== rows * columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * columns}`);
  if (!Number.isInteger(references) || references < 1) throw new RangeError(`references must be a positive integer, not ${references}`);
  const random = new SeededRandom(seed);
  const size = Math.min(rows, sampleSize);
  const own = size === rows ? matrix : takeRows(matrix, columns, random.sample(rows, size));
  const logs = await logInertias(own, size, columns, clusters, nInit, seed);

  const pca = new PCA({ nComponents: columns }).fit(own, size, columns);
  const turned = pca.transform(own, size);
  const low = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  turned.forEach((value, place) => {
    const column = place % columns;
    low[column] = Math.min(low[column]!, value);
    high[column] = Math.max(high[column]!, value);
  });
  // k-means does not care how the box is turned, so the references stay in the coordinates of the components.
  const referenceLogs: number[][] = [];
  for (let reference = 0; reference < references; reference++) {
    const made = Float32Array.from({ length: size * columns }, (_, place) => low[place % columns]! + (high[place % columns]! - low[place % columns]!) * random.uniform());
    referenceLogs.push(await logInertias(made, size, columns, clusters, nInit, seed));
  }
  return clusters.map((count, place) => {
    const values = referenceLogs.map((of) => of[place]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / references;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / references);
    return { clusters: count, gap: mean - logs[place]!, standardError: deviation * Math.sqrt(1 + 1 / references) };
  });
}

/** The smallest number of clusters whose gap the next one does not clearly exceed; the largest tried when each does. */
export function firstSufficient(points: readonly GapPoint[]): number {
  const found = points.find(({ gap }, place) => {
    const next = points[place + 1];
    return next === undefined || gap >= next.gap - next.standardError;
  });
  if (found === undefined) throw new RangeError('there is no number of clusters to choose from');
  return found.clusters;
}

async function logInertias(matrix: Float32Array, rows: number, columns: number, clusters: readonly number[], nInit: number, seed: number): Promise<number[]> {
  const data = await KMeansData.from(matrix, rows, columns);
  try {
    const logs: number[] = [];
    for (const nClusters of clusters) logs.push(Math.log((await new KMeans({ nClusters, init: 'k-means++', nInit, seed }).fit(data)).inertia));
    return logs;
  } finally {
    await data.close();
  }
}
