import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalTables } from '../../../activities/collect/canonical-tables.ts';
import { openWarehouse } from '../../../gateways/warehouse/open-warehouse.ts';
import { quoteIdentifier, quoteLiteral } from '../../../gateways/warehouse/quote.ts';
import { readSql } from '../../../gateways/warehouse/sql-file.ts';
import type { Cell, Parameter, WarehouseSession } from '../../../gateways/warehouse/warehouse.ts';

/** Rows as a specification writes them; columns that are not named are NULL. */
export type GivenRows = readonly Readonly<Record<string, Parameter>>[];

/** A session over an empty lake, closed and removed after the work. */
export async function withSession<T>(parameters: Readonly<Record<string, Parameter>>, work: (session: WarehouseSession) => Promise<T>): Promise<T> {
  const lake = await mkdtemp(join(tmpdir(), 'clientele-sql-'));
  try {
    const warehouse = await openWarehouse({ lake });
    await using session = await warehouse.open({}, parameters);
    return await work(session);
  } finally {
    await rm(lake, { recursive: true, force: true });
  }
}

/** Makes `layer.relation` of some rows. Canonical tables get their canonical columns; others exactly `columns`, as `name type`. */
export async function giveRows(session: WarehouseSession, relation: string, rows: GivenRows, columns?: Readonly<Record<string, string>>): Promise<void> {
  const [layer, table] = relation.split('.') as [string, string];
  const types: Readonly<Record<string, string>> | undefined = columns ?? canonicalTables.find((known) => known.name === table)?.columns;
  if (types === undefined) throw new RangeError(`Name the columns of ${relation}.`);
  await session.run(`create schema if not exists ${quoteIdentifier(layer)}`);
  await session.run(`create table ${layer}.${table} (${Object.entries(types).map(([name, type]) => `${quoteIdentifier(name)} ${type === 'KEY' ? 'VARCHAR' : type}`).join(', ')})`);
  for (const row of rows) {
    const unknown = Object.keys(row).find((name) => !(name in types));
    if (unknown !== undefined) throw new RangeError(`${relation} has no column ${unknown}.`);
    await session.run(`insert into ${layer}.${table} (${Object.keys(row).map(quoteIdentifier).join(', ')}) values (${Object.values(row).map(quoteLiteral).join(', ')})`);
  }
}

/** Rows that the file of a relation gives, in the order of its grain; `columns` chooses what the specification speaks of. */
export async function rowsOf(session: WarehouseSession, relation: string, columns = '*', order = ''): Promise<Record<string, Cell>[]> {
  return session.rows(`select ${columns} from (${await readSql(relation)}\n)${order === '' ? '' : ` order by ${order}`}`);
}
