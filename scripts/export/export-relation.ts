import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RecordBatchFileWriter, RecordBatchReader, type RecordBatch } from 'apache-arrow';
import { ClienteleError } from '../../gateways/errors.ts';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { CycleFolder, Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { openRelation, type RelationRead } from '../../web/api/read-relation.ts';
import { arrowStream } from '../../web/api/write-arrow.ts';
import { csvHead, csvLines } from '../../web/api/write-csv.ts';
import { maskFor } from '../../web/reads/mask.ts';
import { requireCycle } from './require-cycle.ts';

export const exportFormats = ['parquet', 'arrow', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportRequest extends CycleFolder {
  /** `layer.relation` */
  readonly relation: string;
  readonly format: ExportFormat;
  /** Absolute path; replaced when the whole file is written. */
  readonly out: string;
}

/** Who may run this may read the lake's files: nothing is masked. */
const mask = maskFor({ role: 'operator' });

/**
 * Writes one relation of a cycle to a file, in the relation's order: Parquet as the lake has it, an Arrow IPC file, or CSV by RFC 4180 whose cells no spreadsheet takes for a formula.
 * @throws ClienteleError CYCLE_NOT_FOUND, and COMMAND_INVALID for a relation that the cycle does not have
 */
export async function exportRelation(warehouse: Warehouse, { shop, cycle, relation, format, out }: ExportRequest): Promise<{ readonly rows: number; readonly bytes: number }> {
  const relations = await requireCycle(warehouse, { shop, cycle });
  const ref = relations[relation];
  if (ref === undefined) throw new ClienteleError('COMMAND_INVALID', { problem: `${shop}/${cycle} has no relation ${relation}`, remedy: `It has ${Object.keys(relations).join(', ')}.` });
  await mkdir(dirname(out), { recursive: true });
  const temporary = `${out}.${process.pid}.tmp`;
  try {
    if (format !== 'parquet') {
      const read = await openRelation(warehouse, { name: relation, ref, mask, offset: 0 });
      await pipeline(Readable.from(format === 'csv' ? csv(read) : arrowFile(read)), createWriteStream(temporary));
    } else if (ref.uri.endsWith('.parquet')) {
      await copyFile(join(warehouse.lake, ref.uri), temporary);
    } else {
      await using session = await warehouse.open({ [relation]: ref }, {}, undefined, 1);
      await session.run(`copy (from ${relation}) to ${quoteLiteral(temporary)} (format parquet, compression snappy)`);
    }
    await rename(temporary, out);
  } finally {
    await rm(temporary, { force: true });
  }
  return { rows: ref.rows, bytes: (await stat(out)).size };
}

async function* csv({ columns, batches }: RelationRead): AsyncGenerator<string> {
  const names = columns.map(({ name }) => name);
  yield csvHead(names);
  for await (const rows of batches()) yield csvLines(names, rows);
}

/** The file format of Arrow IPC, which readers can jump in; the console's API gives the same batches as a stream. */
async function* arrowFile({ columns, batches }: RelationRead): AsyncGenerator<Uint8Array> {
  yield* await RecordBatchFileWriter.writeAll(recordBatches(arrowStream(columns, batches())));
}

async function* recordBatches(stream: AsyncIterable<Uint8Array>): AsyncGenerator<RecordBatch> {
  yield* await RecordBatchReader.from(stream);
}
