import { couponCode } from './coupon-code.ts';
import type { LedgerTransaction } from './ledger.ts';

/** One code for one send. */
export interface CouponIssue {
  readonly sendKey: string;
  readonly kind: string;
  readonly value: number;
  readonly prefix?: string | null;
}

const issue = `
  with incoming as (
    select * from jsonb_to_recordset($1::jsonb) as i(code text, send_key text, kind text, value double precision)
  ), issued as (
    insert into coupons (code, send_key, campaign, customer_id, offer, kind, value, issued_at)
    select i.code, s.key, s.campaign, s.customer_id, s.offer, i.kind, i.value, $2::timestamptz
    from incoming as i
    join sends as s on s.key = i.send_key and s.state <> 'suppressed'
    order by s.key
    on conflict do nothing
    returning send_key
  )
  select s.key
  from incoming as i
  join sends as s on s.key = i.send_key and s.state <> 'suppressed'
  where not exists (select from issued where issued.send_key = s.key)
    and not exists (select from coupons as c where c.send_key = s.key)
  order by s.key`;

/** Gives each send that is not suppressed its coupon, once: the code follows from the key, and a send that has one keeps it. */
export async function issueCoupons(ledger: LedgerTransaction, input: { readonly coupons: readonly CouponIssue[]; readonly now: Date }): Promise<void> {
  let waiting = input.coupons;
  for (let turn = 0; waiting.length > 0; turn += 1) {
    const rows = waiting.map((coupon) => ({ code: couponCode(coupon.sendKey, coupon.prefix, turn), send_key: coupon.sendKey, kind: coupon.kind, value: coupon.value }));
    const taken = new Set((await ledger.query<{ key: string }>(issue, [JSON.stringify(rows), input.now.toISOString()])).map(({ key }) => key));
    waiting = waiting.filter((coupon) => taken.has(coupon.sendKey));
  }
}
