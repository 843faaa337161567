import { readIdentityReviews } from '../../gateways/ledger/identity-reviews.ts';
import type { LedgerTransaction } from '../../gateways/ledger/ledger.ts';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { CycleView } from './lake-reader.ts';

/** How many people there are, and what joined their records. */
export interface IdentityCounts extends Record<string, number> {
  readonly records: number;
  readonly persons: number;
  readonly byKey: number;
  readonly byEvidence: number;
  readonly byPeople: number;
  readonly omnichannel: number;
}

/** Two records that a person should look at, and what was said of them already. */
export interface OpenReview {
  readonly customerId: string;
  readonly otherCustomerId: string;
  readonly probability: number;
  readonly why: string;
  readonly said: { readonly verdict: 'same' | 'different'; readonly by: string } | null;
}

export interface Attributed extends Record<string, string | number | null> {
  readonly channel: string;
  readonly first: number;
  readonly last: number;
  readonly linear: number;
  readonly markov: number;
  readonly removalEffect: number;
  readonly experiment: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** Undefined where the cycle's people were not resolved. */
export async function readIdentityCounts(view: CycleView): Promise<IdentityCounts | undefined> {
  const [counts] = await view.rowsIf<IdentityCounts>(['identities.persons', 'identities.people'],
    `select count(*) as records, count(distinct person_id) as persons, count_if(records > 1 and kind = 'key') as "byKey", count_if(records > 1 and kind = 'evidence') as "byEvidence", count_if(records > 1 and kind = 'decided') as "byPeople",
      (select count_if(is_omnichannel) from identities.people) as omnichannel from identities.persons`);
  return counts;
}

/** The most probable first; what was said since the people were resolved stands beside each pair. */
export async function readOpenReviews(view: CycleView, ledger: LedgerTransaction, limit: number, offset: number): Promise<OpenReview[]> {
  const pairs = await view.rowsIf<{ customerId: string; otherCustomerId: string; probability: number; why: string }>(['identities.review'],
    `select customer_id as "customerId", other_customer_id as "otherCustomerId", probability, why from identities.review order by probability desc, customer_id, other_customer_id limit ${limit} offset ${offset}`);
  if (pairs.length === 0) return [];
  const key = (one: string, other: string): string => JSON.stringify([one, other].sort());
  const said = new Map((await readIdentityReviews(ledger, view.shop)).map(({ customerId, otherCustomerId, verdict, by }) => [key(customerId, otherCustomerId), { verdict, by }]));
  return pairs.map((pair) => ({ ...pair, said: said.get(key(pair.customerId, pair.otherCustomerId)) ?? null }));
}

/** Whether a pair is one that this cycle put to review: nothing else can be decided from a page. */
export async function isOnReview(view: CycleView, one: string, other: string): Promise<boolean> {
  const [first, second] = [one, other].sort().map(quoteLiteral);
  const found = await view.rowsIf<{ found: number }>(['identities.review'], `select count(*) as found from identities.review where least(customer_id, other_customer_id) = ${first} and greatest(customer_id, other_customer_id) = ${second}`);
  return (found[0]?.found ?? 0) > 0;
}

/** Orders credited to each channel, beside what the experiment says of the letters. */
export const readAttribution = (view: CycleView): Promise<Attributed[]> => view.rowsIf<Attributed>(['identities.attribution'],
  'select channel, first_touch as first, last_touch as last, linear, markov, removal_effect as "removalEffect", experiment, experiment_lower as lower, experiment_upper as upper from identities.attribution order by channel');
