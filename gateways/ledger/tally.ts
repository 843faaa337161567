import type { LedgerTransaction } from './ledger.ts';
import { sendStates, type SendState } from './send-state.ts';

/** Sends of a campaign by state, zero where there is none. */
export async function tally(ledger: LedgerTransaction, campaign: string): Promise<Readonly<Record<SendState, number>>> {
  const rows = await ledger.query<{ state: SendState; sends: number }>('select state, count(*)::integer as sends from sends where campaign = $1 group by state order by state', [campaign]);
  const counts = Object.fromEntries(sendStates.map((state) => [state, 0])) as Record<SendState, number>;
  for (const { state, sends } of rows) counts[state] = sends;
  return counts;
}
