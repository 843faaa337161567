import type { Ledger } from './ledger.ts';

export interface Redemption {
  readonly code: string;
  readonly orderId: string;
  readonly at: Date;
}

export interface RedemptionOutcome {
  readonly code: string;
  readonly orderId: string;
  /** `repeated`: this very order had redeemed it before. */
  readonly outcome: 'redeemed' | 'repeated' | 'already_redeemed' | 'unknown';
}

const redeem = `
  with incoming as (
    select * from jsonb_to_recordset($1::jsonb) as i(position integer, code text, order_id text, at timestamptz)
  ), first as (
    select distinct on (code) code, order_id, at from incoming order by code, at, position
  ), redeemed as (
    update coupons as c set redeemed_at = f.at, order_id = f.order_id
    from first as f
    where c.code = f.code and c.redeemed_at is null
    returning c.code, c.send_key, c.order_id, c.redeemed_at
  )
  insert into touches (send_key, kind, at, bot, detail)
  select send_key, 'redeem', redeemed_at, false, order_id from redeemed order by code
  on conflict do nothing
  returning (select c.code from coupons as c where c.send_key = touches.send_key) as code, detail as order_id`;

/** Redeems coupons, each once: the earliest order of a code has it, and the redemption is recorded as a touch. Outcomes in the order given. */
export async function redeemCoupons(ledger: Ledger, redemptions: readonly Redemption[]): Promise<RedemptionOutcome[]> {
  if (redemptions.length === 0) return [];
  const rows = redemptions.map(({ code, orderId, at }, position) => ({ position, code, order_id: orderId, at: at.toISOString() }));
  return ledger.transaction(async (tx) => {
    const fresh = await tx.query<{ code: string; order_id: string }>(redeem, [JSON.stringify(rows)]);
    const held = await tx.query<{ code: string; order_id: string }>('select code, order_id from coupons where code = any($1::text[])', [redemptions.map(({ code }) => code)]);
    const freshOrders = new Map(fresh.map((row) => [row.code, row.order_id]));
    const orders = new Map(held.map((row) => [row.code, row.order_id]));
    return redemptions.map(({ code, orderId }): RedemptionOutcome => {
      const order = orders.get(code);
      if (order === undefined) return { code, orderId, outcome: 'unknown' };
      if (order !== orderId) return { code, orderId, outcome: 'already_redeemed' };
      return { code, orderId, outcome: freshOrders.get(code) === orderId ? 'redeemed' : 'repeated' };
    });
  });
}
