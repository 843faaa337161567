import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, TemporalFailure, TimeoutFailure } from '@temporalio/workflow';

export interface Problem {
  /** Code of the errors' table, or TIMED_OUT, or the name of an error that has no code. */
  readonly code: string;
  readonly message: string;
}

/** What lies at the bottom of a failed activity or child workflow; `undefined` for an error of the workflow's own code. */
export function rootProblem(error: unknown): Problem | undefined {
  let root = error;
  while ((root instanceof ActivityFailure || root instanceof ChildWorkflowFailure) && root.cause) root = root.cause;
  if (root instanceof ApplicationFailure) return { code: root.type ?? 'UNKNOWN', message: root.message };
  if (root instanceof TimeoutFailure) return { code: 'TIMED_OUT', message: `It took longer than its time-out allows (${root.timeoutType}), and so did every retry.` };
  if (root instanceof TemporalFailure) return { code: root.name, message: root.message };
  return undefined;
}
