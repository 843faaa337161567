import { listDecisions, undoDecision, type ListedDecision, type RecordedDecision } from '../../gateways/ledger/decisions.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import type { DecisionActivities, DecisionEntry } from './contract.ts';

export interface DecisionDependencies {
  readonly ledger: Ledger;
  readonly clock: () => Date;
}

/** What people do with a shop's decisions between the cycles. */
export function createDecisionActivities({ ledger, clock }: DecisionDependencies): DecisionActivities {
  return {
    listDecisions: async ({ shop }) => (await listDecisions(ledger, shop)).map(entryOf),
    undoDecision: async (input) => entryOf({ ...await undoDecision(ledger, { ...input, now: clock() }), undoneAt: null }),
  };
}

function entryOf({ id, cycle, kind, subject, words, evidence, rule, actor, madeAt, undoneAt, undoes }: RecordedDecision & Pick<ListedDecision, 'undoneAt'>): DecisionEntry {
  return { id, cycle, kind, subject, words, rule, actor, undoes: undoes ?? null, evidence: typeof evidence === 'string' ? evidence : JSON.stringify(evidence), madeAt: madeAt.toISOString(), undoneAt: undoneAt?.toISOString() ?? null };
}
