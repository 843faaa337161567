import { quoteIdentifier, quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { CanonicalTable } from './canonical-tables.ts';

/**
 * Files, in their order, that hold a key which an earlier file of the same table has too. Each file alone has no key twice.
 * Hashes of 64 bits are counted, which is several times cheaper than the keys themselves; keys are only compared where hashes meet.
 */
export async function copiesOfOtherPartitions(session: WarehouseSession, { key }: CanonicalTable, files: readonly string[]): Promise<readonly string[]> {
  if (key.length === 0 || files.length < 2) return [];
  const columns = key.map(quoteIdentifier).join(', ');
  const from = `read_parquet(${quoteLiteral(files)}, filename = true)`;
  await session.run(`create or replace temporary table meeting as select h from (select hash(${columns}) as h from ${from}) group by h having count(*) > 1`);
  const rows = await session.rows<{ filename: string }>(`
    select distinct filename
    from (
      select filename, row_number() over (partition by ${columns} order by list_position(${quoteLiteral(files)}, filename)) as place
      from ${from}
      semi join meeting on hash(${columns}) = h
    )
    where place > 1`);
  return files.filter((file) => rows.some(({ filename }) => filename === file));
}

/** Adds to `sources.<table>` the lines whose key one of the files before has. */
export async function refuseCopies(session: WarehouseSession, { name, key, judged }: CanonicalTable, earlierFiles: readonly string[]): Promise<void> {
  const table = quoteIdentifier(name);
  await session.run(`insert into sources.${table} by name
    select position, source_file, source_line, ${judged.map(quoteIdentifier).join(', ')}, 'duplicate of an earlier line' as reason
    from (from staged.${table} anti join sources.${table} using (position))
    semi join read_parquet(${quoteLiteral(earlierFiles)}) using (${key.map(quoteIdentifier).join(', ')})`);
}
