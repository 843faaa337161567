import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';

/** One kind of ledger to run the same suite on. */
export interface LedgerEngine {
  readonly name: 'pglite' | 'postgres';
  /** A ledger with the newest schema and nothing in it; closing is the suite's matter. */
  open(): Promise<Ledger>;
  /** The settings of `openLedger` for a fresh place. */
  place(): Promise<{ databaseUrl?: string; folder: string }>;
  stop(): Promise<void>;
}

/** The folder of Postgres' server programs: on PATH, or where Debian keeps them. Undefined where there is none. */
export function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)).map((version) => join(debian, version, 'bin')) : [];
  return [...versions, ...(process.env['PATH'] ?? '').split(':')].find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

export function startPglite(): LedgerEngine {
  const root = mkdtempSync(join(tmpdir(), 'ledger-'));
  let places = 0;
  const place = async (): Promise<{ folder: string }> => ({ folder: join(root, `ledger-${places += 1}`) });
  return {
    name: 'pglite',
    place,
    open: async () => openLedger(await place()),
    stop: async () => rmSync(root, { recursive: true, force: true }),
  };
}

const freePort = (): Promise<number> => new Promise((resolve, reject) => {
  const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')));
  });
});

/** Postgres refuses to run as root: as root it is started as the system's `postgres` user. */
function asServerUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Starts a Postgres server of its own on a free port in a temporary folder; each `open` makes a new database in it. */
export async function startPostgres(programs: string): Promise<LedgerEngine> {
  const user = asServerUser();
  const root = mkdtempSync(join(tmpdir(), 'postgres-'));
  chmodSync(root, 0o755);
  if (user.uid !== undefined && user.gid !== undefined) chownSync(root, user.uid, user.gid);
  const data = join(root, 'data');
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'ledger', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'], { ...user, cwd: root, stdio: 'pipe' });
  const port = await freePort();
  const server = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${root}`, '-c', 'fsync=off'], { ...user, cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  await ready(server);
  let places = 0;
  const url = (database: string): string => `postgres://ledger@127.0.0.1:${port}/${database}`;
  const place = async (): Promise<{ databaseUrl: string; folder: string }> => {
    const database = `ledger_${places += 1}`;
    execFileSync(join(programs, 'createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'ledger', database]);
    return { databaseUrl: url(database), folder: root };
  };
  return {
    name: 'postgres',
    place,
    open: async () => openLedger(await place()),
    stop: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const ready = (server: ChildProcess): Promise<void> => new Promise((resolve, reject) => {
  let log = '';
  server.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
    if (log.includes('ready to accept connections')) resolve();
  });
  server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${log}`)));
});

/** Every engine that this machine has, PGlite first. */
export const ledgerEngines: readonly { readonly name: LedgerEngine['name']; readonly start: (() => Promise<LedgerEngine>) | undefined }[] = (() => {
  const programs = findPostgres();
  return [
    { name: 'pglite', start: async () => startPglite() },
    { name: 'postgres', start: programs === undefined ? undefined : () => startPostgres(programs) },
  ] as const;
})();
