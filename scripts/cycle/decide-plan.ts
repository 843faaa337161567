import { userInfo } from 'node:os';
import type { WorkflowHandle } from '@temporalio/client';
import { ClienteleError } from '../../gateways/errors.ts';
import type { PlanVerdict } from '../../workflows/messages.ts';
import type { CycleProgress } from '../../workflows/progress.ts';

export type Verdict = 'approvePlan' | 'rejectPlan';

/**
 * Approves or rejects the plan that a cycle shows.
 * @throws ClienteleError CYCLE_NOT_WAITING when it waits for no approval
 * @throws WorkflowUpdateFailedError when the plan changed meanwhile
 */
export async function decidePlan(handle: WorkflowHandle, progress: CycleProgress, verdict: Verdict, { by, comment }: { readonly by: string; readonly comment: string }): Promise<void> {
  if (progress.waitsFor !== 'approval' || progress.plan === undefined) {
    throw new ClienteleError('CYCLE_NOT_WAITING', { cycle: `${progress.shop}/${progress.cycle}`, command: verdict === 'approvePlan' ? 'npm run approve' : 'npm run reject', state: progress.waitsFor === undefined ? progress.state : `waiting for ${progress.waitsFor}` });
  }
  await handle.executeUpdate<void, [PlanVerdict]>(verdict, { args: [{ by, comment, hash: progress.plan.hash }] });
}

/** The login name, where the machine knows one. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'command line';
  }
}
