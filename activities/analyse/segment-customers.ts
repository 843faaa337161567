import type { Linkage } from '../../algorithms/cluster/linkage.ts';
import type { ClusterCurvePoint } from '../../algorithms/cluster/select-clusters.ts';
import { selectClusters } from '../../algorithms/cluster/select-clusters.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import { quoteIdentifier } from '../../gateways/warehouse/quote.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { membershipTexts } from './membership-texts.ts';

/** A tried number of clusters; the criteria are NaN where they were not computed. */
export type CurvePoint = ClusterCurvePoint & { readonly chosen: boolean };

/** A segmentation of every customer; segment 0 is the largest. */
export interface Segmentation {
  readonly customers: readonly string[];
  readonly features: readonly string[];
  readonly segments: Int32Array;
  /** Distance of each customer to the centre of the segment, in standard deviations. */
  readonly distances: Float64Array;
  /** Of each customer, the up to three features that draw it to its segment rather than to the next best, the strongest first: `recency_days, frequency`. */
  readonly reasons: readonly string[];
  /** Row-major segments x features, standardised units. */
  readonly centres: Float64Array;
  readonly curve: readonly CurvePoint[];
  /** Of a hierarchical segmentation: who was joined with whom, from micro-clusters (or single customers, where they are few) upwards. */
  readonly dendrogram?: Linkage;
  /** Why so many segments, in words. */
  readonly why: string;
}

const starts = 3;

/** Names of the matrix's feature columns. */
export async function matrixFeatures(session: WarehouseSession): Promise<string[]> {
  return [...(await session.describe('from features.matrix')).keys()].filter((name) => name !== 'customer_id' && name !== 'in_fit');
}

/** A clustering for each number of clusters within the bounds; silhouette, Calinski-Harabasz, gap and stability choose together, and the number of last cycle stays unless another is better beyond chance. */
export async function segmentCustomers(session: WarehouseSession, { clusters, previous, seed }: { readonly clusters: ShopSettings['analyse']['clusters']; readonly previous?: number; readonly seed: number }): Promise<Segmentation> {
  const features = await matrixFeatures(session);
  const select = features.map(quoteIdentifier).join(', ');
  // The file is in the order of customer_id, and a plain read keeps it.
  const all = await session.matrix(`select ${select} from features.matrix`);
  const matrix = Float32Array.from(all.values);
  const [{ left_out: leftOut }] = await session.rows<{ left_out: number }>('select count_if(not in_fit) as left_out from features.matrix') as [{ left_out: number }];
  const fit = leftOut === 0 ? all : await session.matrix(`select ${select} from features.matrix where in_fit`);
  const fitMatrix = leftOut === 0 ? matrix : Float32Array.from(fit.values);
  const { model, curve, preferred, dendrogram } = await selectClusters(fitMatrix, fit.rows, features.length, { minimum: clusters.minimum, maximum: Math.min(clusters.maximum, fit.rows - 1), algorithm: clusters.algorithm === 'hierarchical' ? 'ward' : 'kmeans', nInit: starts, previous, seed });
  const labels = leftOut === 0 ? model.labels : model.predict(matrix, all.rows);
  const { segments, centres } = largestFirst(labels, model.clusterCenters, model.nClusters, features.length);
  return {
    customers: await session.texts('select customer_id from features.matrix'), features, segments, centres,
    distances: distancesTo(matrix, segments, centres, features.length),
    reasons: membershipTexts(matrix, segments, centres, features),
    curve: curve.map((point) => ({ ...point, chosen: point.clusters === model.nClusters })),
    ...(dendrogram === undefined ? {} : { dendrogram }),
    why: wordsOfChoice(model.nClusters, preferred, previous),
  };
}

function wordsOfChoice(chosen: number, preferred: number, previous: number | undefined): string {
  if (previous === undefined) return 'silhouette, Calinski-Harabasz, gap and stability speak for it';
  if (chosen === previous) return preferred === previous ? 'as last cycle, and the criteria speak for it again' : `as last cycle: ${preferred} would not be better by more than the resamples differ`;
  return `instead of ${previous} last cycle, which is worse by more than the resamples differ, or no longer stable or allowed`;
}

/** Numbers segments by size, so that the number says something and does not hang on the order of seeds. */
function largestFirst(labels: Int32Array, centres: Float32Array, clusters: number, columns: number): { segments: Int32Array; centres: Float64Array } {
  const sizes = new Array<number>(clusters).fill(0);
  for (const label of labels) sizes[label]!++;
  const order = sizes.map((_, cluster) => cluster).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const place = new Int32Array(clusters);
  order.forEach((cluster, segment) => { place[cluster] = segment; });
  return { segments: labels.map((label) => place[label]!), centres: Float64Array.from(order.flatMap((cluster) => [...centres.subarray(cluster * columns, (cluster + 1) * columns)])) };
}

/** Euclidean distance of each row to its own centre. */
export function distancesTo(matrix: Float32Array | Float64Array, segments: Int32Array, centres: Float64Array, columns: number): Float64Array {
  return Float64Array.from(segments, (segment, row) => {
    let square = 0;
    for (let column = 0; column < columns; column++) square += (matrix[row * columns + column]! - centres[segment * columns + column]!) ** 2;
    return Math.sqrt(square);
  });
}
