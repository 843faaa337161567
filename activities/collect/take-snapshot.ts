import { copyFile, link, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Erasures } from '../../gateways/ledger/erasures.ts';
import { fingerprintOf } from '../../gateways/warehouse/fingerprint.ts';
import { folderUri, readRelationRecord, recordPath, type RelationPart } from '../../gateways/warehouse/relation-file.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import { sealParts } from '../../gateways/warehouse/seal-parts.ts';
import { sideBySide } from '../../gateways/warehouse/side-by-side.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { CycleFolder, Parameter, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { canonicalTables, type CanonicalTable } from './canonical-tables.ts';
import { copiesOfOtherPartitions, refuseCopies } from './copies-of-other-partitions.ts';
import type { SourceTally } from './contract.ts';
import { partitionPattern, sourcePartitions, type SourcePartition } from './source-partitions.ts';
import { describeSource, stageSource, tooLate } from './stage-source.ts';

/** Which tables to read and how far. */
export interface SnapshotRequest {
  readonly shop: ShopFolder;
  readonly folder: CycleFolder;
  /** Layer the relations go to; its SQL files choose the rows. */
  readonly layer: 'snapshot' | 'outcomes';
  readonly tables: readonly string[];
  /** One mark a reading: the same mark is not read again. */
  readonly mark: string;
  /** Absolute path or URL of the shop's data. */
  readonly data: string;
  /** ISO 8601 instants in the shop's wall clock: rows at or after `until` wait for the next cycle; `outcomes` begin at `from`. */
  readonly until: string;
  readonly from?: string;
  /** An earlier cycle whose files may serve again where the shop's have not changed. */
  readonly previousCycle?: string;
  /** People whose lines are left out. */
  readonly erased?: Erasures;
  readonly signal?: AbortSignal;
}

export interface Snapshot {
  readonly relations: Record<string, RelationRef>;
  readonly tallies: readonly SourceTally[];
}

/** Where a collected file came from, and what was refused of it. */
interface Origin extends Record<string, unknown> {
  /** Of the source's SQL, the partition's file, its size and its time; undefined where a file's change cannot be told. */
  readonly source?: string;
  readonly until: string;
  readonly read: number;
  readonly reasons: Readonly<Record<string, number>>;
}

interface Task {
  readonly table: CanonicalTable;
  readonly partition?: SourcePartition;
  readonly part: string;
  readonly source?: string;
  readonly keyTypes: Readonly<Record<string, string>>;
  /** Reads nothing and gives a file without rows. */
  readonly nothing?: boolean;
  /** Files whose keys come before this partition's, where some of them come again in it. */
  readonly earlierFiles?: readonly string[];
}

/** What is to be read, and what need not be: files of this cycle's snapshot that already hold all rows of their partition. */
interface Work {
  readonly tasks: readonly Task[];
  readonly settled: readonly { readonly table: CanonicalTable; readonly name: string; readonly file: string }[];
}

interface Collected {
  readonly table: string;
  readonly rows: RelationPart;
  readonly refused?: RelationPart;
}

