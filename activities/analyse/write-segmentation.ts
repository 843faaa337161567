import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Column, CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { CurvePoint, Segmentation } from './segment-customers.ts';

/** How a segmentation is made, and what from. */
export interface SegmentationRecipe {
  readonly segmentation: () => Promise<Segmentation>;
  readonly algorithm: string;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  readonly inputs: readonly string[];
  /** Whether it has a dendrogram to keep. */
  readonly hierarchical: boolean;
}

/** `segments.memberships`, `segments.centres` and `segments.k_curve` of a segmentation, and `segments.dendrogram` of a hierarchical one, computed only when the lake does not have them. */
export async function writeSegmentation(session: WarehouseSession, folder: CycleFolder, { segmentation, hierarchical, ...recipe }: SegmentationRecipe): Promise<Record<string, RelationRef>> {
  let made: Segmentation | undefined;
  const once = async (): Promise<Segmentation> => (made ??= await segmentation());
  const write = (name: string, columns: (segmentation: Segmentation) => readonly Column[]): Promise<RelationRef> =>
    session.write(folder, { name, ...recipe, columns: async () => columns(await once()) });
  const ofCurve = (curve: readonly CurvePoint[], name: string, key: Exclude<keyof CurvePoint, 'chosen'>): Column => ({ name, type: 'DOUBLE', values: curve.map((point) => point[key]) });
  return {
    'segments.memberships': await write('segments.memberships', ({ customers, segments, distances, reasons }) => [
      { name: 'customer_id', type: 'VARCHAR', values: customers }, { name: 'segment', type: 'INTEGER', values: segments },
      { name: 'distance', type: 'DOUBLE', values: distances }, { name: 'reasons', type: 'VARCHAR', values: reasons },
    ]),
    'segments.centres': await write('segments.centres', ({ features, centres }) => [
      { name: 'segment', type: 'INTEGER', values: Array.from(centres, (_, place) => Math.floor(place / features.length)) },
      { name: 'feature', type: 'VARCHAR', values: Array.from(centres, (_, place) => features[place % features.length]!) },
      { name: 'centre', type: 'DOUBLE', values: centres },
    ]),
    'segments.k_curve': await write('segments.k_curve', ({ curve, why }) => [
      { name: 'clusters', type: 'INTEGER', values: curve.map((point) => point.clusters) }, { name: 'chosen', type: 'BOOLEAN', values: curve.map((point) => point.chosen) },
      ofCurve(curve, 'inertia', 'inertia'), ofCurve(curve, 'silhouette', 'silhouette'), ofCurve(curve, 'calinski_harabasz', 'calinskiHarabasz'),
      ofCurve(curve, 'gap', 'gap'), ofCurve(curve, 'gap_standard_error', 'gapStandardError'),
      ofCurve(curve, 'stability', 'stability'), ofCurve(curve, 'least_jaccard', 'leastJaccard'), ofCurve(curve, 'votes', 'votes'),
      { name: 'why', type: 'VARCHAR', values: curve.map(({ chosen }) => (chosen ? why : null)) },
    ]),
    // Named as scipy does: below the number of observations an observation, from there on the cluster of an earlier row.
    ...(hierarchical ? { 'segments.dendrogram': await write('segments.dendrogram', ({ dendrogram }) => [
      { name: 'step', type: 'INTEGER', values: Array.from(dendrogram!.heights.keys()) },
      { name: 'one', type: 'INTEGER', values: dendrogram!.left }, { name: 'other', type: 'INTEGER', values: dendrogram!.right },
      { name: 'height', type: 'DOUBLE', values: dendrogram!.heights }, { name: 'customers', type: 'BIGINT', values: [...dendrogram!.sizes] },
    ]) } : {}),
  };
}
