import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { DispatchWorkerNews, DispatchWorkerSettings } from '../../test/chaos/dispatch-worker.ts';

/** A worker process that comes back whenever it ends, as a supervisor would have it. */
export interface KeptWorker {
  /** SIGKILL, whatever it is doing. */
  kill(): void;
  /** SIGKILL, and no further life. */
  stop(): Promise<void>;
  /** Times that it ended by itself, because something that it needs was gone. */
  readonly falls: number;
  /** Rejects when it falls again and again. */
  readonly broken: Promise<never>;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/**
 * @param onClaimed told how many sends each life finds claimed by the one before
 * @param mostFalls after so many in a row without ever polling, something is wrong that no restart mends
 */
export function keepWorker(settings: DispatchWorkerSettings, { environment, onClaimed, mostFalls = 40 }: { readonly environment: NodeJS.ProcessEnv; readonly onClaimed: (claimed: number) => void; readonly mostFalls?: number }): KeptWorker {
  let child: ChildProcess;
  let stopped = false;
  let falls = 0;
  let fallsInARow = 0;
  let giveUp: (error: Error) => void;
  const broken = new Promise<never>((_, reject) => { giveUp = reject; });
  broken.catch(() => undefined);

  const live = async (): Promise<void> => {
    child = fork(join(import.meta.dirname, '../../test/chaos/dispatch-worker.ts'), [JSON.stringify(settings)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: environment });
    let words = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => { words = (words + text).slice(-2000); });
    child.on('message', (news: DispatchWorkerNews) => {
      if ('claimed' in news) onClaimed(news.claimed);
      else fallsInARow = 0;
    });
    const signal = await new Promise<NodeJS.Signals | null>((resolve) => { child.once('exit', (_, name) => resolve(name)); });
    if (stopped) return;
    if (signal !== 'SIGKILL') {
      falls += 1;
      fallsInARow += 1;
      if (fallsInARow > mostFalls) return giveUp(new Error(`The worker of ${settings.queue} falls again and again: ${words}`));
      await pause(300);
    }
    life = live();
  };
  let life = live();

  return {
    kill: () => { child.kill('SIGKILL'); },
    async stop() {
      stopped = true;
      child.kill('SIGKILL');
      await life;
    },
    get falls() { return falls; },
    broken,
  };
}
