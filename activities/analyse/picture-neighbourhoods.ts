import { inThread } from '../in-thread.ts';
import { quoteIdentifier } from '../../gateways/warehouse/quote.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { matrixFeatures } from './segment-customers.ts';

/** What a picture is drawn from. */
export interface PictureTask {
  readonly matrix: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly seed: number;
}

export interface PictureRequest extends CycleFolder {
  /** Most customers in the picture. */
  readonly customers: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/**
 * `segments.neighbourhoods` (customer_id, segment, x, y): a sample of customers laid out by UMAP, so that those who are alike come to lie together. For
 * looking only: distances between groups mean nothing. The sample is by the hash of the ids, so a customer who is in it this week is next week.
 */
export async function pictureNeighbourhoods(session: WarehouseSession, { customers, seed, signal, ...folder }: PictureRequest): Promise<RelationRef> {
  const sample = `select customer_id from features.matrix inner join segments.memberships using (customer_id) order by md5_number_lower('picture:' || customer_id), customer_id limit ${customers}`;
  return session.write({ shop: folder.shop, cycle: folder.cycle }, {
    name: 'segments.neighbourhoods', algorithm: 'umap 1', inputs: ['features.matrix', 'segments.memberships'], parameters: { customers, seed },
    columns: async () => {
      const features = await matrixFeatures(session);
      const { values, rows, columns } = await session.matrix(`select ${features.map(quoteIdentifier).join(', ')} from features.matrix where customer_id in (${sample}) order by customer_id`);
      const people = await session.rows<{ customer_id: string; segment: number }>(`select customer_id, segment from segments.memberships where customer_id in (${sample}) order by customer_id`);
      const places = await inThread<PictureTask, Float64Array>(new URL('./picture-neighbourhoods.thread.ts', import.meta.url), { matrix: Float64Array.from(values), rows, columns, seed }, { signal });
      const axis = (component: number): Float64Array => Float64Array.from({ length: rows }, (_, row) => places[row * 2 + component]!);
      return [
        { name: 'customer_id', type: 'VARCHAR', values: people.map((person) => person.customer_id) }, { name: 'segment', type: 'INTEGER', values: people.map(({ segment }) => segment) },
        { name: 'x', type: 'DOUBLE', values: axis(0) }, { name: 'y', type: 'DOUBLE', values: axis(1) },
      ];
    },
  });
}
