import { PCA } from '../../algorithms/decompose/pca.ts';
import { quoteIdentifier } from '../../gateways/warehouse/quote.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { matrixFeatures } from './segment-customers.ts';

/** `segments.coordinates` (customer_id, x, y): every customer on the plane of the two principal components of the matrix that was clustered. */
export async function placeCustomers(session: WarehouseSession, folder: CycleFolder): Promise<RelationRef> {
  return session.write(folder, {
    name: 'segments.coordinates', algorithm: 'pca 1', inputs: ['features.matrix'],
    columns: async () => {
      const features = await matrixFeatures(session);
      const { values, rows, columns } = await session.matrix(`select ${features.map(quoteIdentifier).join(', ')} from features.matrix`);
      const nComponents = Math.min(2, columns);
      const places = new PCA({ nComponents }).fit(values, rows, columns).transform(values, rows);
      const axis = (component: number): Float64Array => Float64Array.from({ length: rows }, (_, row) => (component < nComponents ? places[row * nComponents + component]! : 0));
      return [
        { name: 'customer_id', type: 'VARCHAR', values: await session.texts('select customer_id from features.matrix') },
        { name: 'x', type: 'DOUBLE', values: axis(0) }, { name: 'y', type: 'DOUBLE', values: axis(1) },
      ];
    },
  });
}
