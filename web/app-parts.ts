import type { LetterComposer } from '../activities/campaign/letter-composer.ts';
import type { LiveRecommender } from '../activities/recommend/live-recommender.ts';
import type { Links } from '../activities/campaign/signed-link.ts';
import type { Ledger } from '../gateways/ledger/ledger.ts';
import type { ReturnPaths } from '../gateways/mail/return-path.ts';
import type { ShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import type { Warehouse } from '../gateways/warehouse/warehouse.ts';
import type { Abandonment, SendingProgress, WaitingProgress } from '../workflows/messages.ts';
import type { CycleProgress } from '../workflows/progress.ts';
import type { Accounts } from './access/accounts.ts';
import type { AuditLog } from './access/audit-log.ts';

/** A plan as the approval page shows it. */
export interface WaitingPlan {
  readonly campaign: string;
  readonly hash: string;
  readonly toSend: number;
  readonly holdout: number;
  readonly budget: number;
  readonly expectedCost: number;
  readonly offers: readonly { readonly segment: string; readonly offer: string; readonly customers: number; readonly cost: number }[];
  readonly leftOut: readonly { readonly reason: string; readonly customers: number }[];
}

export interface Verdict {
  readonly by: string;
  readonly comment: string;
  /** Hash of the plan that was looked at. */
  readonly hash: string;
}

/** The running cycle, as far as the approval page needs it. */
export interface PlanDoor {
  /** Progress of a cycle's workflow; undefined where there is no such workflow. */
  progress(workflowId: string): Promise<{ readonly shop: string; readonly cycle: string; readonly waitsFor?: string; readonly plan?: WaitingPlan } | undefined>;
  /** Throws when the cycle refuses: it no longer waits, or waits for another plan. */
  approve(workflowId: string, verdict: Verdict): Promise<void>;
  reject(workflowId: string, verdict: Verdict): Promise<void>;
}

/** A cycle's workflow as the server lists it. */
export interface CycleRun {
  readonly shop: string;
  readonly cycle: string;
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed out';
  /** ISO 8601 */
  readonly startedAt: string;
  readonly closedAt?: string;
}

/** Everything the console and the API ask of workflows, by shop and cycle. Updates throw what the workflow refuses with. */
export interface CycleDoor extends PlanDoor {
  progress(workflowId: string): Promise<CycleProgress | undefined>;
  /** The latest cycles' workflows, the newest first. */
  runs(limit: number): Promise<readonly CycleRun[]>;
  /** Meets a cycle that is there already instead of starting it twice. */
  start(input: { readonly shop: string; readonly cycle?: string; readonly asOf?: string; readonly startedBy?: string }): Promise<{ readonly shop: string; readonly cycle: string; readonly met: 'started' | 'running' | 'finished' }>;
  resume(workflowId: string): Promise<void>;
  abandon(workflowId: string, abandonment: Abandonment): Promise<void>;
  /** Progress of the sending; undefined where nothing is or was sent. */
  sending(sendId: string): Promise<SendingProgress | undefined>;
  /** Progress of the wait for outcomes. */
  waiting(outcomesId: string): Promise<WaitingProgress | undefined>;
  pauseSending(sendId: string): Promise<void>;
  resumeSending(sendId: string): Promise<void>;
  cancelSending(sendId: string): Promise<void>;
  changeRate(sendId: string, mailsPerSecond: number): Promise<void>;
}

/** What the web process is made of. */
export interface AppParts {
  readonly ledger: Ledger;
  readonly links: Links;
  readonly warehouse: Warehouse;
  /** Composes with links that count for nobody: letters in the console are only looked at. */
  readonly letters: LetterComposer;
  /** Absent where the process has no connection to Temporal: plans are then approved by the command line. */
  readonly temporal?: CycleDoor;
  readonly shops: (name: string) => Promise<ShopFolder>;
  readonly clock: () => Date;
  /** Where people reach these pages. */
  readonly publicUrl: string;
  /** The process listens on a loopback address only: without users the console is then open, and redemptions pass without a token. */
  readonly loopback: boolean;
  /** Who may enter the console and the API. */
  readonly accounts: Accounts;
  readonly audit: AuditLog;
  /** Recommendations to a shop's own pages; absent where this process gives none. */
  readonly live?: LiveRecommender;
  /** Bearer token of the shop's checkout for POST /coupons/redeem. */
  readonly shopToken?: string;
  /** Reads the addresses that bounces come back to. */
  readonly returnPaths?: Pick<ReturnPaths, 'read'>;
  /** Signs POST /mail/reports; without it none is taken. */
  readonly reportsSecret?: string;
  /** Told of every error that is not the visitor's. */
  readonly onError: (error: unknown) => void;
}
