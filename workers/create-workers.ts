import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { makeWorkflowExporter, OpenTelemetryActivityInboundInterceptor, OpenTelemetryActivityOutboundInterceptor } from '@temporalio/interceptors-opentelemetry';
import { bundleWorkflowCode, Worker, type ActivityInterceptorsFactory, type Logger, type NativeConnection, type WorkerDeploymentOptions } from '@temporalio/worker';
import type { OpenTrace } from '../gateways/trace/open-trace.ts';
import { taskQueues, type TaskQueue } from '../workflows/activity-options.ts';
import { activityEdge } from './activity-edge.ts';
import { activitySlots } from './activity-slots.ts';
import type { WorkerEnvironment } from './environment.ts';

export interface WorkersInput {
  readonly environment: Pick<WorkerEnvironment, 'root' | 'threads' | 'deploymentVersion'>;
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly queues: readonly TaskQueue[];
  /** Every activity: which of them run here is decided by the queues alone, so none can be missing where it is asked for. */
  readonly activities: object;
  readonly logger: Logger;
  /** Absent: workflows are bundled and run without a trace of it. */
  readonly trace?: Pick<OpenTrace, 'processor' | 'resource'>;
  readonly observe?: ActivityInterceptorsFactory;
  /** Where the lake is an object store: what keeps this machine's mirror of it. */
  readonly mirror?: ActivityInterceptorsFactory;
}

/** One Worker a queue; workflows run on `orchestrate`. Nothing polls before `run()`. */
export async function createWorkers({ environment, connection, namespace, queues, activities, logger, trace, observe, mirror }: WorkersInput): Promise<Worker[]> {
  const slots = activitySlots(environment.threads, queues.length);
  // The bundler tells every module it met as information.
  const bundling = Object.create(logger, { info: { value: logger.debug.bind(logger) } }) as Logger;
  const workflowBundle = queues.includes('orchestrate') ? await bundleWorkflowCode({ workflowsPath: join(environment.root, 'workflows', 'index.ts'), logger: bundling, ...(trace === undefined ? {} : { workflowInterceptorModules: [tracedWorkflows] }) }) : undefined;
  const workerDeploymentOptions = deployment(environment, workflowBundle?.code ?? '');
  return Promise.all(queues.map((queue) => Worker.create({
    connection, namespace, activities, workerDeploymentOptions,
    taskQueue: taskQueues[queue],
    ...(queue === 'orchestrate' ? { workflowBundle } : {}),
    maxConcurrentActivityTaskExecutions: slots,
    // The trace is outermost: it may only see failures that activityEdge has made keepable.
    interceptors: { activity: [...(trace === undefined ? [] : [tracedActivities]), ...(observe === undefined ? [] : [observe]), activityEdge, ...(mirror === undefined ? [] : [mirror])] },
    ...(trace === undefined ? {} : { sinks: { exporter: makeWorkflowExporter(trace.processor, trace.resource) } }),
    shutdownGraceTime: '15 seconds',
    shutdownForceTime: '25 seconds',
    // A worker that was killed leaves workflow tasks on its own sticky queue; they come back after this time.
    stickyQueueScheduleToStartTimeout: '3 seconds',
    maxHeartbeatThrottleInterval: '2 seconds',
  })));
}

/** The interceptors that a bundle of workflows gets when it is to be traced; they add headers and no command, so recorded histories replay with and without them. */
export const tracedWorkflows: string = createRequire(import.meta.url).resolve('@temporalio/interceptors-opentelemetry/lib/workflow-interceptors');

const tracedActivities: ActivityInterceptorsFactory = (context) => ({ inbound: new OpenTelemetryActivityInboundInterceptor(context), outbound: new OpenTelemetryActivityOutboundInterceptor(context) });

/**
 * Which version of the code this is. By default it is only written into histories: versioned routing would leave running cycles without a
 * worker when a stack of one process comes back after an upgrade, because the version they began on is gone. What keeps them going is
 * `patched()` in the workflows and the recorded histories of test/replay. With DEPLOYMENT_VERSION the worker takes part in Worker Versioning,
 * and running cycles move to the version that `temporal worker deployment set-current-version` names.
 */
function deployment({ root, deploymentVersion }: WorkersInput['environment'], code: string): WorkerDeploymentOptions {
  const deploymentName = 'clientele';
  if (deploymentVersion !== undefined) return { version: { deploymentName, buildId: deploymentVersion }, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' };
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { version: { deploymentName, buildId: `${version}+${createHash('sha256').update(code).digest('hex').slice(0, 12)}` }, useWorkerVersioning: false };
}
