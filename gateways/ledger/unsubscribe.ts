import { recordConsents } from './consents.ts';
import { findSend } from './find-send.ts';
import type { Ledger } from './ledger.ts';
import { suppress } from './suppressions.ts';

/**
 * Unsubscribes the recipient of a send: the touch, the suppression of the address and the revoked consent, together or not at all. For a request
 * that a person made (RFC 8058 POST or a confirmed form), never for a GET. A repeat changes nothing.
 * @param input.source `one-click` or `form`
 * @returns false when there is no such send
 */
export async function unsubscribe(ledger: Ledger, input: { readonly key: string; readonly source: string; readonly at: Date }): Promise<boolean> {
  return ledger.transaction(async (tx) => {
    const send = await findSend(tx, input.key);
    if (send === undefined) return false;
    const earlier = await tx.query(`select id from touches where send_key = $1 and kind = 'unsubscribe' and not bot`, [send.key]);
    if (earlier.length === 0) await tx.query(`insert into touches (send_key, kind, at, bot, detail) values ($1, 'unsubscribe', $2::timestamptz, false, $3) on conflict do nothing`, [send.key, input.at.toISOString(), input.source]);
    await suppress(tx, [{ shop: send.shop, address: send.address, reason: 'unsubscribed', source: input.source, at: input.at }]);
    if (earlier.length === 0) await recordConsents(tx, [{ shop: send.shop, customerId: send.customerId, purpose: 'marketing', state: 'revoked', at: input.at, source: input.source }]);
    return true;
  });
}
