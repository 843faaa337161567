import { SeededRandom } from '../random/seeded-random.ts';
import { adjustedRandScore } from './adjusted-rand-score.ts';
import { jaccardOfClusters } from './jaccard-of-clusters.ts';
import { KMeans } from './kmeans.ts';
import { nearestCentres } from './nearest-centres.ts';
import { silhouetteScore } from './silhouette-score.ts';
import { takeRows } from './take-rows.ts';

export interface StabilityOptions {
  readonly resamples?: number;
  /** Rows drawn, with replacement, for each resample; and rows on which clusterings are compared. */
  readonly sampleSize?: number;
  readonly nInit?: number;
  /** Whether each resample's silhouette is measured too. */
  readonly silhouettes?: boolean;
  readonly seed?: number;
}

/** How well clusters come out again from other rows of the same kind. */
export interface Stability {
  /** Mean adjusted Rand index of the clusterings with the given one. */
  readonly adjustedRand: number;
  /** That index by resample. */
  readonly adjustedRands: readonly number[];
  /** Silhouette of the rows compared by resample, under its labels; empty unless asked for. */
  readonly silhouettes: readonly number[];
  /**
   * By cluster, the mean Jaccard similarity with the cluster most like it. Hennig: 0.75 and more is stable, 0.6 to 0.75 a pattern whose
   * members are doubtful, below 0.6 not to be trusted.
   */
  readonly jaccard: Float64Array;
}

/** Enough to see whether two numbers of clusters differ by more than the resamples do. */
const silhouetteRows = 1000;

/**
 * Clusterwise stability under resampling: k-means is fitted to bootstrap samples, each fit labels the rows, and the labels are compared
 * with those of the given centres.
 *
 * Source: C. Hennig, "Cluster-wise assessment of cluster stability", Computational Statistics & Data Analysis 52 (2007).
 *
 * @param matrix row-major rows x columns, the units that were clustered.
 * @param centres row-major nClusters x columns, of the clustering that is judged.
 * @throws RangeError when the shapes do not fit.
 */
export async function bootstrapStability(matrix: Float32Array, rows: number, columns: number, centres: Float32Array, options: StabilityOptions = {}): Promise<Stability> {
  const { resamples = 20, sampleSize = 4000, nInit = 1, silhouettes: measured = false, seed = 0 } = options;
  const nClusters = centres.length / columns;
  if (matrix.length !== rows * columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * columns}`);
  if (!Number.isInteger(nClusters) || nClusters < 1) throw new RangeError(`centres has ${centres.length} values, which is no number of rows of ${columns} columns`);
  if (!Number.isInteger(resamples) || resamples < 1) throw new RangeError(`resamples must be a positive integer, not ${resamples}`);
  const random = new SeededRandom(seed);
  const size = Math.min(rows, sampleSize);
  const compared = size === rows ? matrix : takeRows(matrix, columns, random.sample(rows, size));
  const given = nearestCentres(compared, columns, centres);
  const jaccard = new Float64Array(nClusters);
  const adjustedRands: number[] = [];
  const silhouettes: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    const drawn = takeRows(matrix, columns, Uint32Array.from({ length: size }, () => random.integer(rows)));
    const model = await new KMeans({ nClusters, init: 'k-means++', nInit, seed: seed + resample }).fit(drawn, size, columns);
    const again = model.predict(compared, size);
    adjustedRands.push(adjustedRandScore(given, again));
    if (measured) silhouettes.push(silhouetteScore(compared, size, columns, again, { sampleSize: silhouetteRows, seed }));
    const { one, other, similarities } = jaccardOfClusters(given, again);
    one.forEach((cluster, place) => {
      jaccard[cluster] = jaccard[cluster]! + Math.max(...similarities.subarray(place * other.length, (place + 1) * other.length)) / resamples;
    });
  }
  return { adjustedRand: adjustedRands.reduce((sum, index) => sum + index / resamples, 0), adjustedRands, silhouettes, jaccard };
}
