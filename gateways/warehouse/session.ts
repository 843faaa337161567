import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance, JS } from '@duckdb/node-api';
import { ClienteleError } from '../errors.ts';
import type { Trace } from '../trace/trace.ts';
import { appendColumns } from './append-columns.ts';
import { fingerprintOf, fingerprintOfFile, shortened } from './fingerprint.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { folderUri, readRelation, readablePath, relationUri, writeRelationRecord, type RelationRecord } from './relation-file.ts';
import type { RelationRef } from './relation-ref.ts';
import { grainOf } from './sql-file.ts';
import { statementFacts } from './statement-facts.ts';
import { tableReferences } from './table-references.ts';
import type { Cell, CycleFolder, Parameter, WarehouseSession } from './warehouse.ts';

interface SessionParts {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
  readonly lake: string;
  readonly signal?: AbortSignal;
  readonly trace?: Trace;
}

function toCell(value: JS): Cell {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(toCell);
  if (value !== null && typeof value === 'object') throw new TypeError('A warehouse query may give texts, numbers, booleans, times and lists; cast other values in SQL.');
  return value;
}

const orderBy = (grain: readonly string[]): string => (grain.length === 0 ? '' : ` order by ${grain.map(quoteIdentifier).join(', ')}`);

const toRow = <Row>(row: Record<string, JS>): Row => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, toCell(value)])) as Row;

