import type { CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { canonicalTables } from './canonical-tables.ts';
import type { SourceTally } from './contract.ts';
import { releaseSource, stageSource } from './stage-source.ts';

/** Which tables to read, and what the session's variables `data`, `until` (and `from`) already hold. */
export interface SnapshotRequest {
  readonly shop: ShopFolder;
  readonly folder: CycleFolder;
  /** Layer the relations go to; its SQL files choose the rows. */
  readonly layer: 'snapshot' | 'outcomes';
  readonly tables: readonly string[];
  /** One mark a reading: the same mark is not read again. */
  readonly mark: string;
}

export interface Snapshot {
  readonly relations: Record<string, RelationRef>;
  readonly tallies: readonly SourceTally[];
}

/** Reads the shop's sources once and writes what is kept and what is quarantined. */
export async function takeSnapshot(session: WarehouseSession, { shop, folder, layer, tables, mark }: SnapshotRequest): Promise<Snapshot> {
  await session.run('create schema raw; create schema staged; create schema if not exists sources');
  await session.run('create table sources.refused_lines (table_name varchar, source_file varchar, source_line bigint, position bigint, reason varchar, line varchar)');
  const relations: Record<string, RelationRef> = {};
  const read = new Map<string, number>();
  for (const table of canonicalTables) {
    const wanted = tables.includes(table.name);
    const sql = wanted ? shop.sources[table.name] : undefined;
    read.set(table.name, await stageSource(session, { table, sql, file: `sources/${table.name}.sql`, cycle: `${folder.shop}/${folder.cycle}` }));
    await session.run(`create table sources.${table.name} as ${await readSql(`sources.${table.name}`)}`);
    if (wanted) relations[`${layer}.${table.name}`] = await session.materialise(folder, { name: `${layer}.${table.name}`, sql: await readSql(`${layer}.${table.name}`), external: mark });
    await releaseSource(session, table.name);
  }
  const quarantine = await session.materialise(folder, { name: `${layer}.quarantine`, sql: await readSql('snapshot.quarantine'), external: mark });
  relations[`${layer}.quarantine`] = quarantine;
  return { relations, tallies: await tally(session, layer, tables.filter((name) => shop.sources[name] !== undefined), read) };
}

async function tally(session: WarehouseSession, layer: string, tables: readonly string[], read: ReadonlyMap<string, number>): Promise<SourceTally[]> {
  const reasons = await session.rows<{ table_name: string; reason: string; lines: number }>(
    `select table_name, reason, count(*) as lines from ${layer}.quarantine group by all order by lines desc, reason`);
  return tables.map((table) => {
    const own = reasons.filter((row) => row.table_name === table);
    const quarantined = own.reduce((sum, row) => sum + row.lines, 0);
    const lines = read.get(table) ?? 0;
    return { table, read: lines, kept: lines - quarantined, quarantined, reasons: own.map(({ reason, lines: rows }) => ({ reason, rows })) };
  });
}
