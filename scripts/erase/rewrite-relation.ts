import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintOfFile } from '../../gateways/warehouse/fingerprint.ts';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import { readRelationRecord, writeRelationRecord, type RelationPart } from '../../gateways/warehouse/relation-file.ts';
import type { Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { LakeTrace } from './find-in-lake.ts';

/**
 * Writes a relation again without the rows of a trace, in the order they have, each file whole or not at all. Its fingerprint stays: that says what it
 * was made from, and later cycles still find it by it. A file that other cycles share is theirs and stays as it is.
 */
export async function rewriteRelation(warehouse: Warehouse, { uri, condition }: Pick<LakeTrace, 'uri' | 'condition'>): Promise<void> {
  const path = join(warehouse.lake, uri);
  const record = await readRelationRecord(path);
  // One thread keeps the order of rows.
  await using session = await warehouse.open({}, {}, undefined, 1);
  if (record?.parts === undefined) {
    const { rows, bytes } = await rewriteFile(session, path, condition);
    if (record !== undefined) await writeRelationRecord(path, { ...record, rows, bytes });
    return;
  }
  const parts: RelationPart[] = [];
  for (const part of record.parts) {
    const file = join(path, `${part.name}.parquet`);
    const [found] = await session.rows<{ rows: number }>(`select count(*) as rows from read_parquet(${quoteLiteral(file)}) where ${condition}`);
    parts.push((found?.rows ?? 0) === 0 ? part : { ...part, ...await rewriteFile(session, file, condition), fingerprint: await fingerprintOfFile(file) });
  }
  const sum = (key: 'rows' | 'bytes'): number => parts.reduce((total, part) => total + part[key], 0);
  await writeRelationRecord(path, { ...record, parts, rows: sum('rows'), bytes: sum('bytes') });
}

async function rewriteFile(session: WarehouseSession, path: string, condition: string): Promise<{ readonly rows: number; readonly bytes: number }> {
  const file = quoteLiteral(path);
  const metadata = await session.rows<{ key: string; value: string }>(`select decode(key) as key, decode(value) as value from parquet_kv_metadata(${file}) where decode(key) in ('fingerprint', 'external') order by key`);
  const kept = metadata.length === 0 ? '' : `, kv_metadata {${metadata.map(({ key, value }) => `${key}: ${quoteLiteral(value)}`).join(', ')}}`;
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await session.run(`copy (select * from read_parquet(${file}) where ${condition} is not true) to ${quoteLiteral(temporary)} (format parquet, compression snappy${kept})`);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  const [left] = await session.rows<{ rows: number }>(`select num_rows as rows from parquet_file_metadata(${file})`);
  return { rows: left?.rows ?? 0, bytes: (await stat(path)).size };
}
