import { adjustedRandScore } from '../../algorithms/cluster/adjusted-rand-score.ts';
import { matchClusters } from '../../algorithms/cluster/match-clusters.ts';
import { migrationMatrix } from '../../algorithms/cluster/migration-matrix.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

/** What became of last cycle's segments. */
export interface SegmentChange {
  readonly relations: Record<string, RelationRef>;
  /** Adjusted Rand index of the two cycles' segments over the customers of both; undefined where they have none in common. */
  readonly agreement: number | undefined;
}

/**
 * Over the customers of this cycle and the last (`previous.memberships`): `segments.migration` (previous_segment, segment, customers), who moved
 * where, and `segments.matches` (segment, previous_segment, similarity), which segment goes on from which. Segments keep no number from week
 * to week; this is what tells that two are the same people.
 */
export async function followSegments(session: WarehouseSession, folder: CycleFolder): Promise<SegmentChange> {
  let read: Promise<{ before: Int32Array; after: Int32Array }> | undefined;
  const labels = (): Promise<{ before: Int32Array; after: Int32Array }> => (read ??= readLabels(session));
  const inputs = ['segments.memberships', 'previous.memberships'];
  const migration = await session.write(folder, {
    name: 'segments.migration', algorithm: 'migration-matrix 1', inputs,
    columns: async () => {
      const { before, after } = await labels();
      const { from, to, counts } = migrationMatrix(before, after);
      const moved = Array.from(counts, (customers, place) => ({ customers, from: from[Math.floor(place / to.length)]!, to: to[place % to.length]! })).filter(({ customers }) => customers > 0);
      return [
        { name: 'previous_segment', type: 'INTEGER', values: moved.map((row) => row.from) }, { name: 'segment', type: 'INTEGER', values: moved.map((row) => row.to) },
        { name: 'customers', type: 'BIGINT', values: moved.map((row) => row.customers) },
      ];
    },
  });
  const matches = await session.write(folder, {
    name: 'segments.matches', algorithm: 'match-clusters 1', inputs,
    columns: async () => {
      const { before, after } = await labels();
      const found = before.length === 0 ? [] : matchClusters(before, after);
      const agreement = before.length === 0 ? Number.NaN : adjustedRandScore(before, after);
      return [
        { name: 'segment', type: 'INTEGER', values: found.map((match) => match.after) }, { name: 'previous_segment', type: 'INTEGER', values: found.map((match) => match.before) },
        { name: 'similarity', type: 'DOUBLE', values: found.map((match) => match.similarity) },
        // The same on every row: agreement of the whole.
        { name: 'adjusted_rand', type: 'DOUBLE', values: found.map(() => agreement) },
      ];
    },
  });
  const [whole] = await session.rows<{ adjusted_rand: number | null }>('select any_value(adjusted_rand) as adjusted_rand from segments.matches');
  return { relations: { 'segments.migration': migration, 'segments.matches': matches }, agreement: whole?.adjusted_rand ?? undefined };
}

async function readLabels(session: WarehouseSession): Promise<{ before: Int32Array; after: Int32Array }> {
  const { values, rows } = await session.matrix(`
    select earlier.segment as before, present.segment as after
    from segments.memberships as present inner join previous.memberships as earlier using (customer_id)
    order by customer_id`);
  return { before: Int32Array.from({ length: rows }, (_, row) => values[row * 2]!), after: Int32Array.from({ length: rows }, (_, row) => values[row * 2 + 1]!) };
}
