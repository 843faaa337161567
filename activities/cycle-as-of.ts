import { join } from 'node:path';
import { ClienteleError } from '../gateways/errors.ts';
import { readRelationRecord } from '../gateways/warehouse/relation-file.ts';
import type { Relations } from '../gateways/warehouse/relation-ref.ts';
import type { Warehouse } from '../gateways/warehouse/warehouse.ts';

/**
 * The instant that a cycle of the lake stands at, out of the record of its customers: uses that run apart from the cycle know what it knew.
 * @throws ClienteleError RELATION_MISSING where the cycle has not come so far
 */
export async function cycleAsOf({ lake }: Warehouse, relations: Relations): Promise<string> {
  const ref = relations['features.customers'];
  const record = ref === undefined ? undefined : await readRelationRecord(join(lake, ref.uri));
  const asOf = record?.parameters['as_of'];
  if (typeof asOf !== 'string') throw new ClienteleError('RELATION_MISSING', { relation: 'features.customers', path: ref?.uri ?? 'this cycle; it has not come so far' });
  return asOf;
}
