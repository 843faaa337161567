import type { Links } from '../activities/campaign/signed-link.ts';
import type { Ledger } from '../gateways/ledger/ledger.ts';
import type { ShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';

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
export interface CycleDoor {
  /** Progress of a cycle's workflow; undefined where there is no such workflow. */
  progress(workflowId: string): Promise<{ readonly shop: string; readonly cycle: string; readonly waitsFor?: string; readonly plan?: WaitingPlan } | undefined>;
  /** Throws when the cycle refuses: it no longer waits, or waits for another plan. */
  approve(workflowId: string, verdict: Verdict): Promise<void>;
  reject(workflowId: string, verdict: Verdict): Promise<void>;
}

/** What the web process is made of. */
export interface AppParts {
  readonly ledger: Ledger;
  readonly links: Links;
  /** The lake's folder; reports and proofs are read from `<lake>/<shop>/<cycle>/`. */
  readonly lake: string;
  /** Absent where the process has no connection to Temporal: plans are then approved by the command line. */
  readonly temporal?: CycleDoor;
  readonly shops: (name: string) => Promise<ShopFolder>;
  readonly clock: () => Date;
  /** The process listens on a loopback address only: mounts the console, and lets redemptions pass without a token. */
  readonly console: boolean;
  /** Bearer token of the shop's checkout for POST /coupons/redeem. */
  readonly shopToken?: string;
  /** Told of every error that is not the visitor's. */
  readonly onError: (error: unknown) => void;
}
