import type { Cell } from '../../gateways/warehouse/warehouse.ts';

/** One number or word of an explanation, and the relation and column it stands in. */
export interface Fact {
  readonly name: string;
  readonly value: Cell;
  /** `layer.relation.column` */
  readonly from: string;
}

/** A feature that holds a customer in its segment, in standard deviations from the average customer. */
export interface SegmentReason {
  readonly feature: string;
  /** The customer's own figure, as features.customers has it; null where it was missing and filled in. */
  readonly figure: number | null;
  readonly standardised: number;
  readonly ownCentre: number;
  readonly nextCentre: number;
  /** How much of the lead of the own centre comes from this feature, in squared distance. */
  readonly weight: number;
}

export interface SegmentExplanation {
  readonly segment: number;
  readonly name: string;
  /** What tells the segment from the others, where the cycle learned that. */
  readonly rule?: { readonly text: string; readonly precision: number; readonly recall: number };
  readonly distance: number;
  readonly next?: { readonly segment: number; readonly name: string; readonly distance: number };
  /** At most three, the strongest first. */
  readonly reasons: readonly SegmentReason[];
  /** Why there are no reasons, or a word of caution. */
  readonly note?: string;
}

/** An association rule whose antecedent the customer has bought. */
export interface AppliedRule {
  /** Whose baskets it was learned from. */
  readonly among: 'all customers' | 'the segment';
  readonly antecedent: string;
  readonly consequent: string;
  readonly confidence: number;
  readonly lift: number;
  readonly baskets: number;
  /** Whether the customer has bought the consequent too. */
  readonly bought: boolean;
}

/** A file of the shop that a relation was collected from. */
export interface SourceFile {
  readonly file: string;
  /** Rows of this customer; undefined where rows name no customer. */
  readonly rows?: number;
}

/** How one relation came to be. */
export interface LineageStep {
  readonly relation: string;
  readonly fingerprint: string;
  readonly rows: number;
  readonly recipe: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
  /** Whether manifest.json, written at the cycle's end, has the same fingerprint. */
  readonly manifest: 'same' | 'other fingerprint' | 'not in it' | 'no manifest yet';
  /** Set for rows from outside the lake: what they were read by, and from. */
  readonly source?: { readonly by: string; readonly files: readonly SourceFile[] };
}

/** Why a customer is where it is, what is expected of it, what was decided, and where each of these numbers is from. */
export interface Explanation {
  readonly shop: string;
  readonly cycle: string;
  readonly customer: string;
  /** The cycle knows what happened before it; null before the manifest is written, as is the version of the code. */
  readonly asOf: string | null;
  readonly version: string | null;
  readonly profile: readonly Fact[];
  /** Absent for who has not ordered. */
  readonly segment?: SegmentExplanation;
  readonly scores: readonly Fact[];
  /** What the customer does not have yet before what it has, then the strongest first. */
  readonly rules: readonly AppliedRule[];
  readonly plan: readonly Fact[];
  readonly outcome: readonly Fact[];
  /** Results before what they were made of, down to the shop's files. */
  readonly lineage: readonly LineageStep[];
}
