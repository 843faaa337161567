import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import type { Erasures } from '../../gateways/ledger/erasures.ts';
import { quoteIdentifier, quoteLiteral } from '../../gateways/warehouse/quote.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { bookkeepingColumns, type CanonicalTable } from './canonical-tables.ts';
import { erasedReason, isErased, namesErased } from './leave-out-erased.ts';
import type { SourcePartition } from './source-partitions.ts';

/** A canonical table to stage, or one partition of it, with the shop's select for it, if it has one. */
export interface SourceToStage {
  readonly table: CanonicalTable;
  readonly sql?: string;
  readonly partition?: SourcePartition;
  /** Named in errors: `sources/orders.sql`. */
  readonly file: string;
  readonly cycle: string;
  /** What the table's KEY columns are in every partition. */
  readonly keyTypes: Readonly<Record<string, string>>;
  /** People whose lines are left out. */
  readonly erased?: Erasures;
}

/** The reason of lines that are only too late for this cycle ends so. */
export const tooLate = 'what this cycle may know';

/** Lines of a CSV that DuckDB's reader refuses carry its word for why; people get a sentence. */
const rejectionReason = `case error_type
    when 'MISSING COLUMNS' then 'the line has fewer columns than the header'
    when 'TOO MANY COLUMNS' then 'the line has more columns than the header'
    when 'UNQUOTED VALUE' then 'a quoted value does not end where it should'
    when 'LINE SIZE OVER MAXIMUM' then 'the line is too long'
    when 'INVALID ENCODING' then 'the line is not UTF-8'
    when 'CAST' then column_name || ' is not a ' || case regexp_extract(error_message, 'to ''(\\w+)', 1) when 'DECIMAL' then 'number' when 'DOUBLE' then 'number' else lower(regexp_extract(error_message, 'to ''(\\w+)', 1)) end
    else 'the line does not parse: ' || lower(error_type::varchar) end`;

/** Empty schemas for staging: what the partition before left is let go. */
const emptySchemas = `
  ${['staged', 'sources', 'raw'].map((schema) => `drop schema if exists ${schema} cascade; create schema ${schema};`).join(' ')}
  create table sources.refused_lines (table_name varchar, source_file varchar, source_line bigint, position bigint, reason varchar, line varchar);`;

/** Columns a source gives, with DuckDB's types. @throws ClienteleError SOURCE_UNREADABLE */
export async function describeSource(session: WarehouseSession, { sql, partition, file, cycle }: Pick<SourceToStage, 'sql' | 'partition' | 'file' | 'cycle'>): Promise<ReadonlyMap<string, string>> {
  await session.run(`set variable partition = ${quoteLiteral(partition?.path ?? null)}`);
  return session.describe(bare(sql!)).catch(unreadable(file, cycle));
}

/** What `stageSource` leaves in the session. */
export interface StagedSource {
  /** Lines read, those that did not parse included. */
  readonly read: number;
  /** Adds the lines that `sources.<table>` refuses, as they were read, to those that did not parse (`sources.refused_lines`). */
  readonly writeDownRefused: string;
}

/**
 * Reads one source, or one partition of it, as `raw.<table>` and makes `staged.<table>` of it: every canonical column cast to its type, the
 * position among the lines read, and why a line does not cast (`cast_reason`) or the shop itself refuses it (`shop_reason`).
 * For a session of one thread: that is what keeps positions in the order of the file.
 * @throws ClienteleError SOURCE_UNREADABLE, SOURCE_COLUMN_MISSING, SOURCE_COLUMN_UNKNOWN
 */