/** Reads the shop's sources once, file by file where they are partitioned, and writes what is kept and what is quarantined. */
export async function takeSnapshot(warehouse: Warehouse, request: SnapshotRequest): Promise<Snapshot> {
  const { shop, folder, layer, mark, signal } = request;
  const made = await readMade(warehouse, request);
  if (made !== undefined) return made;

  const startedAt = performance.now();
  const open = (): Promise<WarehouseSession> => warehouse.open({}, variablesOf(request), signal, 1);
  const wanted = canonicalTables.filter((table) => request.tables.includes(table.name));
  const known = await partsOfSnapshot(warehouse, request);
  const { tasks, settled } = withoutSettled(await tasksOf(wanted, request, open), request, known);
  const names = [...wanted.map((table) => `${layer}.${table.name}`), `${layer}.quarantine`];
  for (const name of names) {
    const path = join(warehouse.lake, folderUri(folder, name));
    await rm(recordPath(path), { force: true });
    await mkdir(path, { recursive: true });
  }

  const collected = await sideBySide(largestFirst(tasks), { threads: warehouse.threads, open, work: async (session, task) => await reusePart(warehouse, request, task, known) ?? collectPart(session, request, task) });
  const mended = await mendCopies(warehouse, request, { tasks, settled }, collected, open);
  const parts = (table: string): RelationPart[] => mended.filter((part) => part.table === table).map(({ rows }) => rows);
  const refused = mended.flatMap((part) => part.refused ?? []);
  if (refused.length === 0) refused.push(await writeNothingRefused(open, request));

  const relations: Record<string, RelationRef> = {};
  const seal = async (name: string, from: readonly RelationPart[], recipe: string): Promise<void> => {
    relations[name] = await sealParts(warehouse.lake, folder, { name, parts: from, recipe, inputs: [], parameters: {}, external: mark, seconds: (performance.now() - startedAt) / 1000 });
  };
  for (const { name } of wanted) await seal(`${layer}.${name}`, parts(name), `sql/${layer}/${name}.sql`);
  await seal(`${layer}.quarantine`, refused, 'sql/snapshot/quarantine.sql');
  return { relations, tallies: wanted.filter(({ name }) => shop.sources[name] !== undefined).map(({ name }) => tallyOf(name, parts(name))) };
}

const variablesOf = ({ data, until, from }: SnapshotRequest): Record<string, Parameter> => ({ data, until, ...(from === undefined ? {} : { from }) });

/** A snapshot that an attempt before this one finished: a retried activity finds it made. */
async function readMade(warehouse: Warehouse, { shop, folder, layer, tables, mark }: SnapshotRequest): Promise<Snapshot | undefined> {
  const relations: Record<string, RelationRef> = {};
  const tallies: SourceTally[] = [];
  for (const name of [...canonicalTables.map((table) => table.name).filter((table) => tables.includes(table)), 'quarantine']) {
    const uri = folderUri(folder, `${layer}.${name}`);
    const record = await readRelationRecord(join(warehouse.lake, uri));
    if (record?.parts === undefined || record.external !== mark) return undefined;
    const { rows, bytes, fingerprint, parts } = record;
    relations[`${layer}.${name}`] = { uri, rows, bytes, fingerprint };
    if (shop.sources[name] !== undefined) tallies.push(tallyOf(name, parts));
  }
  return { relations, tallies };
}

function tallyOf(table: string, parts: readonly RelationPart[]): SourceTally {
  const reasons = new Map<string, number>();
  let read = 0;
  for (const { origin } of parts) {
    const { read: lines, reasons: found } = origin as Origin;
    read += lines;
    for (const [reason, rows] of Object.entries(found)) reasons.set(reason, (reasons.get(reason) ?? 0) + rows);
  }
  const quarantined = [...reasons.values()].reduce((sum, rows) => sum + rows, 0);
  return {
    table, read, quarantined, kept: read - quarantined,
    reasons: [...reasons].map(([reason, rows]) => ({ reason, rows })).sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1)),
  };
}

/** One task a partition; a source without partitions, and a table without a source, is a task of its own. */
async function tasksOf(tables: readonly CanonicalTable[], { shop, folder, erased }: SnapshotRequest, open: () => Promise<WarehouseSession>): Promise<Task[]> {
  await using session = await open();
  const cycle = `${folder.shop}/${folder.cycle}`;
  const tasks: Task[] = [];
  for (const table of tables) {
    const sql = shop.sources[table.name];
    const file = sourceFile(table);
    const pattern = sql === undefined ? undefined : partitionPattern(sql);
    const partitions: readonly (SourcePartition | undefined)[] = pattern === undefined ? [undefined] : await sourcePartitions(session, { pattern, file, cycle });
    const keys = Object.keys(table.columns).filter((name) => table.columns[name] === 'KEY');
    const given = sql === undefined || keys.length === 0 ? [] : await Promise.all(partitions.map((partition) => describeSource(session, { sql, partition, file, cycle })));
    const keyTypes = Object.fromEntries(keys.map((name) => [name, given.length > 0 && given.every((types) => /^(BIG|SMALL|TINY)INT$|^INTEGER$/.test(types.get(name) ?? '')) ? 'BIGINT' : 'VARCHAR']));
    for (const partition of partitions) {
      tasks.push({
        table, partition, keyTypes, part: partition?.name ?? 'all',
        ...(partition?.bytes === undefined ? {} : { source: fingerprintOf({ sql, columns: table.columns, keyTypes, name: partition.name, bytes: partition.bytes, changedAt: partition.changedAt, ...(erased === undefined ? {} : { erased: erased.hashes }) }) }),
      });
    }
  }
  return tasks;
}

