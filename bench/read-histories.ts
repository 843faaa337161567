import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { HistoryEvent } from './temporal-share.ts';

const { History } = proto.temporal.api.history.v1;

/** The events of a workflow's runs (one history a run that continued as new) and of all its children, theirs included. */
export async function readHistories(client: Client, workflowId: string, runId?: string): Promise<readonly (readonly HistoryEvent[])[]> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  // historyToJSON of @temporalio/common 1.24 fails where its protobufjs is another version than that of @temporalio/proto.
  const { events } = History.toObject(History.fromObject(history), { enums: String, longs: String, bytes: String }) as { events: HistoryEvent[] };
  const further = events.flatMap((event): { readonly workflowId: string; readonly runId: string }[] => {
    const child = event['childWorkflowExecutionStartedEventAttributes'] as { readonly workflowExecution: { readonly workflowId: string; readonly runId: string } } | undefined;
    const next = event['workflowExecutionContinuedAsNewEventAttributes'] as { readonly newExecutionRunId: string } | undefined;
    return [...(child === undefined ? [] : [child.workflowExecution]), ...(next === undefined ? [] : [{ workflowId, runId: next.newExecutionRunId }])];
  });
  const others = await Promise.all(further.map((execution) => readHistories(client, execution.workflowId, execution.runId)));
  return [events, ...others.flat()];
}
