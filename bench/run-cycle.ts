import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { StepName } from '../activities/contract.ts';
import { startCycle } from '../scripts/cycle/start-cycle.ts';
import { createStopList } from '../scripts/processes/stop-list.ts';
import { startStack } from '../scripts/stack/start-stack.ts';
import type { CycleResult } from '../workflows/cycle-result.ts';
import { cycleId } from '../workflows/ids.ts';
import type { CycleProgress } from '../workflows/progress.ts';
import type { BenchShop } from './bench-shop.ts';
import type { Answers } from './compare-answers.ts';
import { ownAnswers } from './own-answers.ts';
import { watchPeakMemory } from './peak-memory.ts';
import { readHistories } from './read-histories.ts';
import { stepOfActivity } from './step-of-activity.ts';
import { temporalShare, type TimeShare } from './temporal-share.ts';

/** One cycle from beginning to end, measured. */
export interface CycleRun {
  readonly steps: readonly { readonly name: StepName; readonly seconds: number; readonly rows: number }[];
  /** Of the worker process: DuckDB, the estimators, the ledger and the web pages in one. */
  readonly peakBytes: number;
  readonly share: TimeShare;
  readonly answers: Answers;
}

/**
 * Runs one cycle through a Temporal server and a worker of its own, in an empty `folder`, so that nothing is found made.
 * @throws Error when the cycle does not end well
 */
export async function runCycle({ root, folder, bench, environment, say, signal }: {
  readonly root: string; readonly folder: string; readonly bench: BenchShop; readonly environment: Readonly<NodeJS.ProcessEnv>; readonly say: (line: string) => void; readonly signal: AbortSignal;
}): Promise<CycleRun> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const stops = createStopList(say);
  const stop = (): void => { void stops.stopAll(); };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { CLIENTELE_HOME: _home, LAKE: _lake, DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, SMTP_URL: _relay, ...rest } = environment;
    const stack = await startStack({
      root: folder, shop: bench.shop.name, environment: { ...rest, SHOPS: bench.shops, LOG_LEVEL: 'warn' }, simulate: false, log: () => undefined, stops,
      scripts: { simulator: join(root, 'simulator', 'serve.ts'), worker: join(root, 'workers', 'local.ts') },
    });
    const memory = watchPeakMemory(stack.worker.pid);
    const { shop: { name: shop }, cycle, asOf } = bench;
    const { handle } = await startCycle(stack.client, { shop, cycle, asOf });
    const result = await resultOrHold(handle, signal);
    const peakBytes = await memory.stop();
    if (result.outcome !== 'finished') throw new Error(`The cycle was ${result.outcome}.`);
    const share = temporalShare(await readHistories(stack.client, cycleId(shop, cycle)), stepOfActivity);
    return {
      steps: result.steps.map(({ name, seconds, rows }) => ({ name, seconds, rows })), peakBytes, share,
      answers: await ownAnswers(join(folder, 'var', 'lake'), result),
    };
  } finally {
    signal.removeEventListener('abort', stop);
    await stops.stopAll();
  }
}

/** The cycle's result; rejects when it is held for repair, since nobody will mend anything during a benchmark. */
async function resultOrHold(handle: WorkflowHandle, signal: AbortSignal): Promise<CycleResult> {
  const ended = new AbortController();
  const result = (handle.result() as Promise<CycleResult>).finally(() => { ended.abort(); });
  const held = (async (): Promise<never> => {
    for (;;) {
      await sleep(1000, undefined, { signal: AbortSignal.any([signal, ended.signal]) });
      const { waitsFor, held: problem } = await handle.query<CycleProgress>('progress');
      if (waitsFor === 'repair') throw new Error(`The cycle is held: ${problem?.message ?? 'no reason given'}`);
    }
  })();
  // Whichever of the two loses may still reject when the server is stopped.
  result.catch(() => undefined);
  held.catch(() => undefined);
  return Promise.race([result, held.catch((error: unknown) => (ended.signal.aborted ? result : Promise.reject(error as Error)))]);
}
