import type { LedgerTransaction } from './ledger.ts';

/** Pages of a campaign, numbered from 0. */
export async function countPages(ledger: LedgerTransaction, campaign: string): Promise<number> {
  const [row] = await ledger.query<{ pages: number }>('select coalesce(max(page) + 1, 0)::integer as pages from sends where campaign = $1', [campaign]);
  return row?.pages ?? 0;
}
