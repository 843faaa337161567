import type { CycleScope, Relations } from '../contract.ts';

/** What one canonical table's source gave: `read = kept + quarantined`, always. */
export interface SourceTally {
  readonly table: string;
  /** Data lines read, those that did not parse included. */
  readonly read: number;
  readonly kept: number;
  readonly quarantined: number;
  /** Most frequent first. */
  readonly reasons: readonly { readonly reason: string; readonly rows: number }[];
}

export interface CollectInput extends CycleScope {
  /** 1 at first; one more after each repair. A snapshot is taken once an attempt, so a retried activity finds it made. */
  readonly attempt: number;
}

export interface CollectResult {
  /** `snapshot.*` relations, `snapshot.quarantine` among them. */
  readonly relations: Relations;
  readonly tallies: readonly SourceTally[];
  /** Canonical tables this shop has no source for; later steps say what they left out because of it. */
  readonly leftOut: readonly string[];
  /** Last cycle of this shop in the lake, when there is one. */
  readonly previousCycle?: string;
  /** Decisions of earlier cycles in force now, in words. */
  readonly decisionsInForce: readonly string[];
}

export interface AuditInput extends CycleScope {
  readonly relations: Relations;
}

export interface AuditFinding {
  readonly audit: string;
  readonly severity: 'hold' | 'warn';
  readonly rows: number;
  readonly message: string;
}

export interface CollectActivities {
  /** Reads the shop's sources onto the canonical tables; rows that do not parse or break a rule go to quarantine. */
  collect(input: CollectInput): Promise<CollectResult>;
  /** Runs the audits: queries that must return no row. */
  audit(input: AuditInput): Promise<{ readonly findings: readonly AuditFinding[] }>;
  /** The shop's settings that workflows decide by. */
  readCycleSettings(input: { readonly shop: string }): Promise<CycleSettings>;
}

/** Settings that change what a workflow decides; everything else stays with the activities. */
export interface CycleSettings {
  readonly approval: 'required' | 'automatic';
  readonly remindAfterSeconds: number;
  readonly giveUpAfterSeconds: number;
  /** Attribution window in real seconds (a compressed shop day counts as its setting says). */
  readonly windowSeconds: number;
  /** Longest wait for outcomes in real seconds. */
  readonly maximumWindowSeconds: number;
  /** Guardrail checks at these shares of the window, for example [0.25, 0.5]. */
  readonly earlyLooks: readonly number[];
  readonly minimumSilhouette: number;
  /** Absent in histories recorded before there was such a gate. */
  readonly minimumStability?: number;
  readonly maximumAnalyses: number;
  readonly mailsPerSecond: number;
  readonly maximumUnsubscribeShare: number;
  /** How many marketers may approve; absent in histories recorded before it counted. */
  readonly marketers?: number;
}
