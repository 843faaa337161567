import { describeClusters } from '../../algorithms/cluster/describe-clusters.ts';
import { quoteIdentifier } from '../../gateways/warehouse/quote.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

/** A share of the customers is enough to learn a rule of three conditions, and every rule is judged on all of those taken. */
const mostCustomers = 20_000;

/**
 * `segments.descriptions` (segment, rule, precision, recall): what tells a segment from the others, in the units of features.customers, by a
 * shallow tree. A missing value reads as 0, which its own feature never is where 0 means something else.
 */
export async function describeSegments(session: WarehouseSession, folder: CycleFolder): Promise<RelationRef> {
  return session.write(folder, {
    name: 'segments.descriptions', algorithm: 'describe-segments 1', inputs: ['features.customers', 'segments.memberships', 'segments.centres'], parameters: { mostCustomers },
    columns: async () => {
      // The mark of who has no value of a feature is a column of the matrix alone.
      const known = await session.describe('from features.customers');
      const features = (await session.texts('select distinct feature from segments.centres order by feature')).filter((feature) => known.has(feature));
      const select = features.map((name) => `coalesce(${quoteIdentifier(name)}, 0) as ${quoteIdentifier(name)}`).join(', ');
      const { values, rows, columns } = await session.matrix(`
        select segment, ${select}
        from features.customers inner join segments.memberships using (customer_id)
        order by hash(customer_id), customer_id limit ${mostCustomers}`);
      const matrix = new Float64Array(rows * features.length);
      const segments = new Int32Array(rows);
      for (let row = 0; row < rows; row++) {
        segments[row] = values[row * columns]!;
        matrix.set(values.subarray(row * columns + 1, (row + 1) * columns), row * features.length);
      }
      const descriptions = describeClusters(matrix, rows, features.length, segments, features);
      return [
        { name: 'segment', type: 'INTEGER', values: descriptions.map(({ cluster }) => cluster) },
        { name: 'rule', type: 'VARCHAR', values: descriptions.map(({ text }) => text) },
        { name: 'precision', type: 'DOUBLE', values: descriptions.map(({ precision }) => precision) },
        { name: 'recall', type: 'DOUBLE', values: descriptions.map(({ recall }) => recall) },
      ];
    },
  });
}
