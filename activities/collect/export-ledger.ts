import type { Ledger } from '../../gateways/ledger/ledger.ts';
import type { CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readStanding } from '../../gateways/ledger/read-standing.ts';

export interface LedgerExport {
  readonly relations: Record<string, RelationRef>;
  /** Decisions in force, in words. */
  readonly decisions: readonly string[];
}

/**
 * Takes what stands in the ledger at the cycle's start into the snapshot, so that the whole cycle sees one state and can be recomputed:
 * `snapshot.suppressions` (address_hash), `snapshot.refused_consents` (customer_id), `snapshot.decisions`, `snapshot.champions` (target, model, cycle).
 */
export async function exportLedger(session: WarehouseSession, ledger: Ledger, folder: CycleFolder, mark: string): Promise<LedgerExport> {
  const { suppressions, refusals, decisions, champions } = await readStanding(ledger, folder.shop, folder.cycle);
  const column = (name: string, values: readonly string[]): { name: string; type: 'VARCHAR'; values: readonly string[] } => ({ name, type: 'VARCHAR', values });
  const write = (name: string, columns: ReturnType<typeof column>[]): Promise<RelationRef> =>
    session.write(folder, { name, algorithm: 'ledger', inputs: [], external: mark, columns: () => columns });
  return {
    relations: {
      'snapshot.suppressions': await write('snapshot.suppressions', [column('address_hash', suppressions)]),
      'snapshot.refused_consents': await write('snapshot.refused_consents', [column('customer_id', refusals)]),
      'snapshot.decisions': await write('snapshot.decisions', [
        column('id', decisions.map((decision) => decision.id)),
        column('kind', decisions.map((decision) => decision.kind)),
        column('subject', decisions.map((decision) => decision.subject)),
        column('value', decisions.map((decision) => JSON.stringify(decision.value))),
        column('words', decisions.map((decision) => decision.words)),
      ]),
      'snapshot.champions': await write('snapshot.champions', (['target', 'model', 'cycle'] as const).map((name) => column(name, champions.map((champion) => champion[name])))),
    },
    decisions: decisions.map((decision) => decision.words),
  };
}
