import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { CycleDoor } from '../web/app-parts.ts';
import type { campaignCycle } from '../workflows/campaign-cycle.ts';
import { approvePlanUpdate, progressQuery, rejectPlanUpdate } from '../workflows/messages.ts';

/** The approval page's way to running cycles. */
export function cycleDoor(client: Client): CycleDoor {
  const cycle = (workflowId: string) => client.workflow.getHandle<typeof campaignCycle>(workflowId);
  return {
    async progress(workflowId) {
      try {
        return await cycle(workflowId).query(progressQuery);
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },
    approve: (workflowId, verdict) => cycle(workflowId).executeUpdate(approvePlanUpdate, { args: [verdict] }),
    reject: (workflowId, verdict) => cycle(workflowId).executeUpdate(rejectPlanUpdate, { args: [verdict] }),
  };
}