/** Outcomes begin where the snapshot ends, so a partition that the snapshot took whole has none of them. */
function withoutSettled(tasks: readonly Task[], { layer, until }: SnapshotRequest, known: KnownParts): Work {
  const found = ({ table, part }: Task): KnownPart | undefined => known.get(`${table.name}/${part}`);
  const settled = layer === 'snapshot' ? [] : tasks.filter((task) => stillStands(task, found(task), until));
  const open = tasks.filter((task) => !settled.includes(task));
  const without = [...new Set(settled.map(({ table }) => table))].filter((table) => open.every((task) => task.table !== table));
  return {
    // A relation has a file, even one without rows.
    tasks: [...open, ...without.map((table): Task => ({ table, part: 'none', nothing: true, keyTypes: settled.find((task) => task.table === table)!.keyTypes }))],
    settled: settled.map((task) => ({ table: task.table, name: task.part, file: found(task)!.path })),
  };
}

const sourceFile = (table: CanonicalTable): string => `sources/${table.name}.sql`;

/** Long tasks are begun first, so that no thread waits for one at the end. A source of unknown size counts as long. */
const largestFirst = (tasks: readonly Task[]): Task[] => [...tasks].sort((a, b) => (b.partition?.bytes ?? Infinity) - (a.partition?.bytes ?? Infinity) || 0);

const quarantinePart = ({ table, part, partition }: Task): string => (partition === undefined ? table.name : `${table.name}-${part}`);

async function collectPart(session: WarehouseSession, { shop, folder, layer, until, erased }: SnapshotRequest, task: Task): Promise<Collected> {
  const { table, partition, part, source, keyTypes, nothing, earlierFiles } = task;
  const { read, writeDownRefused } = await stageSource(session, { table, sql: nothing === true ? undefined : shop.sources[table.name], partition, file: sourceFile(table), cycle: `${folder.shop}/${folder.cycle}`, keyTypes, erased });
  await session.run(`create table sources.${table.name} as ${await readSql(`sources.${table.name}`)}`);
  if (earlierFiles !== undefined) await refuseCopies(session, table, earlierFiles);
  await session.run(writeDownRefused);
  const found = await session.rows<{ reason: string; rows: number }>('select reason, count(*) as rows from sources.refused_lines group by reason order by reason');
  const origin: Origin = { source, until, read, reasons: Object.fromEntries(found.map(({ reason, rows }) => [reason, rows])) };
  const rows = await session.writePart(folder, { name: `${layer}.${table.name}`, part, sql: await readSql(`${layer}.${table.name}`), origin });
  if (found.length === 0) return { table: table.name, rows };
  return { table: table.name, rows, refused: await session.writePart(folder, { name: `${layer}.quarantine`, part: quarantinePart(task), sql: await readSql('snapshot.quarantine'), origin: { source, until } }) };
}

/** A collected file that may serve again. */
interface KnownPart {
  readonly part: RelationPart;
  readonly path: string;
}

type KnownParts = ReadonlyMap<string, KnownPart>;

