import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { CycleFolder, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { findPreviousCycle } from '../collect/find-previous-cycle.ts';

/** Which features a cycle before this one used. */
export interface EarlierChoice {
  readonly cycle: string;
  readonly used: ReadonlySet<string>;
  /** View that it was read from, for lineage. */
  readonly view: string;
  /** Features that decisions had taken out by then. */
  readonly takenOut: ReadonlySet<string>;
}

/** Whether a feature is in the list now and was in the cycle before; null where there was none. */
export function changeOf(feature: string, used: boolean, previous: EarlierChoice | undefined): 'came' | 'went' | 'stayed' | 'stayed out' | null {
  if (previous === undefined) return null;
  if (used) return previous.used.has(feature) ? 'stayed' : 'came';
  return previous.used.has(feature) ? 'went' : 'stayed out';
}

/** The choice of the latest finished cycle before this one. */
export async function readPreviousChoice(warehouse: Warehouse, session: WarehouseSession, folder: CycleFolder): Promise<EarlierChoice | undefined> {
  const cycle = await findPreviousCycle(warehouse.lake, folder);
  return cycle === undefined ? undefined : readChoice(warehouse, session, { shop: folder.shop, cycle }, 'previous');
}

/** The choice of a cycle, made a view of `schema`; a cycle of before choices were written has at least said what it used. */
export async function readChoice(warehouse: Warehouse, session: WarehouseSession, folder: CycleFolder, schema: string): Promise<EarlierChoice | undefined> {
  const selection = await warehouse.find(folder, 'features.selection');
  const found: { readonly ref: RelationRef | undefined; readonly view: string } = selection === undefined
    ? { ref: await warehouse.find(folder, 'features.preprocessing'), view: `${schema}.preprocessing` }
    : { ref: selection, view: `${schema}.selection` };
  if (found.ref === undefined) return undefined;
  await session.addView(found.view, found.ref);
  const used = await session.texts(`select feature from ${found.view} where used`);
  const takenOut = selection === undefined ? [] : await session.texts(`select feature from ${found.view} where taken_out_by is not null`);
  return { cycle: folder.cycle, used: new Set(used), view: found.view, takenOut: new Set(takenOut) };
}
