import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../processes/free-port.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { findPostgres } from '../../test/gateways/ledger-engines.ts';
import type { KillableServer } from './run-chaos.ts';

/** Postgres refuses to run as root: as root it is started as the system's `postgres` user. */
function serverUser(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

const ready = (server: ChildProcess): Promise<void> => new Promise((resolve, reject) => {
  let log = '';
  server.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000);
    if (log.includes('ready to accept connections')) resolve();
  });
  server.once('exit', (code, signal) => reject(new Error(`Postgres ended with ${code ?? signal}: ${log}`)));
});

/**
 * Starts a Postgres server with a database of its own in a temporary folder. Commits are flushed as the default settings say.
 * @throws ClienteleError COMMAND_INVALID where there is no Postgres
 */
export async function startKillablePostgres(): Promise<KillableServer & { stop(): Promise<void> }> {
  const programs = findPostgres();
  if (programs === undefined) throw new ClienteleError('COMMAND_INVALID', { problem: 'There is no Postgres on this machine', remedy: 'Install it, or leave --postgres out.' });
  const user = serverUser();
  const root = mkdtempSync(join(tmpdir(), 'chaos-postgres-'));
  chmodSync(root, 0o755);
  if (user.uid !== undefined && user.gid !== undefined) chownSync(root, user.uid, user.gid);
  const data = join(root, 'data');
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'ledger', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'], { ...user, cwd: root, stdio: 'pipe' });
  const port = await freePort();
  let server: ChildProcess;
  const launch = async (): Promise<void> => {
    server = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${root}`], { ...user, cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
    await ready(server);
  };
  const end = (signal: 'SIGKILL' | 'SIGINT'): Promise<void> => new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve();
    server.once('exit', () => resolve());
    server.kill(signal);
  });
  await launch();
  execFileSync(join(programs, 'createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'ledger', 'chaos']);
  return {
    databaseUrl: `postgres://ledger@127.0.0.1:${port}/chaos`,
    async crash() {
      await end('SIGKILL');
      await launch();
    },
    async stop() {
      await end('SIGINT');
      rmSync(root, { recursive: true, force: true });
    },
  };
}
