import type { LedgerTransaction } from './ledger.ts';

/** A send that the claimant alone may hand to the relay. */
export interface ClaimedSend {
  readonly key: string;
  readonly customerId: string;
  readonly address: string;
  readonly locale: string;
  readonly arm: string;
  readonly segment: string;
  readonly offer: string;
  readonly variables: Readonly<Record<string, string | number | boolean | null>>;
  /** Empty where the offer has no coupon. */
  readonly couponCode: string;
  /** `<key@domain>` */
  readonly messageId: string;
}

// The obstacles of send_obstacle (sql/ledger/0001_ledger.sql), written out: a function would be called row by row.
const claim = `
  with due as (
    select key, shop, customer_id, address
    from sends
    where campaign = $1 and page = $2 and state = 'planned' and arm <> all($3::text[]) and (not_before is null or not_before <= $6::timestamptz)
    order by key
    limit $4
    for update skip locked
  ), judged as materialized (
    select due.key, coalesce(
      (
        select 'address suppressed: ' || p.reason
        from suppressions as p
        where p.shop in (due.shop, '*') and p.address_hash = address_hash_of(due.address)
        order by p.shop
        limit 1
      ),
      (
        select case when latest.state <> 'granted' then 'consent ' || latest.state end
        from (
          select c.state
          from consents as c
          where c.shop = due.shop and c.customer_id = due.customer_id and c.purpose = 'marketing'
          order by c.at desc, c.id desc
          limit 1
        ) as latest
      )
    ) as obstacle
    from due
  ), moved as (
    update sends as s set
      state = case when judged.obstacle is null then 'claimed' else 'suppressed' end,
      reason = judged.obstacle,
      claimed_by = case when judged.obstacle is null then $5 end,
      claimed_at = case when judged.obstacle is null then $6::timestamptz end,
      attempts = s.attempts + case when judged.obstacle is null then 1 else 0 end,
      updated_at = $6::timestamptz
    from judged
    where s.key = judged.key
    returning s.key, s.customer_id, s.address, s.locale, s.arm, s.segment, s.offer, s.variables, s.state, s.message_id
  )
  select
    m.key, m.customer_id as "customerId", m.address, m.locale, m.arm, m.segment, m.offer, m.variables, m.state,
    coalesce(c.code, '') as "couponCode", m.message_id as "messageId"
  from moved as m
  left join coupons as c on c.send_key = m.key
  order by m.key`;

/**
 * Takes up to `limit` planned sends of a page for one claimant. Suppressions and consents are looked at now, and whoever must not be written to
 * becomes suppressed instead. Committed when it returns, so the intent stands before SMTP is spoken. Nothing claimed and nothing suppressed: done.
 */
export async function claimSends(
  ledger: LedgerTransaction,
  input: { readonly campaign: string; readonly page: number; readonly limit: number; readonly stoppedArms: readonly string[]; readonly claimant: string; readonly now: Date },
): Promise<{ readonly claimed: readonly ClaimedSend[]; readonly suppressed: number }> {
  const rows = await ledger.query<ClaimedSend & { state: string }>(claim, [input.campaign, input.page, input.stoppedArms, input.limit, input.claimant, input.now.toISOString()]);
  const claimed = rows.filter(({ state }) => state === 'claimed').map(({ state: _, ...send }) => send);
  return { claimed, suppressed: rows.length - claimed.length };
}
