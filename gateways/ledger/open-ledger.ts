import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { ledgerError } from './ledger-error.ts';
import type { Ledger, LedgerParameter, LedgerTransaction } from './ledger.ts';
import { lockFolder } from './lock-folder.ts';
import { migrate } from './migrate.ts';

export type { Ledger } from './ledger.ts';

const ownMigrations = join(import.meta.dirname, '../../sql/ledger');

/** A statement as both engines take it. */
type Runner = (sql: string, parameters?: readonly LedgerParameter[]) => Promise<{ rows: unknown[] }>;

const asTransaction = (run: Runner): LedgerTransaction => ({
  query: async <Row extends object>(sql: string, parameters?: readonly LedgerParameter[]): Promise<Row[]> => (await run(sql, parameters)).rows as Row[],
});

/**
 * Opens the ledger and brings its schema up to date.
 * @param options.databaseUrl `postgres://…` of a server; without it the ledger is embedded
 * @param options.folder where the embedded ledger lives; one process at a time
 * @param options.migrations folder of the numbered migrations, `sql/ledger` when absent
 * @throws ClienteleError LEDGER_LOCKED, LEDGER_UNREACHABLE, LEDGER_MIGRATION_CHANGED
 */
export async function openLedger(options: { readonly databaseUrl?: string; readonly folder: string; readonly migrations?: string; readonly maximumConnections?: number }): Promise<Ledger> {
  const migrations = options.migrations ?? ownMigrations;
  if (options.databaseUrl === undefined || options.databaseUrl === '') return openEmbedded(options.folder, migrations);
  return openServer(options.databaseUrl, migrations, options.maximumConnections ?? 8);
}

async function openEmbedded(folder: string, migrations: string): Promise<Ledger> {
  const unlock = await lockFolder(folder);
  const guard = guarded(folder);
  let database: PGlite | undefined;
  try {
    const opened = await PGlite.create(join(folder, 'data'));
    database = opened;
    await migrate(migrations, (work) => opened.transaction((tx) => work({
      script: async (sql) => { await tx.exec(sql); },
      query: async <Row extends object>(sql: string, parameters?: readonly string[]): Promise<Row[]> => (await tx.query<Row>(sql, [...(parameters ?? [])])).rows,
    })));
    return {
      engine: 'pglite',
      ...asTransaction((sql, parameters) => guard(() => opened.query(sql, [...(parameters ?? [])]))),
      transaction: (work) => guard(() => opened.transaction((tx) => work(asTransaction((sql, parameters) => guard(() => tx.query(sql, [...(parameters ?? [])])))))),
      close: async () => {
        await opened.close();
        await unlock();
      },
    };
  } catch (error) {
    await database?.close();
    await unlock();
    throw error;
  }
}

async function openServer(databaseUrl: string, migrations: string, maximumConnections: number): Promise<Ledger> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: maximumConnections, connectionTimeoutMillis: 10_000, types: { getTypeParser: typeParser } });
  // An idle connection that the server closes must not end the process; the next query opens another one.
  pool.on('error', () => undefined);
  // The same for one that is in use and between two statements: the next statement fails and says so.
  pool.on('connect', (client) => { client.on('error', () => undefined); });
  const guard = guarded(withoutPassword(databaseUrl));
  const inTransaction = async <Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> => {
    const client = await pool.connect();
    let broken = false;
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => { broken = true; });
      throw error;
    } finally {
      client.release(broken);
    }
  };
  try {
    await guard(() => migrate(migrations, (work) => inTransaction((client) => work({
      script: async (sql) => { await client.query(sql); },
      query: async <Row extends object>(sql: string, parameters?: readonly string[]): Promise<Row[]> => (await client.query(sql, parameters === undefined ? undefined : [...parameters])).rows as Row[],
    }))));
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    engine: 'postgres',
    ...asTransaction((sql, parameters) => guard(() => pool.query(sql, parameters === undefined ? undefined : [...parameters]))),
    transaction: (work) => guard(() => inTransaction((client) => work(asTransaction((sql, parameters) => guard(() => client.query(sql, parameters === undefined ? undefined : [...parameters])))))),
    close: () => pool.end(),
  };
}

const guarded = (address: string) => async <Result>(work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    throw ledgerError(error, address);
  }
};

/** bigint arrives as text from pg and as number from PGlite: a number on both. */
const typeParser = ((oid: number, format?: 'text' | 'binary') => oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser;

function withoutPassword(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) return 'DATABASE_URL';
  const url = new URL(databaseUrl);
  return `${url.protocol}//${url.host}${url.pathname}`;
}
