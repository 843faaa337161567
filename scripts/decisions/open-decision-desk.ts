import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { DecisionEntry } from '../../activities/feedback/contract.ts';
import { createDecisionActivities } from '../../activities/feedback/decision-desk.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { openLedger } from '../../gateways/ledger/open-ledger.ts';
import { readEnvironment } from '../../workers/environment.ts';
import { taskQueues } from '../../workflows/activity-options.ts';
import { decisionsId } from '../../workflows/ids.ts';
import type { keepDecisions, KeepDecisionsInput } from '../../workflows/keep-decisions.ts';
import type { CommandContext } from '../command-line/run-command.ts';
import { joinStack } from '../stack/join-stack.ts';

/** Lists a shop's decisions, the latest first, after taking one back where that is asked for. */
export type DecisionDesk = (input: KeepDecisionsInput) => Promise<readonly DecisionEntry[]>;

/**
 * The ledger itself where it is free; where a running stack of this checkout has it open, that stack's worker answers through Temporal.
 * @throws ClienteleError LEDGER_LOCKED when another process has it that is no stack of this checkout
 */
export async function openDecisionDesk({ root, stops, say }: { readonly root: string } & Pick<CommandContext, 'stops' | 'say'>): Promise<DecisionDesk> {
  const { home, databaseUrl } = readEnvironment(process.env);
  try {
    const ledger = await openLedger({ databaseUrl, folder: join(home, 'ledger') });
    stops.add(() => ledger.close());
    const { listDecisions, undoDecision } = createDecisionActivities({ ledger, clock: () => new Date() });
    return async ({ shop, undo }) => {
      if (undo !== undefined) await undoDecision({ shop, ...undo });
      return listDecisions({ shop });
    };
  } catch (error) {
    if (!(error instanceof ClienteleError && error.code === 'LEDGER_LOCKED')) throw error;
    const joined = await joinStack({ root, environment: process.env, log: say, stops });
    if (joined === undefined) throw error;
    return (input) => joined.client.workflow.execute<typeof keepDecisions>('keepDecisions', { workflowId: decisionsId(input.shop, randomUUID()), taskQueue: taskQueues.orchestrate, workflowExecutionTimeout: '1 minute', args: [input] });
  }
}
