import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { listCycles } from '../../web/list-cycles.ts';
import { eraseFromLedger, readAddresses, type LedgerErasure } from './erase-from-ledger.ts';
import { addressesInLake, findInLake, type LakeTrace } from './find-in-lake.ts';
import { noteInManifest } from './note-in-manifest.ts';
import { rewriteRelation } from './rewrite-relation.ts';

export interface Erasure {
  readonly erased: boolean;
  readonly ledger: LedgerErasure;
  /** Where the lake held the person; `left` where it still does, since the cycle is not over. */
  readonly lake: readonly (Pick<LakeTrace, 'cycle' | 'relation' | 'rows'> & { readonly left: boolean })[];
}

/**
 * Takes a person out of a shop's ledger and of the relations of its finished cycles. The ledger comes first: from then on no letter is written.
 * Done again after a stop in the middle, it does what is left.
 * @param erase false only looks
 */
export async function erasePerson({ ledger, warehouse, shop, customer, now, erase }: { readonly ledger: Ledger; readonly warehouse: Warehouse; readonly shop: string; readonly customer: string; readonly now: Date; readonly erase: boolean }): Promise<Erasure> {
  const folders = (await listCycles(warehouse.lake)).filter((cycle) => cycle.shop === shop);
  const addresses = [...new Set([...await readAddresses(ledger, shop, customer), ...await addressesInLake(warehouse, folders, customer)])];
  const traces = await findInLake(warehouse, folders, { customer, addresses });
  const ofLedger = await eraseFromLedger(ledger, { shop, customer, addresses, now, erase });
  const lake: Erasure['lake'][number][] = [];
  for (const { cycle } of folders) {
    const ofCycle = traces.filter((trace) => trace.cycle === cycle);
    // A running cycle knows its relations by their rows and bytes.
    const over = await access(join(warehouse.lake, shop, cycle, 'report.json')).then(() => true, () => false);
    if (erase && over && ofCycle.length > 0) {
      // Noted first: a stop in between must not leave a cycle that differs and does not say so.
      await noteInManifest(warehouse.lake, { shop, cycle }, ofCycle.map(({ relation }) => relation), now);
      for (const trace of ofCycle) await rewriteRelation(warehouse, trace);
    }
    lake.push(...ofCycle.map(({ relation, rows }) => ({ cycle, relation, rows, left: !over })));
  }
  return { erased: erase, ledger: ofLedger, lake };
}
