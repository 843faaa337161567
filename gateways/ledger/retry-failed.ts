import type { LedgerTransaction } from './ledger.ts';

/**
 * Plans again what failed or soft-bounced and was offered to the relay fewer than `maximumAttempts` times; the number planned again. A letter that
 * the relay had taken and that came back later is not: the relay has tried for days by itself.
 */
export async function retryFailed(ledger: LedgerTransaction, input: { readonly campaign: string; readonly maximumAttempts: number; readonly now: Date }): Promise<number> {
  const returned = await ledger.query(
    `update sends set state = 'planned', claimed_by = null, claimed_at = null, updated_at = $3::timestamptz
     where campaign = $1 and state in ('failed', 'soft_bounced') and attempts < $2 and not exists (select from bounces as b where b.send_key = sends.key)
     returning key`,
    [input.campaign, input.maximumAttempts, input.now.toISOString()],
  );
  return returned.length;
}
