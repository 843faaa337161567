import { earlierCycles } from '../../gateways/warehouse/earlier-cycles.ts';
import type { CycleFolder, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

const none = `
  select
    null::varchar as customer_id, null::varchar as arm, null::integer as cycles, null::integer as conversions, null::double as revenue, null::double as margin,
    null::double as orders_before, null::double as revenue_before
  where false`;

/**
 * Makes the evidence of the latest earlier cycle that was measured the view `outcomes.earlier_evidence`; a view without rows where there is none.
 * @returns names of the relations that it was made from, for lineage
 */
export async function addEarlierEvidence(warehouse: Warehouse, session: WarehouseSession, { shop, cycle }: CycleFolder): Promise<readonly string[]> {
  for (const name of await earlierCycles(warehouse.lake, { shop, cycle })) {
    const evidence = await warehouse.find({ shop, cycle: name }, 'outcomes.evidence');
    if (evidence === undefined) continue;
    await session.addView('outcomes.earlier_evidence', evidence);
    return ['outcomes.earlier_evidence'];
  }
  await session.run(`create schema if not exists outcomes; create view outcomes.earlier_evidence as ${none}`);
  return [];
}
