import type { Ledger, LedgerTransaction } from './ledger.ts';
import { sendKey } from './send-key.ts';

/** One mail to write, by the plan. */
export interface PlannedSend {
  readonly customerId: string;
  readonly address: string;
  readonly locale: string;
  readonly arm: string;
  readonly segment: string;
  readonly offer: string;
  readonly page: number;
  readonly variables: Readonly<Record<string, string | number | boolean | null>>;
}

const columns = 'key, shop, cycle, campaign, customer_id, address, locale, arm, segment, offer, page, variables, message_id, planned_at, updated_at, shares_address, state, reason';
const values = 'i.key, $2, $3, $4, i.customer_id, i.address, i.locale, i.arm, i.segment, i.offer, i.page, i.variables, \'<\' || i.key || \'@\' || $5 || \'>\', $6::timestamptz, $6::timestamptz';
const incoming = `incoming as (
  select * from jsonb_to_recordset($1::jsonb) as i(
    position integer, key text, customer_id text, address text, locale text, arm text, segment text, offer text, page integer, variables jsonb
  )
)`;

const planUnobstructed = `
  with ${incoming}
  insert into sends (${columns})
  select ${values}, false, case when obstacle.reason is null then 'planned' else 'suppressed' end, obstacle.reason
  from incoming as i
  cross join lateral (select send_obstacle($2, i.customer_id, i.address) as reason) as obstacle
  order by i.position
  on conflict do nothing
  returning state`;

const suppressSharedAddresses = `
  with ${incoming}
  insert into sends (${columns})
  select ${values}, true, 'suppressed', 'address already in this campaign'
  from incoming as i
  where not exists (select from sends as s where s.key = i.key)
  order by i.position
  on conflict do nothing
  returning state`;

/**
 * Writes the sends of a plan; what is there already stays as it is, so a repeat changes nothing. The first customer of an address, in the order
 * given, gets the mail; a further one is recorded as suppressed, as is whoever is suppressed or has revoked consent by now. A few thousand at a time.
 * @param input.senderDomain right side of the Message-ID, which is `<key@senderDomain>`
 * @returns how many rows were new
 */
export async function planSends(
  ledger: Ledger,
  input: { readonly shop: string; readonly cycle: string; readonly campaign: string; readonly senderDomain: string; readonly sends: readonly PlannedSend[]; readonly now: Date },
): Promise<{ readonly planned: number; readonly suppressed: number }> {
  const rows = input.sends.map((send, position) => ({
    position, key: sendKey(input.campaign, send.customerId), customer_id: send.customerId, address: send.address, locale: send.locale, arm: send.arm,
    segment: send.segment, offer: send.offer, page: send.page, variables: send.variables,
  }));
  const parameters = [JSON.stringify(rows), input.shop, input.cycle, input.campaign, input.senderDomain, input.now.toISOString()];
  return ledger.transaction(async (tx: LedgerTransaction) => {
    const written = await tx.query<{ state: string }>(planUnobstructed, parameters);
    const shared = written.length === rows.length ? [] : await tx.query<{ state: string }>(suppressSharedAddresses, parameters);
    const planned = written.filter(({ state }) => state === 'planned').length;
    return { planned, suppressed: written.length - planned + shared.length };
  });
}
