import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ClienteleError } from '../../gateways/errors.ts';
import type { Relations } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, Warehouse } from '../../gateways/warehouse/warehouse.ts';

/**
 * The relations of a cycle that the lake has.
 * @throws ClienteleError CYCLE_NOT_FOUND, which names the shop's cycles
 */
export async function requireCycle(warehouse: Warehouse, { shop, cycle }: CycleFolder): Promise<Relations> {
  // Only a plain name may become a path.
  const known = /^[\w-]+$/.test(shop) ? (await readdir(join(warehouse.lake, shop)).catch((): string[] => [])).filter((name) => /^\d{4}-W\d{2}$/.test(name)) : [];
  if (!known.includes(cycle)) throw new ClienteleError('CYCLE_NOT_FOUND', { shop, cycle, known: known.sort().join(', ') || 'none' });
  return warehouse.list({ shop, cycle });
}
