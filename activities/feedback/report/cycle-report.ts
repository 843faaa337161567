import type { StepFigure, StepName } from '../../contract.ts';
import type { SegmentSummary } from '../../analyse/contract.ts';
import type { CampaignPlan, DispatchTally } from '../../campaign/contract.ts';
import type { AuditFinding, SourceTally } from '../../collect/contract.ts';
import type { Effect } from '../../evaluate/contract.ts';
import type { Decision } from '../contract.ts';

/** One relation as `manifest.json` lists it. */
export interface ManifestEntry {
  /** `layer.relation` */
  readonly relation: string;
  readonly rows: number;
  readonly bytes: number;
  readonly fingerprint: string;
  /** Seconds it took to make; 0 where the lake already had it. */
  readonly seconds: number;
}

/** One step of the cycle, with the figures it wants a person to see. */
export interface ReportStep {
  readonly name: StepName;
  readonly seconds: number;
  readonly rows: number;
  readonly figures: readonly StepFigure[];
}

/** An association rule over orders: who buys `left` also buys `right`. */
export interface ReportRule {
  readonly left: string;
  readonly right: string;
  /** Orders that hold both. */
  readonly orders: number;
  /** Share of all orders that hold both. */
  readonly support: number;
  /** Share of the orders with `left` that hold `right`. */
  readonly confidence: number;
  /** Confidence over the share of all orders that hold `right`. */
  readonly lift: number;
}

/** How the prediction did on customers it had not seen. */
export interface ReportPrediction {
  readonly days: number;
  readonly models: readonly { readonly name: string; readonly isChampion: boolean; readonly figures: readonly { readonly metric: string; readonly value: number; readonly lower: number; readonly upper: number }[] }[];
  /** Customers of about the same probability: what was told, and the share that bought. */
  readonly calibration: readonly { readonly customers: number; readonly told: number; readonly came: number }[];
  /** Features by the AUC that is lost without them, the largest first. */
  readonly importances: readonly { readonly feature: string; readonly aucLost: number }[];
}

/** What recipients did, people only: touches that a program made are counted apart. */
export interface MailFunnel {
  readonly delivered: number;
  readonly opened: number;
  readonly clicked: number;
  readonly redeemed: number;
  readonly unsubscribed: number;
  /** Opens and clicks by scanners and other programs. */
  readonly byPrograms: number;
}

/** How a metric is read: a share of customers, money per customer, or a plain number per customer. */
export type MetricUnit = 'share' | 'money' | 'number';

/** What was studied of the cycle apart from it; null where it was not. */
export interface ReportStudies {
  /** Absent in reports of before there were forecasts. Categories by units expected in the first week, most first; `toClear` binds the most money first. */
  readonly demand?: {
    readonly weeks: number;
    readonly categories: readonly { readonly category: string; readonly units: number; readonly lower: number | null; readonly upper: number | null }[];
    readonly mase: number | null;
    readonly naiveMase: number | null;
    readonly toOrder: number;
    readonly out: number;
    readonly toClear: readonly { readonly product: string; readonly stock: number; readonly days: number | null; readonly money: number | null }[];
    readonly tiedUp: number;
  } | null;
  readonly journeys: { readonly sessions: number; readonly carts: number; readonly checkouts: number; readonly purchases: number; readonly frictions: readonly string[]; readonly abandonedCarts: number } | null;
  readonly risk: {
    readonly payments: number;
    readonly alerts: number;
    readonly suspects: number;
    /** Of the scorer in use, on payments it had not seen; null where too little is labelled. */
    readonly quality: { readonly scorer: string; readonly averagePrecision: number; readonly lower: number; readonly upper: number; readonly alerts: number; readonly precision: number; readonly saved: number } | null;
  } | null;
}

/** Everything a cycle's report shows. Plain JSON; the same object is kept beside the report as `report.json`. */
export interface CycleReport {
  readonly shop: string;
  /** Name of the shop for people. */
  readonly shopName: string;
  /** ISO 4217 */
  readonly currency: string;
  /** IANA */
  readonly timeZone: string;
  readonly cycle: string;
  /** ISO 8601 */
  readonly asOf: string;
  /** ISO 8601 */
  readonly madeAt: string;
  /** Version of the code. */
  readonly version: string;
  /** How the cycle ended, and in one sentence what it found. */
  readonly outcome: { readonly state: 'completed' | 'not_approved' | 'stopped' | 'abandoned'; readonly words: string };
  readonly customers: number;
  /** What this cycle took from earlier ones. */
  readonly earlier: { readonly previousCycle: string | null; readonly decisionsInForce: readonly string[] };
  readonly data: { readonly tallies: readonly SourceTally[]; readonly leftOut: readonly string[]; readonly findings: readonly AuditFinding[] };
  readonly segmentation: {
    readonly segments: readonly SegmentSummary[];
    readonly silhouette: number;
    /** Mean adjusted Rand index under resampling. */
    readonly stability: number;
    readonly features: readonly string[];
    readonly carriedOver: boolean;
    /** What tells a segment from the others. */
    readonly descriptions: readonly { readonly segment: number; readonly rule: string; readonly precision: number; readonly recall: number }[];
  };
  /** Null where there was nothing to learn from. */
  readonly prediction: ReportPrediction | null;
  /** Strongest first. */
  readonly rules: readonly ReportRule[];
  readonly campaign: {
    readonly plan: CampaignPlan;
    readonly approval: { readonly decision: 'approved' | 'rejected' | 'timed_out'; readonly by: string; readonly comment: string; readonly at: string } | null;
    readonly tally: DispatchTally | null;
    readonly funnel: MailFunnel | null;
  } | null;
  readonly results: {
    readonly measured: boolean;
    readonly why: string;
    /** ISO 8601 ends of the attribution window. */
    readonly from: string | null;
    readonly to: string | null;
    readonly effects: readonly Effect[];
    /** Confidence of the intervals, for example 0.95. */
    readonly confidence: number;
    /** Units by metric; a metric that is not named is read by its name (`revenue` is money, `conversion` a share). */
    readonly units: Readonly<Record<string, MetricUnit>>;
  };
  /** Absent in reports of before there were studies. */
  readonly studies?: ReportStudies;
  readonly decisions: readonly Decision[];
  readonly steps: readonly ReportStep[];
  readonly lineage: readonly ManifestEntry[];
}
