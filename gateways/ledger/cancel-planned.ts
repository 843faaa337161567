import type { LedgerTransaction } from './ledger.ts';

/** Cancels what is still planned of a campaign; the number cancelled. */
export async function cancelPlanned(ledger: LedgerTransaction, input: { readonly campaign: string; readonly reason: string; readonly now: Date }): Promise<number> {
  const cancelled = await ledger.query(
    `update sends set state = 'cancelled', reason = $2, updated_at = $3::timestamptz where campaign = $1 and state = 'planned' returning key`,
    [input.campaign, input.reason, input.now.toISOString()],
  );
  return cancelled.length;
}
