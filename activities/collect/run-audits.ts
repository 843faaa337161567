import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { AuditFinding } from './contract.ts';

const folder = fileURLToPath(new URL('../../sql/audits/', import.meta.url));

/**
 * Runs every file of sql/audits: a query that must return no row. Its first two lines are `-- severity: hold|warn` and `-- message: …`.
 * @returns the audits that found rows, those that hold the cycle first
 */
export async function runAudits(session: WarehouseSession): Promise<AuditFinding[]> {
  const findings: AuditFinding[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()) {
    const sql = await readFile(folder + file, 'utf8');
    const [, severity, message] = /^-- severity: (hold|warn)\n-- message: (.+)\n/.exec(sql) ?? [];
    if (severity === undefined || message === undefined) throw new SyntaxError(`${file} must begin with "-- severity: hold|warn" and "-- message: …".`);
    const [{ found }] = await session.rows<{ found: number }>(`select count(*) as found from (${sql}\n)`) as [{ found: number }];
    if (found > 0) findings.push({ audit: file.slice(0, -'.sql'.length), severity: severity as AuditFinding['severity'], rows: found, message });
  }
  return findings.sort((a, b) => (a.severity === b.severity ? 0 : a.severity === 'hold' ? -1 : 1));
}
