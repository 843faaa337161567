import { AgglomerativeClustering } from './agglomerative-clustering.ts';
import { bootstrapStability, type Stability } from './bootstrap-stability.ts';
import { calinskiHarabaszScore } from './calinski-harabasz-score.ts';
import { firstSufficient, gapStatistic } from './gap-statistic.ts';
import { KMeans } from './kmeans.ts';
import { KMeansData } from './kmeans-data.ts';
import type { Linkage } from './linkage.ts';
import { nearestCentres } from './nearest-centres.ts';
import { silhouetteScore } from './silhouette-score.ts';

export interface SelectClustersOptions {
  readonly minimum: number;
  readonly maximum: number;
  /** `ward` cuts one dendrogram at each number; single rows then need not be with their nearest centre. */
  readonly algorithm?: 'kmeans' | 'ward';
  /** Starts of k-means. */
  readonly nInit?: number;
  readonly seed?: number;
  /** The number that was taken before, of rows of the same kind: it stays unless another is better by more than the resamples differ. */
  readonly previous?: number;
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

/** Clusters of the rows, and where other rows belong. */
export interface Partition {
  readonly nClusters: number;
  readonly labels: Int32Array;
  /** Means, row-major nClusters x columns. */
  readonly clusterCenters: Float32Array;
  /** Sum of squared distances of the rows to the means of their clusters. */
  readonly inertia: number;
  /** The nearest centre of each row. */
  predict(matrix: Float32Array, rows: number): Int32Array;
}

export interface SelectedClusters {
  readonly model: Partition;
  /** What the numbers of clusters were cut from; of `ward` only. */
  readonly dendrogram?: Linkage;
  readonly curve: readonly ClusterCurvePoint[];
  /** The number that the criteria speak for; the model has another where the previous number stays. */
  readonly preferred: number;
}

/**
 * A clustering for each number of clusters, and the one that four criteria together speak for: silhouette, Calinski-Harabasz score, stability
 * under resampling, and nearness to the number that the gap statistic finds sufficient. Their ranks are added (Borda's count), the least
 * sum wins, on a tie the better silhouette. Votes swing where numbers are about as good as each other, so the number of last time stays
 * unless the winner is better by more than chance (`replaces`). Criteria are computed on seeded samples, so the time is that of the k-means fits.
 *
 * @param matrix row-major rows x columns, finite, in comparable units.
 * @throws RangeError when the bounds are not 2 <= minimum <= maximum < rows, or the shape does not fit.
 */
export async function selectClusters(matrix: Float32Array, rows: number, columns: number, options: SelectClustersOptions): Promise<SelectedClusters> {
  const { minimum, maximum, algorithm = 'kmeans', nInit = 3, seed = 0, previous, stabilityFloor = 0.6, resamples = 10 } = options;
  if (!Number.isInteger(minimum) || !Number.isInteger(maximum) || minimum < 2 || maximum < minimum || maximum >= rows) {
    throw new RangeError(`numbers of clusters must be integers with 2 <= minimum <= maximum < rows, not ${minimum} to ${maximum} of ${rows} rows`);
  }
  const counts = Array.from({ length: maximum - minimum + 1 }, (_, place) => minimum + place);
  const { models, dendrogram } = algorithm === 'ward' ? await cutOneTree(matrix, rows, columns, counts, seed) : { models: await fitEach(matrix, rows, columns, counts, { nInit, seed }) };
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
  const preferred = best!.clusters;
  const modelOf = (clusters: number): Partition => models[clusters - minimum]!;
  const before = previous === undefined || previous === preferred ? undefined : curve.find(({ clusters, stability }) => clusters === previous && (stability >= stabilityFloor || stable.length === 0));
  const found = { curve, preferred, ...(dendrogram === undefined ? {} : { dendrogram }) };
  if (before === undefined) return { ...found, model: modelOf(preferred) };
  // The same seed draws the same resamples, so the two numbers meet on each of them.
  const resampled = async (clusters: number): Promise<Stability> => bootstrapStability(matrix, rows, columns, modelOf(clusters).clusterCenters, { resamples, seed, silhouettes: true });
  const changes = replaces(await resampled(preferred), await resampled(before.clusters));
  return { ...found, model: modelOf(changes ? preferred : before.clusters) };
}

async function fitEach(matrix: Float32Array, rows: number, columns: number, counts: readonly number[], options: { readonly nInit: number; readonly seed: number }): Promise<Partition[]> {
  const models: Partition[] = [];
  const data = await KMeansData.from(matrix, rows, columns);
  try {
    for (const nClusters of counts) models.push(await new KMeans({ nClusters, ...options }).fit(data));
  } finally {
    await data.close();
  }
  return models;
}

async function cutOneTree(matrix: Float32Array, rows: number, columns: number, counts: readonly number[], seed: number): Promise<{ readonly models: Partition[]; readonly dendrogram: Linkage }> {
  const tree = await new AgglomerativeClustering({ nClusters: Math.max(...counts), linkage: 'ward', seed }).fit(matrix, rows, columns);
  return { models: counts.map((nClusters) => partitionOf(matrix, columns, tree.labelsFor(nClusters), nClusters)), dendrogram: tree.dendrogram };
}

function partitionOf(matrix: Float32Array, columns: number, labels: Int32Array, nClusters: number): Partition {
  const means = new Float64Array(nClusters * columns);
  const sizes = new Float64Array(nClusters);
  labels.forEach((label, row) => {
    sizes[label]!++;
    for (let column = 0; column < columns; column++) means[label * columns + column]! += matrix[row * columns + column]!;
  });
  const clusterCenters = Float32Array.from(means, (sum, place) => sum / sizes[Math.floor(place / columns)]!);
  let inertia = 0;
  labels.forEach((label, row) => { for (let column = 0; column < columns; column++) inertia += (matrix[row * columns + column]! - clusterCenters[label * columns + column]!) ** 2; });
  return { nClusters, labels, clusterCenters, inertia, predict: (other, count) => nearestCentres(other.subarray(0, count * columns), columns, clusterCenters) };
}

/** Differences of so many standard deviations, from resample to resample, are not chance. */
const beyondNoise = 2;

/**
 * Whether a number of clusters may take another's place: its silhouette or its stability is higher by more than the differences scatter over the resamples,
 * and the other of the two is not lower by as much.
 */
function replaces(challenger: Stability, before: Stability): boolean {
  const gains = ([[challenger.silhouettes, before.silhouettes], [challenger.adjustedRands, before.adjustedRands]] as const).map(([ones, others]) => {
    const differences = ones.map((one, place) => one - others[place]!);
    const mean = differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
    const deviation = Math.sqrt(differences.reduce((sum, difference) => sum + (difference - mean) ** 2, 0) / Math.max(1, differences.length - 1));
    return Math.abs(mean) > beyondNoise * deviation ? Math.sign(mean) : 0;
  });
  return gains.includes(1) && !gains.includes(-1);
}

/** The place of each value among all, 1 for the least; equal ones share the best. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => 1 + values.filter((other) => other < value).length);
}
