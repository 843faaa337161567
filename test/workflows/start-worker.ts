import { fileURLToPath } from 'node:url';
import type { WorkflowHandle, WorkflowStartOptions } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { taskQueues } from '../../workflows/activity-options.ts';
import { campaignCycle } from '../../workflows/campaign-cycle.ts';
import { cycleId } from '../../workflows/ids.ts';
import type { CycleInput } from '../../workflows/cycle-scope.ts';
import { progressQuery } from '../../workflows/messages.ts';
import type { CycleProgress } from '../../workflows/progress.ts';
import type { Activities } from './fake-activities.ts';

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/** The workflows as a worker runs them, bundled once a test file. */
export function workflowBundle(): Promise<WorkflowBundleWithSourceMap> {
  bundle ??= bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)), logger: new DefaultLogger('ERROR') });
  return bundle;
}

export interface RunningWorker extends AsyncDisposable {
  /** Starts a workflow under an id that only this test uses. */
  start<Run extends Workflow>(run: Run, options: Pick<WorkflowStartOptions<Run>, 'args'> & { readonly workflowId?: string; readonly workflowExecutionTimeout?: number }): Promise<WorkflowHandle<Run>>;
  startCycle(input: CycleInput, options?: { readonly workflowExecutionTimeout?: number }): Promise<WorkflowHandle<typeof campaignCycle>>;
  readonly shop: string;
}

/**
 * Workers for one test: workflows on a queue named from the test's title, activities on the queues that the options name. What a test leaves
 * running is terminated when its worker is disposed, so that no later test meets its activities.
 */
export async function startWorker(environment: TestWorkflowEnvironment, title: string, activities: Activities): Promise<RunningWorker> {
  const queue = title.replace(/\W+/g, '-').toLowerCase();
  const { nativeConnection: connection, client, namespace } = environment;
  const shared = { connection, namespace, identity: 'test', shutdownForceTime: '2 seconds', maxHeartbeatThrottleInterval: '500 milliseconds' } as const;
  const workers = await Promise.all([
    Worker.create({ ...shared, taskQueue: queue, workflowBundle: await workflowBundle() }),
    // Schedules start their workflows on this queue.
    Worker.create({ ...shared, taskQueue: taskQueues.orchestrate, activities, workflowBundle: await workflowBundle() }),
    ...[taskQueues.warehouse, taskQueues.learn, taskQueues.mail].map((taskQueue) => Worker.create({ ...shared, taskQueue, activities })),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  const started: WorkflowHandle[] = [];

  const start: RunningWorker['start'] = async (run, options) => {
    const handle = await client.workflow.start(run, { workflowId: `${run.name}/${queue}`, taskQueue: queue, ...options } as WorkflowStartOptions<typeof run>);
    started.push(handle);
    return handle as never;
  };
  return {
    shop: queue,
    start,
    startCycle: (input, options) => start(campaignCycle, { workflowId: cycleId(input.shop, input.cycle ?? queue), args: [input], ...options }),
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((handle) => handle.terminate('the test is over').catch(() => undefined)));
      workers.forEach((worker) => worker.shutdown());
      await running;
    },
  };
}

/** Waits until a cycle's progress is as a test wants it. */
export async function progressWhen(handle: WorkflowHandle<typeof campaignCycle>, wanted: (progress: CycleProgress) => boolean): Promise<CycleProgress> {
  for (;;) {
    const progress = await handle.query(progressQuery);
    if (wanted(progress)) return progress;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}
