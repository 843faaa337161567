import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  readonly folder: string;
  /** Standard error goes to the end of this file; standard output too, unless `onLine` is given. */
  readonly log: string;
  /** Every line of standard output. */
  readonly onLine?: (line: string) => void;
}

export interface ManagedProcess {
  readonly pid: number;
  /** How it ended, when it has. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly running: boolean;
  /** Writes one line to its standard input. */
  send(line: string): void;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL to its whole group after `graceSeconds`. Waits for the end. */
  stop(graceSeconds?: number): Promise<void>;
}

// Reading standard input ends when the process that started the guard dies in whatever way, SIGKILL included.
const guardScript = `
read -r line && exit 0
kill -s TERM -- "-$1" 2>/dev/null || exit 0
for second in 1 2 3 4 5; do sleep 1; kill -s 0 -- "-$1" 2>/dev/null || exit 0; done
kill -s KILL -- "-$1" 2>/dev/null
`;

function startGuard(pid: number): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const guard = spawn('/bin/sh', ['-c', guardScript, 'sh', String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  (guard.stdin as typeof guard.stdin & { unref?: () => void }).unref?.();
  return guard;
}

/**
 * Starts a process in a group of its own, so that Ctrl-C in the terminal reaches only us and we decide the order of ending.
 * A guard beside it ends the group when this process dies without having stopped it.
 * @throws Error when the command cannot be started
 */
export function startProcess(options: ProcessOptions): ManagedProcess {
  mkdirSync(dirname(options.log), { recursive: true });
  const log = openSync(options.log, 'a');
  const child = spawn(options.command, options.args, {
    cwd: options.folder, env: options.environment, detached: process.platform !== 'win32', stdio: ['pipe', options.onLine === undefined ? log : 'pipe', log],
  });
  closeSync(log);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.command} could not be started.`);
  const guard = startGuard(pid);
  let running = true;
  void ended.then(() => {
    running = false;
    guard?.stdin?.end('stopped\n');
  });
  // A process that ended closes its input: what is written then is lost, and its end is told by `ended`.
  child.stdin?.on('error', () => undefined);
  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => options.onLine?.(line));

  function signalGroup(signal: NodeJS.Signals): void {
    try {
      if (process.platform === 'win32') child.kill(signal);
      else process.kill(-(pid as number), signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  return {
    pid,
    ended,
    get running() { return running; },
    send: (line) => { child.stdin?.write(`${line}\n`); },
    kill: signalGroup,
    async stop(graceSeconds = 10) {
      if (!running) return;
      signalGroup('SIGTERM');
      const killer = setTimeout(() => signalGroup('SIGKILL'), graceSeconds * 1000);
      await ended;
      clearTimeout(killer);
      // Whatever it left in its group has lost its parent.
      signalGroup('SIGKILL');
      if (guard === undefined || guard.exitCode !== null || guard.signalCode !== null) return;
      guard.ref();
      await once(guard, 'exit');
    },
  };
}
