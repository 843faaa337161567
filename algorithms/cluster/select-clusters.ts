import { bootstrapStability } from './bootstrap-stability.ts';
import { calinskiHarabaszScore } from './calinski-harabasz-score.ts';
import { firstSufficient, gapStatistic } from './gap-statistic.ts';
import { KMeans } from './kmeans.ts';
import { KMeansData } from './kmeans-data.ts';
import { silhouetteScore } from './silhouette-score.ts';

export interface SelectClustersOptions {
  readonly minimum: number;
  readonly maximum: number;
  readonly nInit?: number;
  readonly seed?: number;
  /** A number of clusters whose mean adjusted Rand index under resampling is below it is taken only when all are. */
  readonly stabilityFloor?: number;
  /** Resamples for stability, and references for the gap. */
  readonly resamples?: number;
}

/** One tried number of clusters; `votes` are its places by the four criteria, 1 the best, added up. */
export interface ClusterCurvePoint {
  readonly clusters: number;
  readonly inertia: number;
  readonly silhouette: number;
  readonly calinskiHarabasz: number;
  readonly gap: number;
  readonly gapStandardError: number;
  readonly stability: number;
  /** The least stable cluster's mean Jaccard similarity. */
  readonly leastJaccard: number;
  readonly votes: number;
}

export interface SelectedClusters {
  readonly model: KMeans;
  readonly curve: readonly ClusterCurvePoint[];
}

/**
 * k-means for each number of clusters, and the one that four criteria together speak for: silhouette, Calinski-Harabasz score, stability
 * under resampling, and nearness to the number that the gap statistic finds sufficient. Their ranks are added (Borda's count), the least
 * sum wins, on a tie the better silhouette. Criteria are computed on seeded samples, so the time is that of the k-means fits.
 *
 * @param matrix row-major rows x columns, finite, in comparable units.
 * @throws RangeError when the bounds are not 2 <= minimum <= maximum < rows, or the shape does not fit.
 */
export async function selectClusters(matrix: Float32Array, rows: number, columns: number, options: SelectClustersOptions): Promise<SelectedClusters> {
  const { minimum, maximum, nInit = 3, seed = 0, stabilityFloor = 0.6, resamples = 10 } = options;
  if (!Number.isInteger(minimum) || !Number.isInteger(maximum) || minimum < 2 || maximum < minimum || maximum >= rows) {
    throw new RangeError(`numbers of clusters must be integers with 2 <= minimum <= maximum < rows, not ${minimum} to ${maximum} of ${rows} rows`);
  }
  const counts = Array.from({ length: maximum - minimum + 1 }, (_, place) => minimum + place);
  const models: KMeans[] = [];
  const data = await KMeansData.from(matrix, rows, columns);
  try {
    for (const nClusters of counts) models.push(await new KMeans({ nClusters, nInit, seed }).fit(data));
  } finally {
    await data.close();
  }
  // One more than the maximum, or the largest could never be found insufficient.
  const gaps = await gapStatistic(matrix, rows, columns, { clusters: maximum + 1 < rows ? [...counts, maximum + 1] : counts, references: resamples, seed });
  const sufficient = firstSufficient(gaps);
  const points = [];
  for (const [place, model] of models.entries()) {
    const { adjustedRand, jaccard } = await bootstrapStability(matrix, rows, columns, model.clusterCenters, { resamples, seed });
    points.push({
      clusters: counts[place]!, inertia: model.inertia,
      silhouette: silhouetteScore(matrix, rows, columns, model.labels, { seed }),
      calinskiHarabasz: calinskiHarabaszScore(matrix, rows, columns, model.labels),
      gap: gaps[place]!.gap, gapStandardError: gaps[place]!.standardError,
      stability: adjustedRand, leastJaccard: Math.min(...jaccard),
    });
  }
  const ranks = [
    ranksOf(points.map(({ silhouette }) => -silhouette)),
    ranksOf(points.map(({ calinskiHarabasz }) => -calinskiHarabasz)),
    ranksOf(points.map(({ stability }) => -stability)),
    ranksOf(points.map(({ clusters }) => Math.abs(clusters - sufficient))),
  ];
  const curve = points.map((point, place): ClusterCurvePoint => ({ ...point, votes: ranks.reduce((sum, of) => sum + of[place]!, 0) }));
  const stable = curve.filter(({ stability }) => stability >= stabilityFloor);
  const [best] = (stable.length > 0 ? stable : curve).toSorted((a, b) => a.votes - b.votes || b.silhouette - a.silhouette || a.clusters - b.clusters);
  return { model: models[curve.indexOf(best!)]!, curve };
}

/** The place of each value among all, 1 for the least; equal ones share the best. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => 1 + values.filter((other) => other < value).length);
}
