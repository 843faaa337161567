import { stat } from 'node:fs/promises';
import { ClienteleError } from '../../gateways/errors.ts';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

/** One file of a source that is read file by file. */
export interface SourcePartition {
  /** Unique in its source and fit for a file name; partitions are in the order of their names. */
  readonly name: string;
  /** What the source reads as `getvariable('partition')`. */
  readonly path: string;
  /** The path from the data folder, which people know it by. */
  readonly file: string;
  /** Size in bytes and time of the last change, where the file is on this machine: as long as both stay, so do its rows. */
  readonly bytes?: number;
  readonly changedAt?: number;
}

/** The pattern of a source's line `-- partitions: orders/*.csv`, from the data folder; undefined for a source that is read as a whole. */
export const partitionPattern = (sql: string): string | undefined => /^-- partitions: *(\S+) *$/m.exec(sql)?.[1];

/**
 * The files a partitioned source is made of.
 * @param file named in the error: `sources/orders.sql`
 * @throws ClienteleError SOURCE_UNREADABLE where the pattern matches nothing
 */
export async function sourcePartitions(session: WarehouseSession, { pattern, file, cycle }: { readonly pattern: string; readonly file: string; readonly cycle: string }): Promise<SourcePartition[]> {
  const found = await session.rows<{ path: string }>(`select file as path from glob(getvariable('data') || ${quoteLiteral(`/${pattern}`)}) order by file`);
  if (found.length === 0) throw new ClienteleError('SOURCE_UNREADABLE', { source: file, problem: `no file matches ${pattern} in the data folder.`, cycle });
  const [{ data }] = await session.rows<{ data: string }>("select getvariable('data') as data") as [{ data: string }];
  const start = data.length + 1 + pattern.search(/[*?[]/);
  const names = found.map(({ path }) => path.slice(start).replace(/\.\w+$/, '').replaceAll(/[^\w.-]+/g, '-'));
  return Promise.all(found.map(async ({ path }, index) => {
    const name = names.indexOf(names[index]!) === index ? names[index]! : `${names[index]!}-${index}`;
    const known = await stat(path).catch(() => undefined);
    const within = path.slice(data.length + 1);
    return known === undefined ? { name, path, file: within } : { name, path, file: within, bytes: known.size, changedAt: known.mtimeMs };
  }));
}
