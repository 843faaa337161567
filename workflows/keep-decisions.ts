import { proxyActivities } from '@temporalio/workflow';
import type { DecisionActivities, DecisionEntry } from '../activities/feedback/contract.ts';
import { quick } from './activity-options.ts';
import { payloadLimit } from './cycle-result.ts';

const { listDecisions, undoDecision } = proxyActivities<DecisionActivities>(quick);

export interface KeepDecisionsInput {
  readonly shop: string;
  /** The decision to take back before they are listed. */
  readonly undo?: { readonly id: string; readonly by: string; readonly comment: string };
}

/** A shop's decisions from wherever its ledger is: a worker that holds it answers. The latest first, as many as a history should hold. */
export async function keepDecisions({ shop, undo }: KeepDecisionsInput): Promise<readonly DecisionEntry[]> {
  if (undo !== undefined) await undoDecision({ shop, ...undo });
  let size = 0;
  return (await listDecisions({ shop })).filter((entry) => (size += JSON.stringify(entry).length) <= payloadLimit);
}
