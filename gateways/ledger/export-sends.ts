import type { LedgerTransaction } from './ledger.ts';
import type { SendState } from './send-state.ts';

/** A send as the lake may have it: no address and no time, so that an undisturbed run and a resumed one give the same rows. */
export interface ExportedSend {
  readonly key: string;
  readonly campaign: string;
  readonly customerId: string;
  readonly arm: string;
  readonly segment: string;
  readonly offer: string;
  readonly state: SendState;
  readonly couponCode: string | null;
}

/** Every send of a campaign in the order of keys, `size` at a time. */
export async function* exportSends(ledger: LedgerTransaction, campaign: string, size = 20_000): AsyncGenerator<readonly ExportedSend[]> {
  for (let after = ''; ;) {
    const rows = await ledger.query<ExportedSend>(
      `select s.key, s.campaign, s.customer_id as "customerId", s.arm, s.segment, s.offer, s.state, c.code as "couponCode"
       from sends as s
       left join coupons as c on c.send_key = s.key
       where s.campaign = $1 and s.key > $2
       order by s.key
       limit $3`,
      [campaign, after, size],
    );
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < size) return;
    after = last.key;
  }
}
