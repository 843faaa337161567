import { isSuppressed } from '../../gateways/ledger/suppressions.ts';
import type { LedgerTransaction } from '../../gateways/ledger/ledger.ts';

/** One mail of a customer, and what came of it. */
export interface ContactSend {
  readonly cycle: string;
  readonly arm: string;
  readonly offer: string;
  readonly state: string;
  /** Kinds of touches by people. */
  readonly touches: readonly string[];
  readonly coupon: string | null;
  readonly redeemedAt: Date | null;
}

export interface Contact {
  /** The newest first. */
  readonly sends: readonly ContactSend[];
  readonly consents: readonly { readonly purpose: string; readonly state: string; readonly at: Date; readonly source: string }[];
  /** Why the address is suppressed. */
  readonly suppression?: string;
}

/** What the ledger knows of one customer of a shop. */
export async function readContact(ledger: LedgerTransaction, { shop, customerId, address }: { readonly shop: string; readonly customerId: string; readonly address: string }): Promise<Contact> {
  // A join: nothing indexes sends by customer, so campaign by campaign is by far quicker.
  const sends = await ledger.query<ContactSend>(
    `select s.cycle, s.arm, s.offer, s.state, c.code as coupon, c.redeemed_at as "redeemedAt",
       array(select distinct t.kind from touches as t where t.send_key = s.key and not t.bot order by t.kind) as touches
     from campaigns as k
     join sends as s on s.campaign = k.campaign and s.customer_id = $2
     left join coupons as c on c.send_key = s.key
     where k.shop = $1
     order by s.cycle desc, s.campaign
     limit 50`,
    [shop, customerId],
  );
  const consents = await ledger.query<Contact['consents'][number]>('select purpose, state, at, source from consents where shop = $1 and customer_id = $2 order by at desc, id desc limit 20', [shop, customerId]);
  if (address === '' || !(await isSuppressed(ledger, { shop, address }))) return { sends, consents };
  const [row] = await ledger.query<{ reason: string }>("select reason from suppressions where shop in ($1, '*') and address_hash = address_hash_of($2) order by shop limit 1", [shop, address]);
  return { sends, consents, suppression: row?.reason ?? '' };
}
