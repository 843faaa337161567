import { mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { fingerprintOfFile } from './fingerprint.ts';
import { quoteLiteral } from './quote.ts';
import type { RelationRef } from './relation-ref.ts';
import type { CycleFolder } from './warehouse.ts';

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
}

/** `<shop>/<cycle>/<layer>/<relation>.parquet` */
export const relationUri = (folder: CycleFolder, name: string): string => `${folder.shop}/${folder.cycle}/${name.replace('.', '/')}.parquet`;

const recordPath = (path: string): string => path.replace(/\.parquet$/, '.json');

/** Writes the record of a relation: first to a temporary name, so that half a record is never read. */
export async function writeRelationRecord(path: string, record: RelationRecord): Promise<void> {
  const target = recordPath(path);
  const temporary = `${target}.${process.pid}.tmp`;
  await mkdir(dirname(target), { recursive: true });
  await writeFile(temporary, `${JSON.stringify(record, null, 1)}\n`);
  await rename(temporary, target);
}

/** The record beside a relation, if one is there and fits the file's size. */
export async function readRelationRecord(path: string): Promise<RelationRecord | undefined> {
  const text = await readFile(recordPath(path), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const record = JSON.parse(text) as RelationRecord;
  return record.bytes === (await stat(path)).size ? record : undefined;
}

interface FileMetadata { readonly fingerprint?: string; readonly external?: string }

/** Reference and marks of a relation's file, or undefined where it is not in the lake. The file's own metadata decides, so a lost record loses no relation. */
export async function readRelationFile(connection: DuckDBConnection, lake: string, uri: string): Promise<{ ref: RelationRef; external?: string } | undefined> {
  const path = join(lake, uri);
  const size = await stat(path).then((found) => found.size, () => undefined);
  if (size === undefined) return undefined;
  const literal = quoteLiteral(path);
  const pairs = (await (await connection.run(`select decode(key) as key, decode(value) as value from parquet_kv_metadata(${literal})`)).getRowObjectsJS()) as { key: string; value: string }[];
  const metadata: FileMetadata = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
  const rows = Number((await (await connection.run(`select num_rows from parquet_file_metadata(${literal})`)).getRowsJS())[0]![0]);
  const fingerprint = metadata.fingerprint ?? (await readRelationRecord(path))?.fingerprint ?? await fingerprintOfFile(path);
  return { ref: { uri, rows, bytes: size, fingerprint }, external: metadata.external };
}

/** Names of the relations a cycle's folder holds, in order. */
export async function listRelationNames(lake: string, folder: CycleFolder): Promise<string[]> {
  const root = join(lake, folder.shop, folder.cycle);
  const layers = (await readdir(root, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory());
  const names = await Promise.all(layers.map(async (layer) =>
    (await readdir(join(root, layer.name))).filter((name) => name.endsWith('.parquet')).map((name) => `${layer.name}.${name.slice(0, -'.parquet'.length)}`)));
  return names.flat().sort();
}
