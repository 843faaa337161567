import type { SegmentSummary } from '../activities/analyse/contract.ts';
import type { CampaignPlan, DispatchTally } from '../activities/campaign/contract.ts';
import type { SourceTally } from '../activities/collect/contract.ts';
import type { CycleScope, Relations, StepName } from '../activities/contract.ts';
import type { EvaluateResult } from '../activities/evaluate/contract.ts';
import type { Decision } from '../activities/feedback/contract.ts';
import type { Abandonment } from './messages.ts';

/** What became of the plan. */
export interface CampaignOutcome {
  readonly plan: Omit<CampaignPlan, 'relations'>;
  readonly decision: 'approved' | 'rejected' | 'timed_out' | 'nobody_to_mail';
  readonly by: string;
  /** Absent when nothing was sent. */
  readonly dispatch?: DispatchTally;
}

/** A finished cycle in references and small objects. Fields of steps that an ended cycle did not reach are absent. */
export interface CycleResult {
  readonly shop: string;
  readonly cycle: string;
  readonly asOf: string;
  readonly outcome: 'finished' | 'abandoned' | 'cancelled';
  readonly abandoned?: Abandonment;
  readonly tallies?: readonly SourceTally[];
  /** Decisions of earlier cycles that this one followed, in words. */
  readonly decisionsInForce?: readonly string[];
  readonly segments?: readonly SegmentSummary[];
  readonly silhouette?: number;
  readonly campaign?: CampaignOutcome;
  /** Without its relations, which are among `relations`: what the letters did is `outcomes.effects`. */
  readonly evaluation?: Omit<EvaluateResult, 'relations'>;
  readonly decisions?: readonly Decision[];
  /** Paths. */
  readonly report?: string;
  readonly manifest?: string;
  readonly steps: readonly { readonly name: StepName; readonly state: string; readonly seconds: number; readonly rows: number }[];
  readonly warnings: readonly string[];
  readonly relations: Relations;
}

type Gathered = Omit<CycleResult, keyof CycleScope | 'outcome' | 'abandoned' | 'steps' | 'warnings'>;

/** What the steps have given so far; the workflow fills it as it goes. */
export type CycleYield = { -readonly [Key in keyof Gathered]: Gathered[Key] };

/** Bytes a payload of ours may have; Temporal warns from 256 KB, and a history that people read should stay small. */
export const payloadLimit = 15_000;
