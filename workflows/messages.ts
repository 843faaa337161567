import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CycleProgress } from './progress.ts';

/** What a person says about a plan; `hash` ties it to the plan that was looked at. */
export interface PlanVerdict {
  readonly by: string;
  readonly comment: string;
  readonly hash: string;
}

export interface Abandonment {
  readonly by: string;
  readonly reason: string;
}

/** Of `campaignCycle`. Refusals are ApplicationFailure of type CYCLE_NOT_WAITING, PLAN_CHANGED or APPROVER_IS_AUTHOR. */
export const progressQuery = defineQuery<CycleProgress>('progress');
export const approvePlanUpdate = defineUpdate<void, [PlanVerdict]>('approvePlan');
export const rejectPlanUpdate = defineUpdate<void, [PlanVerdict]>('rejectPlan');
export const resumeUpdate = defineUpdate<void>('resume');
export const abandonUpdate = defineUpdate<void, [Abandonment]>('abandon');
/** Sent by `sendCampaign` to its cycle. */
export const sendingNotedSignal = defineSignal<[{ readonly relayDown: boolean; readonly note: string }]>('sendingNoted');

export interface SendingProgress {
  readonly state: 'sending' | 'paused' | 'waiting for the relay' | 'settling' | 'done' | 'cancelled';
  readonly pages: number;
  readonly pagesDone: number;
  readonly recipients: number;
  readonly handedOver: number;
  readonly failed: number;
  readonly suppressed: number;
  readonly mailsPerSecond: number;
  readonly stoppedArms: readonly string[];
  readonly warnings: readonly string[];
}

/** Of `sendCampaign`. */
export const sendingQuery = defineQuery<SendingProgress>('sending');
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');
export const cancelSignal = defineSignal('cancel');
export const changeRateUpdate = defineUpdate<void, [number]>('changeRate');

export interface WaitingProgress {
  readonly state: 'window open' | 'waiting for data' | 'ready' | 'gave up';
  readonly from: string;
  readonly to: string;
  /** Where the shop's data end, as last seen. */
  readonly dataUntil: string;
  readonly looks: number;
  readonly warnings: readonly string[];
}

/** Of `awaitOutcomes`. */
export const waitingQuery = defineQuery<WaitingProgress>('waiting');
