import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { quoteIdentifier, quoteLiteral } from '../../gateways/warehouse/quote.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { bookkeepingColumns, type CanonicalTable } from './canonical-tables.ts';

/** A canonical table to stage, with the shop's select for it, if it has one. */
export interface SourceToStage {
  readonly table: CanonicalTable;
  readonly sql?: string;
  /** Named in errors: `sources/orders.sql`. */
  readonly file: string;
  readonly cycle: string;
}

/** Lines of a CSV that DuckDB's reader refuses carry its word for why; people get a sentence. */
const rejectionReason = `case error_type
    when 'MISSING COLUMNS' then 'the line has fewer columns than the header'
    when 'TOO MANY COLUMNS' then 'the line has more columns than the header'
    when 'UNQUOTED VALUE' then 'a quoted value does not end where it should'
    when 'LINE SIZE OVER MAXIMUM' then 'the line is too long'
    when 'INVALID ENCODING' then 'the line is not UTF-8'
    else 'the line does not parse: ' || lower(error_type::varchar) end`;

/**
 * Reads one source into `raw.<table>` and makes the view `staged.<table>`: every canonical column cast to its type, the position among the
 * lines read, and why a line does not cast (`cast_reason`) or the shop itself refuses it (`shop_reason`).
 * @returns lines read, those that did not parse included
 * @throws ClienteleError SOURCE_UNREADABLE, SOURCE_COLUMN_MISSING, SOURCE_COLUMN_UNKNOWN
 */
export async function stageSource(session: WarehouseSession, { table, sql, file, cycle }: SourceToStage): Promise<number> {
  const raw = `raw.${quoteIdentifier(table.name)}`;
  if (sql === undefined) {
    await session.run(`create table ${raw} (${Object.entries(table.columns).map(([name, type]) => `${quoteIdentifier(name)} ${type}`).join(', ')})`);
  } else {
    await session.run(`create table ${raw} as ${sql.replace(/;\s*$/, '')}`).catch((error: Error) => {
      if (!(error instanceof ClienteleError)) throw error;
      const problem = (error.cause as Error).message.split('\n')[0]!;
      throw new ClienteleError('SOURCE_UNREADABLE', { source: file, problem, cycle }, { cause: error });
    });
  }
  const columns = await session.rows<{ column_name: string; column_type: string }>(`select column_name, column_type from (describe ${raw})`);
  const types = new Map(columns.map((column) => [column.column_name, column.column_type]));
  const missing = table.required.filter((name) => !types.has(name));
  if (missing.length > 0) throw new ClienteleError('SOURCE_COLUMN_MISSING', { source: file, columns: missing.join(', '), cycle });
  const unknown = [...types.keys()].filter((name) => !(name in table.columns) && !bookkeepingColumns.includes(name));
  if (unknown.length > 0) throw new ClienteleError('SOURCE_COLUMN_UNKNOWN', { source: file, columns: unknown.join(', '), table: table.name, cycle });

  const casts = Object.entries(table.columns).map(([name, type]) => {
    const column = quoteIdentifier(name);
    if (!types.has(name)) return `null::${type} as ${column}`;
    return types.get(name) === type ? column : `try_cast(${column} as ${type}) as ${column}`;
  });
  const checks = Object.entries(table.columns)
    .filter(([name, type]) => types.has(name) && types.get(name) !== type && type !== 'VARCHAR')
    .map(([name, type]) => `when ${quoteIdentifier(name)} is not null and try_cast(${quoteIdentifier(name)} as ${type}) is null then ${quoteLiteral(`${name} is not a ${type.startsWith('DECIMAL') ? 'number' : type.toLowerCase()}`)}`);
  const given = (name: string, otherwise: string): string => (types.has(name) ? `line.${quoteIdentifier(name)}` : otherwise);
  const place = `line.rowid + 1 as position, ${given('source_file', quoteLiteral(file))}::varchar as source_file, coalesce(${given('source_line', 'null')}::bigint, line.rowid + 1) as source_line`;
  await session.run(`create view staged.${quoteIdentifier(table.name)} as
    select ${place}, ${casts.join(', ')}, ${given('quarantine_reason', 'null')}::varchar as shop_reason, ${checks.length === 0 ? 'null::varchar' : `case ${checks.join(' ')} end`} as cast_reason
    from ${raw} as line`);
  // The line as it was read, for whoever has to mend it: only a refused one is worth writing down.
  await session.run(`create view staged.${quoteIdentifier(`${table.name}_lines`)} as select ${place}, line from ${raw} as line`);

  const [{ parsed }] = await session.rows<{ parsed: number }>(`select count(*) as parsed from ${raw}`) as [{ parsed: number }];
  return parsed + await takeRejectedLines(session, table.name);
}

/** Moves what the CSV reader refused since the last source into `sources.refused_lines`, one row a line. Files are named from the data folder, so that the same data give the same rows wherever they lie. */
async function takeRejectedLines(session: WarehouseSession, table: string): Promise<number> {
  const [{ known }] = await session.rows<{ known: number }>("select count(*) as known from duckdb_tables() where table_name = 'reject_errors'") as [{ known: number }];
  if (known === 0) return 0;
  await session.run(`insert into sources.refused_lines
    select
      ${quoteLiteral(table)}, case when starts_with(file_path, getvariable('data') || '/') then substr(file_path, length(getvariable('data')) + 2) else file_path end as source_file,
      line, null, min(${rejectionReason}), any_value(csv_line)
    from reject_errors inner join reject_scans using (scan_id, file_id)
    group by source_file, line order by source_file, line`);
  await session.run('drop table reject_errors');
  await session.run('drop table reject_scans');
  const [{ rejected }] = await session.rows<{ rejected: number }>(`select count(*) as rejected from sources.refused_lines where table_name = ${quoteLiteral(table)}`) as [{ rejected: number }];
  return rejected;
}

/**
 * Writes down the refused lines of a staged table (`sources.<table>`) as they were read, and lets the table itself go: a shop's events are the
 * largest thing in memory.
 */
export async function releaseSource(session: WarehouseSession, table: string): Promise<void> {
  await session.run(`insert into sources.refused_lines
    select ${quoteLiteral(table)}, source_file, source_line, position, reason, to_json(line)::varchar
    from sources.${quoteIdentifier(table)} inner join staged.${quoteIdentifier(`${table}_lines`)} using (position) order by position`);
  await session.run(`drop table raw.${quoteIdentifier(table)}`);
}
