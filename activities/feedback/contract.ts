import type { CycleScope, Relations, StepName } from '../contract.ts';
import type { EvaluateResult } from '../evaluate/contract.ts';

export interface Decision {
  readonly id: string;
  readonly kind: 'offer_share' | 'feature_list' | 'mail_policy' | 'offer_mix' | 'mailed_share' | 'no_change';
  readonly subject: string;
  readonly words: string;
  readonly evidence: string;
}

export interface FeedbackInput extends CycleScope {
  readonly relations: Relations;
  readonly evaluation: Pick<EvaluateResult, 'measured' | 'why'>;
  /** Attribution window in the shop's time. */
  readonly window?: { readonly from: string; readonly to: string };
  readonly steps: readonly { readonly name: StepName; readonly seconds: number; readonly rows: number }[];
}

export interface FeedbackActivities {
  /** Writes what the next cycle will do differently, with its evidence, to the ledger and the lake. */
  decide(input: FeedbackInput): Promise<{ readonly relations: Relations; readonly decisions: readonly Decision[] }>;
  /** Writes `manifest.json` and `report.html` of the cycle. */
  writeReport(input: FeedbackInput & { readonly decisions: readonly Decision[] }): Promise<{ readonly manifest: string; readonly report: string; readonly relations: number }>;
}

/** A decision of the ledger, small enough to travel. */
export interface DecisionEntry {
  readonly id: string;
  readonly cycle: string;
  /** `reversal` for one that takes back another. */
  readonly kind: string;
  readonly subject: string;
  readonly words: string;
  readonly evidence: string;
  readonly rule: string;
  /** `feedback`, or the person. */
  readonly actor: string;
  /** ISO 8601 */
  readonly madeAt: string;
  /** When it was taken back; null while it stands. */
  readonly undoneAt: string | null;
  /** Id of the decision that this one takes back. */
  readonly undoes: string | null;
}

export interface DecisionActivities {
  /** Decisions of a shop, the latest cycle first. */
  listDecisions(input: { readonly shop: string }): Promise<readonly DecisionEntry[]>;
  /** Takes back a decision by another one, which is returned. */
  undoDecision(input: { readonly shop: string; readonly id: string; readonly by: string; readonly comment: string }): Promise<DecisionEntry>;
}