/** One DuckDB connection over some relations. */
export function createSession({ instance, connection, lake, signal, trace }: SessionParts): WarehouseSession {
  const refs = new Map<string, RelationRef>();
  const interrupt = (): void => connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  let open = true;

  function run(sql: string): ReturnType<DuckDBConnection['run']> {
    if (trace === undefined) return attempt(sql, () => connection.run(sql));
    const { name, facts } = statementFacts(sql);
    return trace.span(name, facts, () => attempt(sql, () => connection.run(sql)));
  }

  async function attempt<Result>(sql: string, work: () => Promise<Result>): Promise<Result> {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      // An interrupted statement is a cancellation, not a fault of the SQL.
      signal?.throwIfAborted();
      const head = sql.trimStart().split('\n', 1)[0]!;
      throw new ClienteleError('SQL_INVALID', { file: head.length > 80 ? `${head.slice(0, 80)}…` : head, problem: (error as Error).message }, { cause: error });
    }
  }

  async function describe(sql: string): Promise<ReadonlyMap<string, string>> {
    const statement = await attempt(sql, () => connection.prepare(sql));
    try {
      return new Map(Array.from({ length: statement.columnCount }, (_, index) => [statement.columnName(index), statement.columnType(index).toString()]));
    } finally {
      statement.destroySync();
    }
  }

  async function addView(name: string, ref: RelationRef): Promise<void> {
    const [schema, table] = name.split('.') as [string, string];
    await connection.run(`create schema if not exists ${quoteIdentifier(schema)}`);
    const path = join(lake, ref.uri);
    if (!(await stat(path).then(() => true, () => false))) throw new ClienteleError('RELATION_MISSING', { relation: name, path });
    await connection.run(`create or replace view ${quoteIdentifier(schema)}.${quoteIdentifier(table)} as from read_parquet(${quoteLiteral(readablePath(path))})`);
    refs.set(name, ref);
  }

  /** A relation of the lake under the same fingerprint, or the same external mark, is not computed again. */
  async function reuse(folder: CycleFolder, name: string, fingerprint: string | undefined, external: string | undefined): Promise<RelationRef | undefined> {
    const file = await readRelation(connection, lake, folder, name);
    if (file === undefined) return undefined;
    return (external === undefined ? file.ref.fingerprint === fingerprint : file.external === external) ? file.ref : undefined;
  }

  /** Writes a select's rows to a file of the lake, under a temporary name until they are all there. */
  async function copyTo(path: string, select: string, metadata: string): Promise<{ rows: number; bytes: number; fingerprint: () => Promise<string> }> {
    const temporary = `${path}.${process.pid}-${Math.round(performance.now() * 1000)}.tmp`;
    await mkdir(dirname(path), { recursive: true });
    try {
      const [[rows]] = (await (await run(`copy (from (${select}\n)) to ${quoteLiteral(temporary)} (format parquet, compression snappy${metadata})`)).getRowsJS()) as [[bigint]];
      await rename(temporary, path);
      return { rows: Number(rows), bytes: (await stat(path)).size, fingerprint: () => fingerprintOfFile(path) };
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async function copyOut(name: string, uri: string, select: string, grain: readonly string[], record: Omit<RelationRecord, 'fingerprint' | 'rows' | 'bytes' | 'seconds' | 'madeAt'> & { fingerprint?: string }, startedAt: number): Promise<RelationRef> {
    const path = join(lake, uri);
    const metadata = record.external === undefined ? `fingerprint: ${quoteLiteral(record.fingerprint!)}` : `external: ${quoteLiteral(record.external)}`;
    const { rows, bytes, fingerprint: hash } = await copyTo(path, `from (${select}\n)${orderBy(grain)}`, `, kv_metadata {${metadata}}`);
    const fingerprint = record.fingerprint ?? shortened(await hash());
    await writeRelationRecord(path, { ...record, fingerprint, rows, bytes, seconds: (performance.now() - startedAt) / 1000, madeAt: new Date().toISOString() });
    const ref: RelationRef = { uri, rows, bytes, fingerprint };
    await addView(name, ref);
    return ref;
  }

  const inputFingerprints = (inputs: readonly string[]): Record<string, string> =>
    Object.fromEntries(inputs.map((input) => {
      const ref = refs.get(input);
      if (ref === undefined) throw new ClienteleError('RELATION_MISSING', { relation: input, path: 'this session; the activity was not handed it' });
      return [input, ref.fingerprint];
    }));

  async function close(): Promise<void> {
    if (!open) return;
    open = false;
    signal?.removeEventListener('abort', interrupt);
    connection.closeSync();
    instance.closeSync();
  }

  return {
    addView,
    run: async (sql) => { await run(sql); },
    describe,
    rows: async <Row extends Record<string, Cell>>(sql: string): Promise<Row[]> => {
      const rows = await (await run(sql)).getRowObjectsJS();
      return rows.map((row) => toRow<Row>(row));
    },
    batches: async function* <Row extends Record<string, Cell>>(sql: string, size: number): AsyncGenerator<Row[]> {
      const result = await run(sql);
      const expected = result.rowCount;
      let read = 0;
      let batch: Row[] = [];
      for await (const rows of result.yieldRowObjectJs()) {
        for (const row of rows) {
          batch.push(toRow<Row>(row));
          if (batch.length === size) { yield batch; batch = []; }
        }
        read += rows.length;
      }
      if (batch.length > 0) yield batch;
      if (read !== expected) throw new ClienteleError('READ_INCOMPLETE', { read, expected, relation: sql.slice(0, 60) });
    },
    matrix: async (sql) => {
      const columns = [...(await describe(sql)).keys()].map(quoteIdentifier);
      // Raw buffers ignore NULL, so NULL becomes NaN inside DuckDB.
      const result = await run(`select ${columns.map((column) => `coalesce(${column}::double, 'nan'::double)`).join(', ')} from (${sql}\n)`);
      const rows = result.rowCount;
      const values = new Float64Array(rows * columns.length);
      let read = 0;
      for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        // Asked once: each look at it is a call into DuckDB.
        const { rowCount } = chunk;
        for (let column = 0; column < columns.length; column++) {
          const { items } = chunk.getColumnVector(column) as unknown as { items: Float64Array };
          for (let row = 0, at = read * columns.length + column; row < rowCount; row++, at += columns.length) values[at] = items[row]!;
        }
        read += rowCount;
      }
      if (read !== rows) throw new ClienteleError('READ_INCOMPLETE', { read, expected: rows, relation: sql.slice(0, 60) });
      return { values, rows, columns: columns.length };
    },
    texts: async (sql) => {
      const result = await run(sql);
      const texts: string[] = [];
      for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        for (const text of chunk.getColumnVector(0).toArray()) texts.push(text as string);
      }
      if (texts.length !== result.rowCount) throw new ClienteleError('READ_INCOMPLETE', { read: texts.length, expected: result.rowCount, relation: sql.slice(0, 60) });
      return texts;
    },
    materialise: async (folder, { name, sql, inputs, parameters = {}, external, file = name }) => {
      const startedAt = performance.now();
      const uri = relationUri(folder, name);
      const reads = external === undefined ? inputs ?? await tableReferences(connection, sql) : inputs ?? [];
      const fingerprint = external === undefined ? fingerprintOf({ name, sql, parameters, inputs: inputFingerprints(reads) }) : undefined;
      const known = await reuse(folder, name, fingerprint, external);
      if (known !== undefined) { await addView(name, known); return known; }
      await setParameters(parameters);
      return copyOut(name, uri, sql, grainOf(sql), { relation: name, fingerprint, external, recipe: `sql/${file.replace('.', '/')}.sql`, inputs: reads, parameters }, startedAt);
    },
    write: async (folder, { name, algorithm, inputs, parameters = {}, columns, external }) => {
      const startedAt = performance.now();
      const uri = relationUri(folder, name);
      const fingerprint = external === undefined ? fingerprintOf({ name, algorithm, parameters, inputs: inputFingerprints(inputs) }) : undefined;
      const known = await reuse(folder, name, fingerprint, external);
      if (known !== undefined) { await addView(name, known); return known; }
      const made = await columns();
      await run('drop table if exists written');
      await appendColumns(connection, 'written', made);
      const select = `select ${made.map(({ name: column, type }) => `${quoteIdentifier(column)}::${type} as ${quoteIdentifier(column)}`).join(', ')} from written`;
      const ref = await copyOut(name, uri, select, [], { relation: name, fingerprint, external, recipe: algorithm, inputs, parameters }, startedAt);
      await run('drop table written');
      return ref;
    },
    writePart: async (folder, { name, part, sql, origin }) => {
      const { rows, bytes, fingerprint } = await copyTo(join(lake, folderUri(folder, name), `${part}.parquet`), `from (${sql}\n)${orderBy(grainOf(sql))}`, '');
      return { name: part, rows, bytes, fingerprint: await fingerprint(), origin };
    },
    close,
    [Symbol.asyncDispose]: close,
  };

  async function setParameters(parameters: Readonly<Record<string, Parameter>>): Promise<void> {
    for (const [name, value] of Object.entries(parameters)) await run(`set variable ${quoteIdentifier(name)} = ${quoteLiteral(value)}`);
  }
}
