import { createHash } from 'node:crypto';
import { access, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { ClienteleError } from '../../gateways/errors.ts';
import { lockFolder } from '../../gateways/ledger/lock-folder.ts';
import type { OtherClock } from './check-clock.ts';
import { notesOf, wordsOf, type Finding } from './finding.ts';

const note = notesOf('ledger');

interface LedgerPlace {
  readonly databaseUrl?: string;
  /** Of the embedded ledger. */
  readonly folder: string;
  /** Folder of the numbered migrations. */
  readonly migrations: string;
  /** Process of a stack that runs in this checkout. */
  readonly stackPid?: number;
}

type Read = (sql: string) => Promise<Record<string, unknown>[]>;

/** Looks at the ledger without changing it: whether it opens, and whether its schema is what the migrations say. A server's clock is read as well. */
export async function inspectLedger(place: LedgerPlace): Promise<{ readonly findings: readonly Finding[]; readonly clock?: OtherClock }> {
  return place.databaseUrl === undefined ? { findings: await inspectEmbedded(place) } : inspectServer(place.databaseUrl, place.migrations);
}

async function inspectEmbedded({ folder, migrations, stackPid }: LedgerPlace): Promise<Finding[]> {
  if (await access(join(folder, 'data')).then(() => false, () => true)) return [note.ok('embedded', `is made in ${folder} when it is first needed`)];
  let unlock: () => Promise<void>;
  try {
    unlock = await lockFolder(folder);
  } catch (error) {
    if (!(error instanceof ClienteleError) || error.code !== 'LEDGER_LOCKED') return [note.failed('embedded', `${folder}: ${wordsOf(error)}`, `Let this user read and write ${folder}.`)];
    const pid = /in process (\d+)/.exec(error.message)?.[1] ?? '';
    return [stackPid === undefined ? note.warning('embedded', `process ${pid} has it open`, 'That process works with it; a second one needs DATABASE_URL.') : note.ok('embedded', `is open in process ${pid}, of the running stack`)];
  }
  let database: PGlite | undefined;
  try {
    const opened = await PGlite.create(join(folder, 'data'));
    database = opened;
    return [note.ok('embedded', `${folder} opens`), await checkMigrations(async (sql) => (await opened.query<Record<string, unknown>>(sql)).rows, migrations)];
  } catch (error) {
    return [note.failed('embedded', `${folder} does not open: ${wordsOf(error)}`, `Restore ${folder} from a backup, or move it away to begin an empty one: suppressions and what was sent are in it.`)];
  } finally {
    await database?.close();
    await unlock();
  }
}

async function inspectServer(databaseUrl: string, migrations: string): Promise<{ readonly findings: readonly Finding[]; readonly clock?: OtherClock }> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const read: Read = async (sql) => (await client.query<Record<string, unknown>>(sql)).rows;
    const asked = Date.now();
    const [row] = await read("select extract(epoch from clock_timestamp())::double precision * 1000 as now, current_setting('server_version') as version, has_schema_privilege(current_schema(), 'create') as may_create");
    const clock = { whose: 'the Postgres server', theirs: Number(row?.['now']), ours: asked, uncertainty: Date.now() - asked };
    const reached = note.ok('server', `Postgres ${String(row?.['version'])} answers`);
    const rights = row?.['may_create'] === true ? [] : [note.failed('rights', 'this user may not create tables', 'grant create on schema public to the user of DATABASE_URL.')];
    return { clock, findings: [reached, ...rights, await checkMigrations(read, migrations)] };
  } catch (error) {
    // The words of the driver hold no password; the URL does.
    return { findings: [note.failed('server', `does not answer: ${wordsOf(error)}`, 'Check DATABASE_URL and that the server runs and lets this machine in.')] };
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function checkMigrations(read: Read, folder: string): Promise<Finding> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const [there] = await read("select to_regclass('schema_migrations') is not null as made");
  const applied = there?.['made'] === true ? await read('select name, checksum from schema_migrations order by name') : [];
  const checksums = new Map(await Promise.all(names.map(async (name) => [name, createHash('sha256').update(await readFile(join(folder, name), 'utf8')).digest('hex')] as const)));
  const strange = applied.filter(({ name, checksum }) => checksums.get(String(name)) !== checksum).map(({ name }) => String(name));
  if (strange.length > 0) return note.failed('schema', `${strange.join(', ')} was applied in another form, or by a newer version`, 'Use the version of the code that made this ledger, or a newer one; put changes into a new migration.');
  const missing = names.length - applied.length;
  return note.ok('schema', missing === 0 ? `all ${names.length} migrations are applied` : `${applied.length} of ${names.length} migrations are applied; the next start applies the rest`);
}
