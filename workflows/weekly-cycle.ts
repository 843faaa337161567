import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { executeChild, workflowInfo } from '@temporalio/workflow';
import { campaignCycle } from './campaign-cycle.ts';
import { cycleScope, type CycleInput } from './cycle-scope.ts';
import type { CycleResult } from './cycle-result.ts';
import { cycleId } from './ids.ts';

/**
 * What a schedule starts. A schedule adds a time to its workflow's id, so the cycle itself runs as a child under its sentence of an id, where
 * `npm run resume` and the console look for it and where a cycle started by hand in the same week is met instead of doubled.
 */
export async function weeklyCycle(input: CycleInput): Promise<{ readonly shop: string; readonly cycle: string; readonly outcome: CycleResult['outcome'] | 'already_there' }> {
  const { startTime, executionExpirationTime } = workflowInfo();
  const { shop, cycle, asOf } = cycleScope(input, startTime);
  const outcome = await executeChild(campaignCycle, {
    workflowId: cycleId(shop, cycle),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    parentClosePolicy: 'REQUEST_CANCEL',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    // The child must see the deadline to end in time by itself, a minute before this workflow's own.
    ...(executionExpirationTime ? { workflowExecutionTimeout: Math.max(executionExpirationTime.getTime() - Date.now() - 60_000, 1_000) } : {}),
    args: [{ ...input, cycle, asOf }],
  }).then((result) => result.outcome).catch((error: unknown) => {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'already_there' as const;
    throw error;
  });
  return { shop, cycle, outcome };
}
