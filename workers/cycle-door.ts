import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { CycleDoor, CycleRun } from '../web/app-parts.ts';
import { taskQueues } from '../workflows/activity-options.ts';
import type { awaitOutcomes } from '../workflows/await-outcomes.ts';
import type { campaignCycle } from '../workflows/campaign-cycle.ts';
import { cycleScope, type CycleInput } from '../workflows/cycle-scope.ts';
import { cycleId } from '../workflows/ids.ts';
import { abandonUpdate, approvePlanUpdate, cancelSignal, changeRateUpdate, pauseSignal, progressQuery, rejectPlanUpdate, resumeSignal, resumeUpdate, sendingQuery, waitingQuery } from '../workflows/messages.ts';
import type { sendCampaign } from '../workflows/send-campaign.ts';

/** A page must not wait for a worker that does not poll. */
const answerMs = 5_000;

const statuses: Readonly<Record<string, CycleRun['status']>> = { RUNNING: 'running', COMPLETED: 'completed', FAILED: 'failed', CANCELLED: 'cancelled', TERMINATED: 'terminated', TIMED_OUT: 'timed out', CONTINUED_AS_NEW: 'running' };

/** The console's and the approval page's way to running cycles. */
export function cycleDoor(client: Client): CycleDoor {
  const cycle = (workflowId: string) => client.workflow.getHandle<typeof campaignCycle>(workflowId);
  const send = (workflowId: string) => client.workflow.getHandle<typeof sendCampaign>(workflowId);
  const soon = <Result>(work: () => Promise<Result>): Promise<Result> => client.withDeadline(Date.now() + answerMs, work);
  const ifThere = async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await soon(work);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  };
  return {
    progress: (workflowId) => ifThere(() => cycle(workflowId).query(progressQuery)),
    async runs(limit) {
      const runs: CycleRun[] = [];
      await soon(async () => {
        for await (const { workflowId, status, startTime, closeTime } of client.workflow.list({ query: "WorkflowType = 'campaignCycle'", pageSize: limit })) {
          const [, shop, name] = /^cycle\/([^/]+)\/([^/]+)$/.exec(workflowId) ?? [];
          if (shop !== undefined && name !== undefined) runs.push({ shop, cycle: name, status: statuses[status.name] ?? 'failed', startedAt: startTime.toISOString(), closedAt: closeTime?.toISOString() });
          if (runs.length >= limit) break;
        }
      });
      return runs;
    },
    async start({ shop, cycle: named, asOf, startedBy }) {
      const input: CycleInput = { shop, cycle: named, asOf };
      const scope = cycleScope(input, new Date());
      const workflowId = cycleId(scope.shop, scope.cycle);
      try {
        // A finished cycle is not run again, since it would mail people twice; only one that failed is.
        await client.workflow.start<typeof campaignCycle>('campaignCycle', { workflowId, taskQueue: taskQueues.orchestrate, args: [{ ...scope, startedBy }], workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY', workflowIdConflictPolicy: 'FAIL' });
        return { shop: scope.shop, cycle: scope.cycle, met: 'started' };
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        const { status } = await cycle(workflowId).describe();
        return { shop: scope.shop, cycle: scope.cycle, met: status.name === 'RUNNING' ? 'running' : 'finished' };
      }
    },
    approve: (workflowId, verdict) => cycle(workflowId).executeUpdate(approvePlanUpdate, { args: [verdict] }),
    reject: (workflowId, verdict) => cycle(workflowId).executeUpdate(rejectPlanUpdate, { args: [verdict] }),
    resume: (workflowId) => cycle(workflowId).executeUpdate(resumeUpdate),
    abandon: (workflowId, abandonment) => cycle(workflowId).executeUpdate(abandonUpdate, { args: [abandonment] }),
    sending: (workflowId) => ifThere(() => send(workflowId).query(sendingQuery)),
    waiting: (workflowId) => ifThere(() => client.workflow.getHandle<typeof awaitOutcomes>(workflowId).query(waitingQuery)),
    pauseSending: (workflowId) => send(workflowId).signal(pauseSignal),
    resumeSending: (workflowId) => send(workflowId).signal(resumeSignal),
    cancelSending: (workflowId) => send(workflowId).signal(cancelSignal),
    changeRate: (workflowId, rate) => send(workflowId).executeUpdate(changeRateUpdate, { args: [rate] }),
  };
}
