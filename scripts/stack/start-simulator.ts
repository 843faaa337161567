import { join } from 'node:path';
import type { LiveWeekSummary } from '../../simulator/live-week.ts';
import { processFailure, ProcessFailure } from '../processes/process-failure.ts';
import { startProcess } from '../processes/start-process.ts';
import type { StopList } from '../processes/stop-list.ts';

/** The living shop and the mail sink, in a process of their own. */
export interface Simulator {
  readonly pid: number;
  /** Where mail is to be handed over. */
  readonly smtpUrl: string;
  /**
   * Lets the shop's customers live one window: they read their mail, follow links, buy or leave; their orders become new data.
   * @param from ISO 8601 instant, shop time
   * @throws ProcessFailure with the simulator's own words
   */
  liveWeek(from: string, to: string): Promise<LiveWeekSummary>;
  stop(): Promise<void>;
}

export interface SimulatorOptions {
  readonly root: string;
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  /** Folder of the simulated shop's data. */
  readonly folder: string;
  readonly outbox: string;
  readonly stops: StopList;
  /** Program text to run, `simulator/serve.ts` unless a test brings its own. */
  readonly script?: string;
}

type Answer = { readonly smtpUrl?: string; readonly lived?: LiveWeekSummary; readonly error?: { readonly code?: string; readonly message?: string } | string };

/** @throws ProcessFailure when it ends before it listens */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { root, environment, folder, outbox, stops } = options;
  const log = join(root, 'var', 'log', 'simulator.log');
  const waiting: ((answer: Answer) => void)[] = [];
  const simulator = startProcess({
    command: process.execPath, args: [options.script ?? join(root, 'simulator', 'serve.ts'), '--folder', folder, '--outbox', outbox], environment, folder: root, log,
    onLine: (line) => {
      if (line.startsWith('{')) waiting.shift()?.(JSON.parse(line) as Answer);
    },
  });
  stops.add(() => simulator.stop());
  const failure = simulator.ended.then(() => processFailure('simulator', log));

  /** Answers come in the order of the questions. */
  async function answer(): Promise<Answer> {
    const given = await Promise.race([new Promise<Answer>((resolve) => { waiting.push(resolve); }), failure]);
    if (given instanceof ProcessFailure) throw given;
    if (given.error === undefined) return given;
    const { code = 'SIMULATOR_FAILED', message = 'it did not say why' } = typeof given.error === 'string' ? { message: given.error } : given.error;
    throw new ProcessFailure(code, message);
  }

  const { smtpUrl } = await answer();
  if (smtpUrl === undefined) throw new ProcessFailure('SIMULATOR_FAILED', `The simulator gave no smtpUrl (log: ${log})`);
  return {
    pid: simulator.pid,
    smtpUrl,
    async liveWeek(from, to) {
      if (!simulator.running) throw await failure;
      const lived = answer();
      simulator.send(JSON.stringify({ liveWeek: { from, to } }));
      const { lived: summary } = await lived;
      if (summary === undefined) throw new ProcessFailure('SIMULATOR_FAILED', `The simulator gave no account of the week (log: ${log})`);
      return summary;
    },
    stop: () => simulator.stop(),
  };
}
