import type { CycleScope, Relations, StepFigure } from '../contract.ts';
import type { CampaignPlan } from '../campaign/contract.ts';

export interface ObserveInput extends CycleScope {
  /** Start of the attribution window, ISO 8601, in the shop's time. */
  readonly from: string;
  readonly to: string;
}

export interface Effect {
  readonly metric: string;
  /** Arm compared with the holdout, `all` for every mailed arm together. */
  readonly arm: string;
  readonly segment: string;
  readonly treated: number;
  readonly control: number;
  readonly treatedMean: number;
  readonly controlMean: number;
  readonly difference: number;
  readonly lower: number;
  readonly upper: number;
  readonly pValue: number;
  /** Holm's p-value over the segments; absent where the comparison is not one of several. */
  readonly adjustedPValue?: number;
}

export interface EvaluateResult {
  /** `outcomes.*`; what the letters did is `outcomes.effects`, which read-effects.ts reads. */
  readonly relations: Relations;
  /** False where the shop's data do not reach the window, nobody was mailed, or the arms do not have the planned sizes; `why` says which. */
  readonly measured: boolean;
  readonly why: string;
  readonly figures: readonly StepFigure[];
}

export interface EvaluateActivities {
  /** The attribution window in the shop's own time. */
  attributionWindow(input: CycleScope & { readonly openedAt: string }): Promise<{ readonly from: string; readonly to: string }>;
  /** Whether the shop's data reach the end of the window yet. */
  outcomesReady(input: ObserveInput): Promise<{ readonly ready: boolean; readonly dataUntil: string }>;
  /** Unsubscribes and complaints so far, for the guardrail between dispatch and the window's end. */
  lookEarly(input: ObserveInput & { readonly campaign: string }): Promise<{ readonly tripped: boolean; readonly message: string }>;
  evaluate(input: ObserveInput & { readonly relations: Relations; readonly plan?: CampaignPlan; readonly previousCycle?: string; readonly ready: boolean }): Promise<EvaluateResult>;
}
