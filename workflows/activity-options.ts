import type { ActivityOptions } from '@temporalio/workflow';

/** One task queue a kind of machine: workflows and ledger, DuckDB over the lake, numerics, mail. */
export const taskQueues = { orchestrate: 'orchestrate', warehouse: 'warehouse', learn: 'learn', mail: 'mail' } as const;

export type TaskQueue = keyof typeof taskQueues;

/** Every activity beats each 2 s (workers/activity-edge.ts), so a worker that was killed is missed within this time. */
const heartbeatTimeout = '10 seconds';

/** One row or one file: settings, approvals, the window. */
export const quick: ActivityOptions = {
  taskQueue: taskQueues.orchestrate,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout,
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '20 seconds', maximumAttempts: 8 },
};

/** DuckDB over files: minutes at most, hours where a shop has hundreds of millions of rows. */
export const scan: ActivityOptions = {
  taskQueue: taskQueues.warehouse,
  startToCloseTimeout: '4 hours',
  heartbeatTimeout,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 6 },
};

/** Numerics. Fewer attempts: the same input fails the same way, and a fit is dear. */
export const fit: ActivityOptions = {
  taskQueue: taskQueues.learn,
  startToCloseTimeout: '8 hours',
  heartbeatTimeout,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 4 },
};

/**
 * Mail and its ledger: tried for ever, since half a campaign is worse than a late one; the ledger makes every attempt safe. Cancelling
 * waits for the running page, so that nothing is still being sent when the rest is marked cancelled. A relay that is down is the
 * workflow's to wait for, where people can see it.
 */
export const send: ActivityOptions = {
  taskQueue: taskQueues.mail,
  startToCloseTimeout: '1 hour',
  heartbeatTimeout,
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute', nonRetryableErrorTypes: ['RELAY_UNREACHABLE'] },
};
