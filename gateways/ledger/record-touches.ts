import type { Ledger } from './ledger.ts';

/** What a recipient, or a machine on the way, did with a letter. */
export interface Touch {
  readonly sendKey: string;
  readonly kind: 'open' | 'click' | 'unsubscribe' | 'redeem' | 'complaint';
  readonly at: Date;
  /** True where a scanner or a prefetching proxy is the likely cause. */
  readonly bot: boolean;
  /** For a click its target; never an address. */
  readonly detail?: string;
}

/**
 * Records touches; the same touch twice is one, and one of an unknown send is dropped. A complaint also moves a send that the relay took to complained.
 * @returns how many were new
 */
export async function recordTouches(ledger: Ledger, touches: readonly Touch[]): Promise<number> {
  if (touches.length === 0) return 0;
  const rows = touches.map(({ sendKey, detail, ...touch }) => ({ ...touch, send_key: sendKey, detail: detail ?? '' }));
  return ledger.transaction(async (tx) => {
    const recorded = await tx.query<{ send_key: string; kind: string; bot: boolean; at: Date }>(
      `insert into touches (send_key, kind, at, bot, detail)
       select i.send_key, i.kind, i.at, i.bot, i.detail
       from jsonb_to_recordset($1::jsonb) as i(send_key text, kind text, at timestamptz, bot boolean, detail text)
       join sends as s on s.key = i.send_key
       on conflict do nothing
       returning send_key, kind, bot, at`,
      [JSON.stringify(rows)],
    );
    const complaints = recorded.filter(({ kind, bot }) => kind === 'complaint' && !bot).map(({ send_key }) => send_key);
    if (complaints.length > 0) {
      await tx.query(`update sends set state = 'complained' where key = any($1::text[]) and state in ('handed_over', 'delivered', 'in_doubt')`, [complaints]);
    }
    return recorded.length;
  });
}
