import type { LedgerTransaction } from './ledger.ts';

/** What a customer has said about being written to, once. */
export interface Consent {
  readonly shop: string;
  readonly customerId: string;
  /** Mail is sent for `marketing`. */
  readonly purpose: string;
  readonly state: 'granted' | 'denied' | 'revoked';
  readonly at: Date;
  readonly source: string;
}

/** Appends consents; one that is known already is not appended again. */
export async function recordConsents(ledger: LedgerTransaction, consents: readonly Consent[]): Promise<void> {
  const rows = consents.map(({ customerId, ...consent }) => ({ ...consent, customer_id: customerId }));
  await ledger.query(
    `insert into consents (shop, customer_id, purpose, state, at, source)
     select i.shop, i.customer_id, i.purpose, i.state, i.at, i.source
     from jsonb_to_recordset($1::jsonb) as i(shop text, customer_id text, purpose text, state text, at timestamptz, source text)
     on conflict do nothing`,
    [JSON.stringify(rows)],
  );
}

/** The consents in force of a shop: the latest line of each customer, in the order of customers. */
export const consentsInForce = (ledger: LedgerTransaction, shop: string, purpose = 'marketing'): Promise<Consent[]> => ledger.query<Consent>(
  `select distinct on (customer_id) shop, customer_id as "customerId", purpose, state, at, source
   from consents
   where shop = $1 and purpose = $2
   order by customer_id, at desc, id desc`,
  [shop, purpose],
);
