import { ClienteleError } from '../gateways/errors.ts';
import { cyclesOf } from '../gateways/warehouse/earlier-cycles.ts';
import type { Relations } from '../gateways/warehouse/relation-ref.ts';
import type { Warehouse } from '../gateways/warehouse/warehouse.ts';

/**
 * The cycle that is asked for, or the latest that has `needs`, with its relations: what runs apart from the cycle works on it.
 * @throws ClienteleError CYCLE_NOT_FOUND, RELATION_MISSING where the cycle asked for has not come so far
 */
export async function latestCycle(warehouse: Warehouse, { shop, cycle }: { readonly shop: string; readonly cycle?: string }, needs: readonly string[]): Promise<{ readonly cycle: string; readonly relations: Relations }> {
  const known = /^[\w-]+$/.test(shop) ? await cyclesOf(warehouse.lake, shop) : [];
  const missing = async (name: string): Promise<{ relations: Relations; lacks: string | undefined }> => {
    const relations = await warehouse.list({ shop, cycle: name });
    return { relations, lacks: needs.find((need) => relations[need] === undefined) };
  };
  if (cycle !== undefined && known.includes(cycle)) {
    const { relations, lacks } = await missing(cycle);
    if (lacks !== undefined) throw new ClienteleError('RELATION_MISSING', { relation: lacks, path: `${shop}/${cycle}` });
    return { cycle, relations };
  }
  for (const name of cycle === undefined ? known.toReversed() : []) {
    const { relations, lacks } = await missing(name);
    if (lacks === undefined) return { cycle: name, relations };
  }
  throw new ClienteleError('CYCLE_NOT_FOUND', { shop, cycle: cycle ?? `with ${needs.join(', ')}`, known: known.join(', ') || 'none' });
}
