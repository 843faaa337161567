import type { LedgerTransaction } from './ledger.ts';
import type { SendState } from './send-state.ts';

/** A send as the public links need it. The address stays inside the house. */
export interface FoundSend {
  readonly key: string;
  readonly shop: string;
  readonly cycle: string;
  readonly campaign: string;
  readonly customerId: string;
  readonly address: string;
  readonly arm: string;
  readonly segment: string;
  readonly offer: string;
  readonly state: SendState;
}

/** The send of a key, or undefined. */
export async function findSend(ledger: LedgerTransaction, key: string): Promise<FoundSend | undefined> {
  const [send] = await ledger.query<FoundSend>('select key, shop, cycle, campaign, customer_id as "customerId", address, arm, segment, offer, state from sends where key = $1', [key]);
  return send;
}
