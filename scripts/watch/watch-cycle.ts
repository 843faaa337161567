import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { CycleResult } from '../../workflows/cycle-result.ts';
import type { CycleProgress } from '../../workflows/progress.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { followCycle } from '../cycle/follow-cycle.ts';
import type { ProgressDisplay } from '../display/progress-display.ts';

export interface Watch {
  readonly handle: WorkflowHandle;
  readonly display: ProgressDisplay;
  /** Only the state it is in now. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  readonly lookEverySeconds?: number;
}

/**
 * Looks at a cycle and gives it nothing: a cycle that waits is watched on.
 * @returns exit code: `failed` when it ended otherwise than finished, `waits` when it needs a person now and is only looked at once
 * @throws WorkflowFailedError when the cycle failed
 */
export async function watchCycle({ handle, display, once, signal, lookEverySeconds }: Watch): Promise<number> {
  if (once) {
    const progress = await firstAnswer(handle, signal);
    display.update(progress);
    display.end();
    if (progress.state === 'abandoned' || progress.state === 'cancelled') return exitCodes.failed;
    return progress.waitsFor === 'repair' || progress.waitsFor === 'approval' ? exitCodes.waits : exitCodes.ok;
  }
  const followed = await followCycle({ handle, display, lookEverySeconds, onWait: async () => (signal.aborted ? 'leave' : 'stay') });
  if (followed.kind === 'waits') return exitCodes.waits;
  return (followed.result satisfies CycleResult).outcome === 'finished' ? exitCodes.ok : exitCodes.failed;
}

/** A worker that is being started answers a little later. */
async function firstAnswer(handle: WorkflowHandle, signal: AbortSignal): Promise<CycleProgress> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await handle.query<CycleProgress>('progress');
    } catch (error) {
      if (tries === 5 || signal.aborted) throw error;
      await sleep(500);
    }
  }
}
