import { mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { fingerprintOfFile, fingerprintOfParts, shortened } from './fingerprint.ts';
import { quoteLiteral } from './quote.ts';
import type { RelationRef } from './relation-ref.ts';
import type { CycleFolder } from './warehouse.ts';

/** One file of a partitioned relation. */
export interface RelationPart {
  /** The file's name without `.parquet`; parts are in the order of their names. */
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of the file's bytes. */
  readonly fingerprint: string;
  /** What the part was made from, in the maker's words: it is made again only when this changes. */
  readonly origin: Readonly<Record<string, unknown>>;
}

/** How a relation came to be. Written beside it, because seconds and times must not change the relation's own bytes. */
export interface RelationRecord {
  readonly relation: string;
  readonly fingerprint: string;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly madeAt: string;
  /** Set for rows that come from outside the lake. */
  readonly external?: string;
  readonly recipe: string;
  readonly inputs: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Set for a partitioned relation: a folder whose record is written last, so that half of it is never read. */
  readonly parts?: readonly RelationPart[];
}

/** `<shop>/<cycle>/<layer>/<relation>.parquet` */
export const relationUri = (folder: CycleFolder, name: string): string => `${folderUri(folder, name)}.parquet`;

/** `<shop>/<cycle>/<layer>/<relation>`, the folder of a partitioned relation. */
export const folderUri = (folder: CycleFolder, name: string): string => `${folder.shop}/${folder.cycle}/${name.replace('.', '/')}`;

const isFile = (path: string): boolean => path.endsWith('.parquet');

/** Where the record of a relation lies, beside its file or folder. */
export const recordPath = (path: string): string => `${path.replace(/\.parquet$/, '')}.json`;

/** What DuckDB reads a relation's rows from: its file, or all files of its folder. */
export const readablePath = (path: string): string => (isFile(path) ? path : join(path, '*.parquet'));

/** Writes the record of a relation: first to a temporary name, so that half a record is never read. */
export async function writeRelationRecord(path: string, record: RelationRecord): Promise<void> {
  const target = recordPath(path);
  const temporary = `${target}.${process.pid}.tmp`;
  await mkdir(dirname(target), { recursive: true });
  await writeFile(temporary, `${JSON.stringify(record, null, 1)}\n`);
  await rename(temporary, target);
}

/** The record beside a relation, if one is there and fits what lies beside it. */
export async function readRelationRecord(path: string): Promise<RelationRecord | undefined> {
  const text = await readFile(recordPath(path), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const record = JSON.parse(text) as RelationRecord;
  if ((record.parts === undefined) !== isFile(path)) return undefined;
  return record.bytes === await bytesOf(path, record) ? record : undefined;
}

async function bytesOf(path: string, { parts }: RelationRecord): Promise<number> {
  if (parts === undefined) return (await stat(path)).size;
  const sizes = await Promise.all(parts.map(({ name }) => stat(join(path, `${name}.parquet`)).then((found) => found.size, () => Number.NaN)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** SHA-256, hex, of a relation's bytes: of its file, or of the hashes of its folder's files. */
export async function hashOfRelation(path: string): Promise<string> {
  if (isFile(path)) return fingerprintOfFile(path);
  const files = (await readdir(path)).filter(isFile).sort();
  return fingerprintOfParts(await Promise.all(files.map(async (file) => ({ name: file.slice(0, -'.parquet'.length), fingerprint: await fingerprintOfFile(join(path, file)) }))));
}

interface FileMetadata { readonly fingerprint?: string; readonly external?: string }

/** Reference and marks of a relation, or undefined where it is not in the lake. A single file's own metadata decides, so a lost record loses no relation. */
export async function readRelation(connection: DuckDBConnection, lake: string, folder: CycleFolder, name: string): Promise<{ ref: RelationRef; external?: string } | undefined> {
  const uri = relationUri(folder, name);
  const path = join(lake, uri);
  const size = await stat(path).then((found) => found.size, () => undefined);
  if (size === undefined) return readPartitioned(lake, folderUri(folder, name));
  const literal = quoteLiteral(path);
  const pairs = (await (await connection.run(`select decode(key) as key, decode(value) as value from parquet_kv_metadata(${literal})`)).getRowObjectsJS()) as { key: string; value: string }[];
  const metadata: FileMetadata = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
  const rows = Number((await (await connection.run(`select num_rows from parquet_file_metadata(${literal})`)).getRowsJS())[0]![0]);
  const fingerprint = metadata.fingerprint ?? (await readRelationRecord(path))?.fingerprint ?? shortened(await fingerprintOfFile(path));
  return { ref: { uri, rows, bytes: size, fingerprint }, external: metadata.external };
}

async function readPartitioned(lake: string, uri: string): Promise<{ ref: RelationRef; external?: string } | undefined> {
  const record = await readRelationRecord(join(lake, uri));
  if (record === undefined) return undefined;
  const { rows, bytes, fingerprint, external } = record;
  return { ref: { uri, rows, bytes, fingerprint }, external };
}

/** Names of the relations a cycle's folder holds, in order. */
export async function listRelationNames(lake: string, folder: CycleFolder): Promise<string[]> {
  const root = join(lake, folder.shop, folder.cycle);
  const layers = (await readdir(root, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory());
  const names = await Promise.all(layers.map(async (layer) => {
    const entries = await readdir(join(root, layer.name), { withFileTypes: true });
    const records = new Set(entries.map((entry) => entry.name));
    return entries
      .filter((entry) => (entry.isDirectory() ? records.has(`${entry.name}.json`) : isFile(entry.name)))
      .map((entry) => `${layer.name}.${entry.name.replace(/\.parquet$/, '')}`);
  }));
  return [...new Set(names.flat())].sort();
}
