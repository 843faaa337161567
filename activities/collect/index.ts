import { ClienteleError } from '../../gateways/errors.ts';
import { readErasures } from '../../gateways/ledger/erasures.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { canonicalTables } from './canonical-tables.ts';
import type { CollectActivities, CollectInput, CollectResult, SourceTally } from './contract.ts';
import { cycleSettingsOf } from './cycle-settings.ts';
import { exportLedger } from './export-ledger.ts';
import { findPreviousCycle } from './find-previous-cycle.ts';
import { erasedReason } from './leave-out-erased.ts';
import { runAudits } from './run-audits.ts';
import { tooLate } from './stage-source.ts';
import { takeSnapshot } from './take-snapshot.ts';

/** What collecting reaches for. */
export interface CollectDependencies {
  readonly warehouse: Warehouse;
  readonly ledger: Ledger;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  /** Absolute path or URL of a data folder, from a setting that may be relative to the project. */
  readonly resolveData: (setting: string) => string;
  readonly cancellation: () => AbortSignal | undefined;
}

/** The first step: the shop's own files onto the canonical tables, nothing lost, nothing silent. */
export function createCollectActivities({ warehouse, ledger, openShop, resolveData, cancellation }: CollectDependencies): CollectActivities {
  return {
    async collect(input: CollectInput): Promise<CollectResult> {
      const shop = await openShop(input.shop);
      const mark = `sources, attempt ${input.attempt}`;
      const previousCycle = await findPreviousCycle(warehouse.lake, input);
      const { relations, tallies } = await takeSnapshot(warehouse, {
        shop, folder: input, layer: 'snapshot', tables: canonicalTables.map((table) => table.name), mark, previousCycle, erased: await readErasures(ledger, input.shop),
        data: resolveData(input.dataFolder ?? shop.settings.data), until: input.asOf, signal: cancellation(),
      });
      await using session = await warehouse.open({}, {}, cancellation());
      const counted = await session.write(input, {
        name: 'snapshot.tallies', algorithm: 'count', inputs: [], external: mark,
        columns: () => [
          { name: 'table_name', type: 'VARCHAR', values: tallies.map((row) => row.table) },
          ...(['read', 'kept', 'quarantined'] as const).map((name) => ({ name, type: 'BIGINT' as const, values: tallies.map((row) => row[name]) })),
        ],
      });
      refuseTooMuchQuarantined(tallies, shop, input);
      const exported = await exportLedger(session, ledger, input, `ledger, attempt ${input.attempt}`);
      return {
        relations: { ...relations, 'snapshot.tallies': counted, ...exported.relations },
        tallies,
        leftOut: canonicalTables.map((table) => table.name).filter((name) => shop.sources[name] === undefined),
        previousCycle,
        decisionsInForce: exported.decisions,
      };
    },

    async audit(input): Promise<Awaited<ReturnType<CollectActivities['audit']>>> {
      await using session = await warehouse.open(input.relations, { as_of: input.asOf }, cancellation());
      const findings = await runAudits(session);
      await session.write(input, {
        name: 'snapshot.audit_findings', algorithm: 'run-audits 1', inputs: Object.keys(input.relations), parameters: { asOf: input.asOf },
        columns: () => [
          ...(['audit', 'severity', 'message'] as const).map((name) => ({ name, type: 'VARCHAR' as const, values: findings.map((finding) => finding[name]) })),
          { name: 'rows', type: 'BIGINT', values: findings.map((finding) => finding.rows) },
        ],
      });
      return { findings };
    },

    async readCycleSettings({ shop }): Promise<Awaited<ReturnType<CollectActivities['readCycleSettings']>>> {
      return cycleSettingsOf((await openShop(shop)).settings);
    },
  };
}

/** @throws ClienteleError TOO_MUCH_QUARANTINED, leaving out lines that are only too late for this cycle, and those of people who were erased */
function refuseTooMuchQuarantined(tallies: readonly SourceTally[], shop: ShopFolder, { cycle }: CollectInput): void {
  const limit = shop.settings.gates.maximum_quarantined_share;
  for (const { table, read, reasons } of tallies) {
    const refused = reasons.filter(({ reason }) => !reason.endsWith(tooLate) && reason !== erasedReason).reduce((sum, { rows }) => sum + rows, 0);
    if (read > 0 && refused / read > limit) {
      const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
      throw new ClienteleError('TOO_MUCH_QUARANTINED', { share: percent(refused / read), table, limit: percent(limit), relation: `${shop.name}/${cycle}/snapshot/quarantine`, cycle: `${shop.name}/${cycle}` });
    }
  }
}
