import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keptPorts } from '../processes/kept-ports.ts';
import { processFailure, ProcessFailure } from '../processes/process-failure.ts';
import { startProcess, type ManagedProcess } from '../processes/start-process.ts';
import type { StopList } from '../processes/stop-list.ts';

/** The process that does the work: activities, workflows, ledger and the web pages. */
export interface WorkerProcess {
  /** Of the process that runs now. */
  readonly pid: number;
  readonly webUrl: string;
  /** Stops it if it still runs and starts it again with the same settings and the same port: links in sent mail stay good. */
  restart(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and time to finish what it is at. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  readonly root: string;
  /** All that the worker reads: TEMPORAL_ADDRESS, CLIENTELE_HOME, SMTP_URL, SMTP_LOG, DATABASE_URL, … */
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  readonly stops: StopList;
  /** Start it again when it ends by itself. Told through `say`. */
  readonly keepRunning: boolean;
  readonly say: (line: string) => void;
  readonly script?: string;
}

const readySeconds = 120;
const graceSeconds = 30;
const restartsInARow = 3;
/** A worker that ran this long was healthy. */
const healthySeconds = 60;

/** @throws ProcessFailure when it ends, or is silent too long, before it is ready */
export async function startWorker(options: WorkerOptions): Promise<WorkerProcess> {
  const { root, stops, say } = options;
  const log = join(root, 'var', 'log', 'worker.log');
  let current: { readonly process: ManagedProcess; readonly webUrl: string } | undefined;
  let wanted = true;
  let restarts = 0;
  let launchedAt = 0;

  async function launch(port: string): Promise<void> {
    let ready: (webUrl: string) => void = () => undefined;
    const readyUrl = new Promise<string>((resolve) => { ready = resolve; });
    const started = startProcess({
      command: process.execPath, args: [options.script ?? join(root, 'workers', 'local.ts')], folder: root, log,
      environment: { ...options.environment, PUBLIC_PORT: port, UV_THREADPOOL_SIZE: options.environment['UV_THREADPOOL_SIZE'] ?? '16' },
      onLine: (line) => {
        if (!line.startsWith('{')) return;
        const said = JSON.parse(line) as { ready?: boolean; webUrl?: string };
        if (said.ready === true) ready(said.webUrl ?? '');
      },
    });
    stops.add(() => started.stop(graceSeconds));
    const waited = new AbortController();
    const webUrl = await Promise.race([readyUrl, started.ended.then(() => undefined), sleep(readySeconds * 1000, undefined, { signal: waited.signal }).catch(() => undefined)]);
    waited.abort();
    if (webUrl === undefined) {
      if (!started.running) throw await processFailure('worker', log);
      await started.stop(1);
      throw new ProcessFailure('PROCESS_ENDED', `The worker was not ready after ${readySeconds} s (log: ${log})`);
    }
    current = { process: started, webUrl };
    launchedAt = performance.now();
    if (options.keepRunning) void started.ended.then(() => afterEnd(started));
  }

  async function afterEnd(ended: ManagedProcess): Promise<void> {
    if (!wanted || stops.stopping || current?.process !== ended) return;
    restarts = performance.now() - launchedAt > healthySeconds * 1000 ? 1 : restarts + 1;
    if (restarts > restartsInARow) return say(`The worker ended ${restarts} times in a row and is not started again; stop this command and look at it (log: ${log}).`);
    say(`The worker ended unexpectedly and is started again (log: ${log}).`);
    await sleep(1000 * restarts);
    if (!wanted || stops.stopping || current?.process !== ended) return;
    await launch(portOf(current.webUrl)).catch((error: Error) => { say(error.message); });
  }

  await launch(options.environment['PUBLIC_PORT'] ?? String((await keptPorts(join(root, 'var', 'ports.json'), ['web'])).web));

  function running(): { readonly process: ManagedProcess; readonly webUrl: string } {
    if (current === undefined) throw new TypeError('unreachable: launch() has set it');
    return current;
  }

  return {
    get pid() { return running().process.pid; },
    get webUrl() { return running().webUrl; },
    async restart() {
      const { process: before, webUrl } = running();
      wanted = false;
      await before.stop(graceSeconds);
      wanted = true;
      await launch(portOf(webUrl));
    },
    kill: (signal) => { running().process.kill(signal); },
    async stop() {
      wanted = false;
      await running().process.stop(graceSeconds);
    },
  };
}

const portOf = (webUrl: string): string => (URL.canParse(webUrl) ? new URL(webUrl).port : '0');
