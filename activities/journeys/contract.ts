import type { Relations } from '../contract.ts';

export interface StudyInput {
  readonly shop: string;
  /** ISO week; the latest cycle of the lake that has come to its segments when absent. */
  readonly cycle?: string;
}

/** What a study of a cycle's journeys found; no person is in it. */
export interface JourneysFound {
  readonly shop: string;
  readonly cycle: string;
  readonly asOf: string;
  /** `journeys.*` */
  readonly relations: Relations;
  readonly days: number;
  readonly sessions: number;
  readonly carts: number;
  readonly checkouts: number;
  readonly purchases: number;
  /** In words, the costliest fault first. */
  readonly frictions: readonly string[];
  readonly abandonedCarts: number;
  /** Absent where the cycle has no plan yet: only then it is known who gets a letter anyway. */
  readonly reminders?: { readonly offer: string; readonly toSend: number; readonly holdout: number; readonly expectedCost: number; readonly leftOut: readonly { readonly reason: string; readonly customers: number }[] };
}

export interface JourneyActivities {
  /** Sessions, funnels, paths, frictions, abandoned carts and whom a reminder would go to, of what a cycle knows. */
  studyJourneys(input: StudyInput): Promise<JourneysFound>;
}
