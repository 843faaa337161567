import type { CycleScope, Relations, StepName } from '../contract.ts';
import type { EvaluateResult } from '../evaluate/contract.ts';

export interface Decision {
  readonly id: string;
  readonly kind: 'offer_share' | 'feature_list' | 'no_change';
  readonly subject: string;
  readonly words: string;
  readonly evidence: string;
}

export interface FeedbackInput extends CycleScope {
  readonly relations: Relations;
  readonly evaluation: EvaluateResult;
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
