import type { CycleScope, Relations, StepFigure } from '../contract.ts';

export interface PlanCampaignInput extends CycleScope {
  readonly relations: Relations;
}

export interface CampaignPlan {
  /** Campaign id, unique in the ledger: `<shop>/<cycle>/weekly`. */
  readonly campaign: string;
  /** `plan.recipients`: for every customer what and why, or why not. `plan.offers`: one row a segment. */
  readonly relations: Relations;
  readonly toSend: number;
  readonly holdout: number;
  readonly leftOut: readonly { readonly reason: string; readonly customers: number }[];
  /** Hash of audience, content, offers and schedule. An approval is bound to it. */
  readonly hash: string;
  /** The content's part of the hash, which every page is held against; plans of earlier versions have none. */
  readonly contentHash?: string;
  readonly offers: readonly { readonly segment: string; readonly offer: string; readonly customers: number; readonly cost: number }[];
  readonly budget: number;
  readonly expectedCost: number;
}

export interface CampaignActivities {
  planCampaign(input: PlanCampaignInput): Promise<CampaignPlan>;
  /** Mails a real letter of a real recipient, the audience and a signed approval link to the marketers of shop.yaml. */
  sendProof(input: CycleScope & { readonly plan: CampaignPlan; readonly reminder: boolean; readonly workflowId: string }): Promise<{ readonly proofs: number }>;
  recordApproval(input: CycleScope & { readonly campaign: string; readonly hash: string; readonly decision: 'approved' | 'rejected' | 'timed_out'; readonly by: string; readonly comment: string }): Promise<void>;
}

/** Sends of one campaign by state. */
export interface DispatchTally {
  readonly planned: number;
  readonly claimed: number;
  /** Accepted by the relay, delivery not known. */
  readonly handedOver: number;
  /** The relay's log says it reached the mailbox. */
  readonly delivered: number;
  readonly softBounced: number;
  readonly hardBounced: number;
  readonly failed: number;
  readonly suppressed: number;
  readonly complained: number;
  readonly inDoubt: number;
}

export interface DispatchActivities {
  /** Writes every send and coupon of the plan to the ledger, once, numbered into pages. Refused when the plan's hash was not approved, or the shop's folder says something else than what was approved. */
  openDispatch(input: CycleScope & { readonly plan: CampaignPlan }): Promise<{ readonly recipients: number; readonly pages: number }>;
  /** Claims and sends what is still to send of one page. Safe to repeat: the ledger is the position. */
  dispatchPage(input: CycleScope & { readonly campaign: string; readonly page: number; readonly mailsPerSecond: number; readonly stoppedArms: readonly string[]; readonly contentHash?: string }): Promise<PageResult>;
  /** Settles what was claimed when a process died: delivered where the relay's log has it, planned again where the log proves it never came, in_doubt where nobody can say. */
  reconcileInDoubt(input: CycleScope & { readonly campaign: string }): Promise<{ readonly delivered: number; readonly returned: number; readonly inDoubt: number }>;
  /** Puts what failed or soft-bounced and may be tried again back to planned; the number put back. */
  retryFailed(input: CycleScope & { readonly campaign: string }): Promise<{ readonly returned: number }>;
  /** The ledger's sends as the relation `sends.sends`, and their tally. */
  closeDispatch(input: CycleScope & { readonly campaign: string; readonly plan: CampaignPlan }): Promise<{ readonly relations: Relations; readonly tally: DispatchTally; readonly openedAt: string; readonly figures: readonly StepFigure[] }>;
  /** Marks what is still planned as cancelled. */
  cancelDispatch(input: CycleScope & { readonly campaign: string }): Promise<{ readonly cancelled: number }>;
}

export interface PageResult {
  readonly handedOver: number;
  readonly failed: number;
  readonly suppressed: number;
  /** Per arm so far over the whole campaign, for the guardrail. */
  readonly arms: readonly { readonly arm: string; readonly handedOver: number; readonly unsubscribed: number; readonly complained: number }[];
  /** The relay is down as a whole: the page was given back and should wait. */
  readonly relayDown: boolean;
  /** Sends put off because their domain asked for patience; the page is to be sent again after `againAfterMs`. Absent where there are none. */
  readonly putOff?: number;
  readonly againAfterMs?: number;
}
