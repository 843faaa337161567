import { ClienteleError } from '../errors.ts';
import type { LedgerTransaction } from './ledger.ts';

/** What a person said of two customer records. */
export interface IdentityReview {
  readonly customerId: string;
  readonly otherCustomerId: string;
  readonly verdict: 'same' | 'different';
  readonly by: string;
  readonly comment: string;
  readonly at: Date;
}

/**
 * Records a person's word on two records; the same word by the same person again is not another one.
 * @throws ClienteleError COMMAND_INVALID where both are one record
 */
export async function recordIdentityReview(ledger: LedgerTransaction, shop: string, review: IdentityReview): Promise<void> {
  const [one, other] = [review.customerId, review.otherCustomerId].sort() as [string, string];
  if (one === other) throw new ClienteleError('COMMAND_INVALID', { problem: 'A record is always the same person as itself', remedy: 'Name two records.' });
  await ledger.query(
    `insert into identity_reviews (shop, customer_id, other_customer_id, verdict, by, comment, at)
     select $1, $2, $3, $4, $5, $6, $7::timestamptz
     where not exists (
       select from (select verdict, by, comment from identity_reviews where shop = $1 and customer_id = $2 and other_customer_id = $3 order by id desc limit 1) as latest
       where latest.verdict = $4 and latest.by = $5 and latest.comment = $6
     )`,
    [shop, one, other, review.verdict, review.by, review.comment, review.at.toISOString()],
  );
}

/** The latest word on each pair of a shop, in the order of their ids. */
export const readIdentityReviews = (ledger: LedgerTransaction, shop: string): Promise<IdentityReview[]> => ledger.query<IdentityReview>(
  `select distinct on (customer_id, other_customer_id) customer_id as "customerId", other_customer_id as "otherCustomerId", verdict, by, comment, at
   from identity_reviews where shop = $1
   order by customer_id, other_customer_id, id desc`,
  [shop],
);
