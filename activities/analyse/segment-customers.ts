import { KMeans } from '../../algorithms/cluster/kmeans.ts';
import { KMeansData } from '../../algorithms/cluster/kmeans-data.ts';
import { silhouetteScore } from '../../algorithms/cluster/silhouette-score.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { quoteIdentifier } from '../../gateways/warehouse/quote.ts';
import type { Column, CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

/** One tried number of clusters. */
interface CurvePoint {
  readonly clusters: number;
  readonly inertia: number;
  readonly silhouette: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** A segmentation of every customer; segment 0 is the largest. */
export interface Segmentation {
  readonly customers: readonly string[];
  readonly features: readonly string[];
  readonly segments: Int32Array;
  /** Distance of each customer to the centre of the segment, in standard deviations. */
  readonly distances: Float64Array;
  /** Row-major segments x features, standardised units. */
  readonly centres: Float64Array;
  readonly curve: readonly CurvePoint[];
  readonly silhouette: number;
}

const sampleSize = 2000;
const starts = 3;

/** Names of the matrix's feature columns. */
async function matrixFeatures(session: WarehouseSession): Promise<string[]> {
  return [...(await session.describe('from features.matrix')).keys()].filter((name) => name !== 'customer_id' && name !== 'in_fit');
}

/** k-means for each number of clusters within the bounds; the best silhouette wins, the smaller number on a tie. */
export async function segmentCustomers(session: WarehouseSession, { clusters, seed }: { readonly clusters: ShopSettings['analyse']['clusters']; readonly seed: number }): Promise<Segmentation> {
  const features = await matrixFeatures(session);
  const select = features.map(quoteIdentifier).join(', ');
  // The file is in the order of customer_id, and a plain read keeps it.
  const all = await session.matrix(`select ${select} from features.matrix`);
  const matrix = Float32Array.from(all.values);
  const [{ left_out: leftOut }] = await session.rows<{ left_out: number }>('select count_if(not in_fit) as left_out from features.matrix') as [{ left_out: number }];
  const fit = leftOut === 0 ? all : await session.matrix(`select ${select} from features.matrix where in_fit order by customer_id`);
  const fitMatrix = leftOut === 0 ? matrix : Float32Array.from(fit.values);
  const curve: CurvePoint[] = [];
  let best: KMeans | undefined;
  const data = await KMeansData.from(fitMatrix, fit.rows, features.length);
  try {
    for (let count = clusters.minimum; count <= Math.min(clusters.maximum, fit.rows - 1); count++) {
      const model = await new KMeans({ nClusters: count, nInit: starts, seed }).fit(data);
      const silhouette = silhouetteScore(fitMatrix, fit.rows, features.length, model.labels, { sampleSize, seed });
      if (curve.every((point) => silhouette > point.silhouette)) best = model;
      curve.push({ clusters: count, inertia: model.inertia, silhouette, iterations: model.iterations, converged: model.converged });
    }
  } finally {
    await data.close();
  }
  const labels = best!.predict(matrix, all.rows);
  const { segments, centres } = largestFirst(labels, best!.clusterCenters, best!.nClusters, features.length);
  return {
    customers: await session.texts('select customer_id from features.matrix'), features, segments, centres, distances: distancesTo(matrix, segments, centres, features.length),
    curve, silhouette: Math.max(...curve.map((point) => point.silhouette)),
  };
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

/** `segments.memberships`, `segments.centres` and `segments.k_curve` of a segmentation, computed only when the lake does not have them. */
export async function writeSegmentation(session: WarehouseSession, folder: CycleFolder, segmentation: () => Promise<Segmentation>, algorithm: string, parameters: Readonly<Record<string, string | number | boolean>>, inputs: readonly string[]): Promise<Record<string, RelationRef>> {
  let made: Segmentation | undefined;
  const once = async (): Promise<Segmentation> => (made ??= await segmentation());
  const write = (name: string, columns: (segmentation: Segmentation) => readonly Column[]): Promise<RelationRef> =>
    session.write(folder, { name, algorithm, inputs, parameters, columns: async () => columns(await once()) });
  return {
    'segments.memberships': await write('segments.memberships', ({ customers, segments, distances }) => [
      { name: 'customer_id', type: 'VARCHAR', values: customers }, { name: 'segment', type: 'INTEGER', values: segments }, { name: 'distance', type: 'DOUBLE', values: distances },
    ]),
    'segments.centres': await write('segments.centres', ({ features, centres }) => [
      { name: 'segment', type: 'INTEGER', values: Array.from(centres, (_, place) => Math.floor(place / features.length)) },
      { name: 'feature', type: 'VARCHAR', values: Array.from(centres, (_, place) => features[place % features.length]!) },
      { name: 'centre', type: 'DOUBLE', values: centres },
    ]),
    'segments.k_curve': await write('segments.k_curve', ({ curve }) => [
      { name: 'clusters', type: 'INTEGER', values: curve.map((point) => point.clusters) }, { name: 'inertia', type: 'DOUBLE', values: curve.map((point) => point.inertia) },
      { name: 'silhouette', type: 'DOUBLE', values: curve.map((point) => point.silhouette) }, { name: 'iterations', type: 'INTEGER', values: curve.map((point) => point.iterations) },
      { name: 'converged', type: 'BOOLEAN', values: curve.map((point) => point.converged) },
    ]),
  };
}
