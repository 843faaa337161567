import type { Relations } from '../contract.ts';

export interface ScoreRiskInput {
  readonly shop: string;
  /** ISO week; the latest cycle of the lake that has its features when absent. */
  readonly cycle?: string;
}

/** A way of scoring as it did on payments it had not seen. */
export interface ScorerFigures {
  readonly scorer: string;
  readonly isUsed: boolean;
  readonly averagePrecision: number;
  readonly lower: number;
  readonly upper: number;
  /** Alerts of the capacity, what they found, and the share of them that was right. */
  readonly alerts: number;
  readonly found: number;
  readonly precision: number;
  readonly saved: number;
}

/** What scoring came to; no person is in it. */
export interface RiskFound {
  readonly shop: string;
  readonly cycle: string;
  readonly asOf: string;
  /** `risk.*` */
  readonly relations: Relations;
  readonly days: number;
  readonly payments: number;
  readonly usedScorer: string;
  readonly judged: readonly ScorerFigures[];
  readonly judgedPayments: number;
  readonly judgedFrauds: number;
  readonly alerts: number;
  readonly persons: { readonly withSeveralAccounts: number; readonly abusingCoupons: number };
  readonly suspects: number;
}

/** An alert of the queue, for a person to look at. */
export interface AlertEntry {
  readonly payment: string;
  readonly order: string;
  readonly customer: string;
  readonly amount: number;
  readonly paidAt: string;
  readonly score: number;
  readonly reasons: readonly string[];
  readonly verdict: 'fraud' | 'genuine' | null;
  readonly decidedBy: string;
  readonly comment: string;
}

export interface AlertVerdict {
  readonly payment: string;
  readonly verdict: 'fraud' | 'genuine';
  readonly by: string;
  readonly comment: string;
}

export interface RiskActivities {
  /** Scores the latest payments of a cycle and puts the worst into the review queue. */
  scoreRisk(input: ScoreRiskInput): Promise<RiskFound>;
  /** Alerts that wait, the highest score first. */
  listAlerts(input: { readonly shop: string }): Promise<readonly AlertEntry[]>;
  /** A person's word on one alert; it is a label from then on. */
  decideAlert(input: { readonly shop: string } & AlertVerdict): Promise<void>;
}
