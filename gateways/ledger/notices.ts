import { createHash } from 'node:crypto';
import type { LedgerTransaction } from './ledger.ts';

/** A mail to somebody of the shop itself. */
export interface Notice {
  readonly key: string;
  readonly messageId: string;
  readonly state: 'claimed' | 'sent' | 'refused' | 'in_doubt';
  readonly claimedAt: Date;
}

/** The same cycle, subject and address give the same key; the address is not in it. */
export const noticeKey = (...parts: readonly string[]): string => createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);

/** Claims a notice before SMTP is spoken. Undefined when it was claimed now; else the notice as it stands. */
export async function claimNotice(ledger: LedgerTransaction, notice: { readonly key: string; readonly shop: string; readonly cycle: string; readonly messageId: string; readonly now: Date }): Promise<Notice | undefined> {
  const claimed = await ledger.query(
    "insert into notices (key, shop, cycle, message_id, state, claimed_at) values ($1, $2, $3, $4, 'claimed', $5) on conflict (key) do nothing returning key",
    [notice.key, notice.shop, notice.cycle, notice.messageId, notice.now.toISOString()],
  );
  if (claimed.length > 0) return undefined;
  const [row] = await ledger.query<Notice>('select key, message_id as "messageId", state, claimed_at as "claimedAt" from notices where key = $1', [notice.key]);
  return row;
}

/** Takes over a claim whose process died; false when another one was quicker. */
export async function takeOverNotice(ledger: LedgerTransaction, { key, claimedAt }: Notice, now: Date): Promise<boolean> {
  const taken = await ledger.query("update notices set claimed_at = $3 where key = $1 and state = 'claimed' and claimed_at = $2 returning key", [key, claimedAt.toISOString(), now.toISOString()]);
  return taken.length > 0;
}

/** What became of a claimed notice. */
export async function settleNotice(ledger: LedgerTransaction, key: string, state: Exclude<Notice['state'], 'claimed'>): Promise<void> {
  await ledger.query("update notices set state = $2 where key = $1 and state = 'claimed'", [key, state]);
}

/** Gives a claim back: the relay has certainly not taken the letter. */
export async function releaseNotice(ledger: LedgerTransaction, key: string): Promise<void> {
  await ledger.query("delete from notices where key = $1 and state = 'claimed'", [key]);
}
