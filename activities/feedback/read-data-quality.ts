import type { Cell, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { AuditFinding, SourceTally } from '../collect/contract.ts';

/** Lines read, kept and quarantined by canonical table, with the reasons. */
export async function talliesOf(session: WarehouseSession): Promise<SourceTally[]> {
  const tallies = await session.rows<{ table_name: string; read: number; kept: number; quarantined: number }>('from snapshot.tallies');
  const reasons = await session.rows<{ table_name: string; reason: string; rows: number }>('select table_name, reason, count(*) as rows from snapshot.quarantine group by all order by rows desc, reason');
  return tallies.map(({ table_name: table, ...counts }) => ({ table, ...counts, reasons: reasons.filter((row) => row.table_name === table).map(({ reason, rows }) => ({ reason, rows })) }));
}

/** What the audits found. */
export async function findingsOf(session: WarehouseSession): Promise<AuditFinding[]> {
  return session.rows<AuditFinding & Record<string, Cell>>('select audit, severity, rows, message from snapshot.audit_findings');
}
