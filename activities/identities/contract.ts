import type { Relations } from '../contract.ts';

export interface ResolveInput {
  readonly shop: string;
  /** ISO week; the latest cycle of the lake that has come to its orders when absent. */
  readonly cycle?: string;
}

/** A channel's orders by each way of crediting them, beside what the experiment found. */
export interface AttributedChannel {
  readonly channel: string;
  readonly first: number;
  readonly last: number;
  readonly linear: number;
  readonly markov: number;
  /** Share of the orders that would be lost without it, in the chain. */
  readonly removalEffect: number;
  /** Customers who ordered because of it, against the holdout; for letters whose campaign was measured. */
  readonly experiment: { readonly orders: number; readonly lower: number; readonly upper: number } | null;
}

/** What was found of a cycle's people; no person is in it. */
export interface IdentitiesFound {
  readonly shop: string;
  readonly cycle: string;
  readonly asOf: string;
  /** `identities.*` */
  readonly relations: Relations;
  readonly records: number;
  readonly persons: number;
  readonly joinedByKey: number;
  readonly joinedByEvidence: number;
  readonly joinedByPeople: number;
  readonly toReview: number;
  readonly omnichannel: number;
  readonly attribution: readonly AttributedChannel[];
  readonly attributionDays: number;
  /** Absent where the cycle has no plan. */
  readonly offers?: { readonly people: number; readonly appPush: number; readonly till: number; readonly atOdds: number };
}


/** A person's word on two customer records. */
export interface RecordReview {
  readonly shop: string;
  readonly customerId: string;
  readonly otherCustomerId: string;
  readonly verdict: 'same' | 'different';
  readonly by: string;
  readonly comment: string;
}

export interface IdentityActivities {
  /** The next time they are resolved, the two are one person or are kept apart, whatever else speaks for or against it. */
  recordReview(input: RecordReview): Promise<void>;
  /** Which customer records are one person, what they do in each channel, whom which offer reaches where, and which touches led to orders. */
  resolveIdentities(input: ResolveInput): Promise<IdentitiesFound>;
}
