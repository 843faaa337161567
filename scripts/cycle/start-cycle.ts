import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowHandle } from '@temporalio/client';
import { taskQueues } from '../../workflows/activity-options.ts';
import type { CycleInput } from '../../workflows/cycle-scope.ts';
import { cycleId } from '../../workflows/ids.ts';

/** A cycle, and whether this call started it or met it. */
export interface MetCycle {
  readonly handle: WorkflowHandle;
  readonly met: 'started' | 'running' | 'finished';
}

/**
 * Starts a cycle, or meets the one of the same shop and week: a running one is followed, a finished one is not run again (it would mail
 * people twice); only one that failed is.
 */
export async function startCycle(client: Client, input: CycleInput & { readonly cycle: string }): Promise<MetCycle> {
  const workflowId = cycleId(input.shop, input.cycle);
  try {
    const handle = await client.workflow.start('campaignCycle', {
      workflowId, taskQueue: taskQueues.orchestrate, args: [input], workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY', workflowIdConflictPolicy: 'FAIL',
    });
    return { handle, met: 'started' };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const handle = client.workflow.getHandle(workflowId);
    const { status } = await handle.describe();
    return { handle, met: status.name === 'RUNNING' ? 'running' : 'finished' };
  }
}
