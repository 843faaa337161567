import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClienteleError } from '../../gateways/errors.ts';
import { keptPorts } from '../processes/kept-ports.ts';
import { startProcess, type ManagedProcess } from '../processes/start-process.ts';
import { createStopList, type StopList } from '../processes/stop-list.ts';
import { cacheFolder } from './cache-folder.ts';
import { connectTemporal } from './connect-temporal.ts';
import { findTemporalServer } from './find-temporal-server.ts';
import { ownServerEnvironment } from './own-server-environment.ts';

export interface RunningTemporalServer {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  readonly uiUrl: string;
  readonly pid: number;
  /** SIGTERM, then SIGKILL. Its database stays. */
  stop(): Promise<void>;
}

export interface TemporalServerOptions {
  /** Holds `temporal.sqlite` and `temporal.log`. */
  readonly folder: string;
  readonly namespace?: string;
  /** Program to start; found as DESIGN says when absent. */
  readonly program?: string;
  readonly environment?: Readonly<NodeJS.ProcessEnv>;
  readonly say?: (line: string) => void;
  /** Where the server is put to be stopped, as soon as it is started. */
  readonly stops?: StopList;
}

const startSeconds = 60;
const attempts = 3;

/**
 * Starts Temporal's development server on free ports of 127.0.0.1, with its database in `folder`, and waits until it answers.
 * It ends with this process, however this process ends.
 * @throws ClienteleError TEMPORAL_NOT_FOUND when there is no program, TEMPORAL_UNREACHABLE with the server's last words when it does not come up
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<RunningTemporalServer> {
  const { folder, namespace = 'default', environment = process.env, say = () => undefined } = options;
  const stops = options.stops ?? createStopList(say);
  const program = options.program ?? await findProgram(environment, say);
  await mkdir(folder, { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const { port, uiPort } = await keptPorts(join(folder, 'ports.json'), ['port', 'uiPort']);
    const address = `127.0.0.1:${port}`;
    const server = startProcess({
      command: program, folder, environment, log: join(folder, 'temporal.log'),
      args: [
        'server', 'start-dev', '--db-filename', join(folder, 'temporal.sqlite'), '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort),
        '--namespace', namespace, '--log-level', 'error', '--ui-disable-news-fetch', '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal',
      ],
    });
    stops.add(() => server.stop(5));
    if (await answers(server, address, namespace)) return { address, uiUrl: `http://127.0.0.1:${uiPort}`, pid: server.pid, stop: () => server.stop(5) };
    await server.stop(1);
    // Somebody else may have taken the port between our asking and the server's listening.
    if (attempt === attempts || stops.stopping) throw new ClienteleError('TEMPORAL_UNREACHABLE', { address, problem: await lastWords(join(folder, 'temporal.log')) });
  }
}

async function findProgram(environment: Readonly<NodeJS.ProcessEnv>, say: (line: string) => void): Promise<string> {
  const root = resolve(import.meta.dirname, '../..');
  // A server of its own is wanted here, whatever TEMPORAL_ADDRESS says.
  const found = await findTemporalServer({ environment: { ...environment, TEMPORAL_ADDRESS: '' }, cache: cacheFolder(root, environment), say });
  if (found.kind === 'address') throw new TypeError('unreachable: no address was given');
  return found.path;
}

async function answers(server: ManagedProcess, address: string, namespace: string): Promise<boolean> {
  const deadline = performance.now() + startSeconds * 1000;
  while (server.running && performance.now() < deadline) {
    const connected = await connectTemporal(address, ownServerEnvironment({}, address), 1).catch(() => undefined);
    if (connected !== undefined) {
      const ready = await connected.client.workflowService.describeNamespace({ namespace }).then(() => true, () => false);
      await connected.close();
      if (ready) return true;
    }
    await sleep(100);
  }
  return false;
}

async function lastWords(log: string): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-1).join(' ').slice(-400) || 'the server said nothing';
}