/** Collected files by `<table>/<part>`: for a snapshot those of an earlier cycle, for outcomes those of this cycle's snapshot. */
async function partsOfSnapshot({ lake }: Warehouse, { folder, layer, previousCycle }: SnapshotRequest): Promise<KnownParts> {
  const known = new Map<string, KnownPart>();
  const cycle = layer === 'outcomes' ? folder.cycle : previousCycle;
  if (cycle === undefined) return known;
  for (const table of [...canonicalTables.map(({ name }) => name), 'quarantine']) {
    const path = join(lake, folderUri({ shop: folder.shop, cycle }, `snapshot.${table}`));
    for (const part of (await readRelationRecord(path))?.parts ?? []) known.set(`${table}/${part.name}`, { part, path: join(path, `${part.name}.parquet`) });
  }
  return known;
}

/** Whether a file still stands for all rows of its partition: nothing of the source has changed, and no row of it waited for a later time. */
function stillStands({ source }: Task, known: KnownPart | undefined, until: string): known is KnownPart {
  if (source === undefined || known === undefined) return false;
  const origin = known.part.origin as Origin;
  return origin.source === source && origin.until <= until && !Object.keys(origin.reasons).some((reason) => reason.endsWith(tooLate));
}

/** The file an earlier cycle made of the same partition, where it still stands. */
async function reusePart({ lake }: Warehouse, { folder, layer, until }: SnapshotRequest, task: Task, known: KnownParts): Promise<Collected | undefined> {
  const { table, part } = task;
  const found = known.get(`${table.name}/${part}`);
  if (layer !== 'snapshot' || !stillStands(task, found, until)) return undefined;
  const take = async (relation: string, { part: taken, path }: KnownPart): Promise<RelationPart> => {
    const target = join(lake, folderUri(folder, `${layer}.${relation}`), `${taken.name}.parquet`);
    await rm(target, { force: true });
    // Relations never change, so two cycles may share a file; a lake on several disks has a copy.
    await link(path, target).catch(() => copyFile(path, target));
    return taken;
  };
  const refused = known.get(`quarantine/${quarantinePart(task)}`);
  return { table: table.name, rows: await take(table.name, found), ...(refused === undefined ? {} : { refused: await take('quarantine', refused) }) };
}

/** Collects again, without them, the partitions that hold keys of an earlier one. */
async function mendCopies(warehouse: Warehouse, request: SnapshotRequest, { tasks, settled }: Work, collected: readonly Collected[], open: () => Promise<WarehouseSession>): Promise<readonly Collected[]> {
  const path = (table: string, part: string): string => join(warehouse.lake, folderUri(request.folder, `${request.layer}.${table}`), `${part}.parquet`);
  const affected: Task[] = [];
  await using session = await warehouse.open({}, {}, request.signal);
  for (const table of canonicalTables) {
    const own = tasks.filter((task) => task.table === table).map((task) => ({ name: task.part, file: path(table.name, task.part), task }));
    const all = [...own, ...settled.filter((known) => known.table === table)].sort((a, b) => (a.name < b.name ? -1 : 1));
    const files = all.map(({ file }) => file);
    const repeating = own.length === 0 ? [] : await copiesOfOtherPartitions(session, table, files);
    affected.push(...all.flatMap((part, index) => ('task' in part && repeating.includes(part.file) ? [{ ...part.task, earlierFiles: files.slice(0, index) }] : [])));
  }
  if (affected.length === 0) return collected;
  await using again = await open();
  const mended = new Map<string, Collected>();
  for (const task of affected) mended.set(`${task.table.name}/${task.part}`, await collectPart(again, request, task));
  return collected.map((part) => mended.get(`${part.table}/${part.rows.name}`) ?? part);
}

async function writeNothingRefused(open: () => Promise<WarehouseSession>, { folder, layer, until }: SnapshotRequest): Promise<RelationPart> {
  await using session = await open();
  await stageSource(session, { table: canonicalTables[0]!, file: '', cycle: folder.cycle, keyTypes: {} });
  return await session.writePart(folder, { name: `${layer}.quarantine`, part: 'none', sql: await readSql('snapshot.quarantine'), origin: { until } });
}
