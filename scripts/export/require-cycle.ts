import { ClienteleError } from '../../gateways/errors.ts';
import { cyclesOf } from '../../gateways/warehouse/earlier-cycles.ts';
import type { Relations } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, Warehouse } from '../../gateways/warehouse/warehouse.ts';

/**
 * The relations of a cycle that the lake has.
 * @throws ClienteleError CYCLE_NOT_FOUND, which names the shop's cycles
 */
export async function requireCycle(warehouse: Warehouse, { shop, cycle }: CycleFolder): Promise<Relations> {
  // Only a plain name may become a path.
  const known = /^[\w-]+$/.test(shop) ? await cyclesOf(warehouse.lake, shop) : [];
  if (!known.includes(cycle)) throw new ClienteleError('CYCLE_NOT_FOUND', { shop, cycle, known: known.join(', ') || 'none' });
  return warehouse.list({ shop, cycle });
}
