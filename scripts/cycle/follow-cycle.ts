import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { CycleResult } from '../../workflows/cycle-result.ts';
import type { CycleProgress } from '../../workflows/progress.ts';
import type { ProgressDisplay } from '../display/progress-display.ts';

/** How following ended: the cycle did, or it waits for something that this command does not give. */
export type Followed = { readonly kind: 'ended'; readonly result: CycleResult } | { readonly kind: 'waits'; readonly progress: CycleProgress };

export interface FollowOptions {
  readonly handle: WorkflowHandle;
  readonly display: ProgressDisplay;
  /** Called at every look while the cycle waits. `leave` ends the following; `stay` means that what it waits for is coming. */
  readonly onWait: (progress: CycleProgress) => Promise<'stay' | 'leave'>;
  readonly lookEverySeconds?: number;
}

/**
 * Shows a cycle's progress until it ends, or waits for what only a person can give.
 * @throws WorkflowFailedError when the cycle failed
 */
export async function followCycle({ handle, display, onWait, lookEverySeconds = 1 }: FollowOptions): Promise<Followed> {
  let ended = false;
  const result = handle.result() as Promise<CycleResult>;
  const end = result.then((value) => { ended = true; return { kind: 'ended', result: value } as const; });
  const look = async (): Promise<Followed> => {
    while (!ended) {
      // No worker answers while it is being started again; the next look tells.
      const progress = await handle.query<CycleProgress>('progress').catch(() => undefined);
      if (ended) break;
      if (progress !== undefined) display.update(progress);
      if (progress?.waitsFor !== undefined && await onWait(progress) === 'leave') return { kind: 'waits', progress };
      await sleep(lookEverySeconds * 1000);
    }
    return end;
  };
  const followed = await Promise.race([end, look()]).finally(() => { ended = true; });
  if (followed.kind === 'ended') {
    const last = await handle.query<CycleProgress>('progress').catch(() => undefined);
    if (last !== undefined) display.update(last);
  }
  display.end();
  return followed;
}