export async function stageSource(session: WarehouseSession, { table, sql, partition, file, cycle, keyTypes, erased }: SourceToStage): Promise<StagedSource> {
  const raw = `raw.${quoteIdentifier(table.name)}`;
  // A Parquet file is cheaper to read again, and only the columns that are asked for, than to hold; text is parsed and cast once.
  const held = partition === undefined || !partition.path.endsWith('.parquet');
  const select = sql === undefined ? `select ${Object.entries(table.columns).map(([name, type]) => `null::${type === 'KEY' ? 'VARCHAR' : type} as ${quoteIdentifier(name)}`).join(', ')} limit 0` : bare(sql);
  await session.run(`${emptySchemas} set variable partition = ${quoteLiteral(partition?.path ?? null)}; create ${held ? 'table' : 'view'} ${raw} as ${select}`).catch(unreadable(file, cycle));
  const types = await session.describe(`from ${raw}`);
  const missing = table.required.filter((name) => !types.has(name));
  if (missing.length > 0) throw new ClienteleError('SOURCE_COLUMN_MISSING', { source: file, columns: missing.join(', '), cycle });
  const unknown = [...types.keys()].filter((name) => !(name in table.columns) && !bookkeepingColumns.includes(name));
  if (unknown.length > 0) throw new ClienteleError('SOURCE_COLUMN_UNKNOWN', { source: file, columns: unknown.join(', '), table: table.name, cycle });

  const canonical = Object.entries(table.columns).map(([name, type]) => ({ name, column: quoteIdentifier(name), type: type === 'KEY' ? keyTypes[name] ?? 'VARCHAR' : type, given: types.get(name) }));
  const casts = canonical.map(({ column, type, given }) => {
    if (given === undefined) return `null::${type} as ${column}`;
    return given === type ? column : `try_cast(${column} as ${type}) as ${column}`;
  });
  const checks = canonical
    .filter(({ type, given }) => given !== undefined && given !== type && type !== 'VARCHAR' && !isWider(given, type))
    .map(({ name, column, type }) => `when ${column} is not null and try_cast(${column} as ${type}) is null then ${quoteLiteral(`${name} is not a ${type.startsWith('DECIMAL') ? 'number' : type.toLowerCase()}`)}`);
  const given = (name: string, otherwise: string): string => (types.has(name) ? quoteIdentifier(name) : otherwise);
  const position = held ? 'rowid + 1' : 'row_number() over ()';
  // Casts are done once; where there are none a copy would only cost.
  const form = held && casts.some((cast) => cast.startsWith('try_cast')) ? 'table' : 'view';
  const sourceFile = `${given('source_file', quoteLiteral(partition?.file ?? file))}::varchar as source_file`;
  await session.run(`create ${form} staged.${quoteIdentifier(table.name)} as
    select
      ${position} as position, ${sourceFile}, coalesce(${given('source_line', 'null')}::bigint, ${position}) as source_line, ${casts.join(', ')},
      ${erased === undefined ? `${given('quarantine_reason', 'null')}::varchar` : `case when ${isErased(erased, types)} then ${quoteLiteral(erasedReason)} else ${given('quarantine_reason', 'null')}::varchar end`} as shop_reason, ${checks.length === 0 ? 'null::varchar' : `case ${checks.join(' ')} end`} as cast_reason
    from ${raw}`);
  const [{ parsed, rejecting }] = await session.rows<{ parsed: number; rejecting: number }>(`
    select (select count(*) from ${raw}) as parsed, (select count(*) from duckdb_tables() where table_name = 'reject_errors') as rejecting`) as [{ parsed: number; rejecting: number }];
  const read = parsed + (rejecting > 0 ? await takeRejectedLines(session, table.name, erased) : 0);

  // The line as it was read, for whoever has to mend it; one that only waits for the next cycle needs no mending. Of a Parquet file's line what it
  // is judged by is enough, since the file is not mended by hand.
  const told = held ? [...types.keys()] : table.judged.filter((name) => types.has(name));
  const line = `to_json(struct_pack(${told.map((name) => `${quoteIdentifier(name)} := ${held ? 'line' : 'refused'}.${quoteIdentifier(name)}`).join(', ')}))::varchar`;
  return {
    read,
    writeDownRefused: `insert into sources.refused_lines
      select ${quoteLiteral(table.name)}, refused.source_file, refused.source_line, position, reason, case when not ends_with(reason, ${quoteLiteral(tooLate)})${erased === undefined ? '' : ` and reason <> ${quoteLiteral(erasedReason)}`} then ${line} end
      from sources.${quoteIdentifier(table.name)} as refused ${held ? `inner join ${raw} as line on line.rowid = refused.position - 1` : ''} order by position`,
  };
}

/** A cast to it cannot fail, so no row need be looked at. */
function isWider(given: string, type: string): boolean {
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(given) ?? [];
  const [, wide, fine] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (wide !== undefined && precision !== undefined) return Number(fine) >= Number(scale) && Number(wide) - Number(fine) >= Number(precision) - Number(scale);
  return (type === 'BIGINT' && /^(TINY|SMALL)?INT(EGER)?$|^U(TINY|SMALL)?INT(EGER)?$/.test(given)) || (type === 'TIMESTAMP' && given === 'DATE');
}

const bare = (sql: string): string => sql.replace(/;\s*$/, '');

const unreadable = (file: string, cycle: string) => (error: Error): never => {
  if (!(error instanceof ClienteleError)) throw error;
  const problem = (error.cause as Error).message.split('\n')[0]!;
  throw new ClienteleError('SOURCE_UNREADABLE', { source: file, problem, cycle }, { cause: error });
};

/** Moves what the CSV reader refused since the last source into `sources.refused_lines`, one row a line. Files are named from the data folder, so that the same data give the same rows wherever they lie. */
async function takeRejectedLines(session: WarehouseSession, table: string, erased: Erasures | undefined): Promise<number> {
  await session.run(`insert into sources.refused_lines
    select
      ${quoteLiteral(table)}, case when starts_with(file_path, getvariable('data') || '/') then substr(file_path, length(getvariable('data')) + 2) else file_path end as source_file,
      line, null, arg_min(${rejectionReason}, (error_type <> 'CAST', column_idx)), any_value(csv_line)
    from reject_errors inner join reject_scans using (scan_id, file_id)
    group by source_file, line order by source_file, line;
    drop table reject_errors; drop table reject_scans`);
  if (erased !== undefined) await session.run(`update sources.refused_lines set reason = ${quoteLiteral(erasedReason)}, line = null where ${namesErased(erased, 'line')}`);
  const [{ rejected }] = await session.rows<{ rejected: number }>('select count(*) as rejected from sources.refused_lines') as [{ rejected: number }];
  return rejected;
}
