import { consentsInForce } from './consents.ts';
import { decisionsInForce, reversalsInForce, type RecordedDecision } from './decisions.ts';
import type { Ledger } from './ledger.ts';
import { championsInForce, type RegisteredModel } from './models.ts';

/** What the ledger says at one moment about whom a shop may not write to and what earlier cycles decided. Sorted, so that it can be compared. */
export interface Standing {
  /** SHA-256, hex, of lower-cased addresses. */
  readonly suppressions: readonly string[];
  /** Customers whose latest word on marketing mail is denied or revoked. */
  readonly refusals: readonly string[];
  /** Changes in force, then reversals (kind `reversal`) that feedback must heed. */
  readonly decisions: readonly RecordedDecision[];
  /** The champion of each target. */
  readonly champions: readonly RegisteredModel[];
}

/**
 * Reads the standing of a shop before a cycle.
 * @param cycle decisions and models of this cycle or later ones are left out, so that a cycle run again sees what it saw at first
 */
export async function readStanding(ledger: Ledger, shop: string, cycle: string): Promise<Standing> {
  const suppressions = await ledger.query<{ address_hash: string }>(
    "select distinct address_hash from suppressions where shop in ($1, '*') order by address_hash", [shop]);
  const consents = await consentsInForce(ledger, shop);
  const decisions = await decisionsInForce(ledger, shop, { before: cycle });
  return {
    suppressions: suppressions.map((row) => row.address_hash),
    refusals: consents.filter((consent) => consent.state !== 'granted').map((consent) => consent.customerId),
    decisions: [...decisions.filter((decision) => decision.kind !== 'no_change'), ...await reversalsInForce(ledger, shop, { before: cycle })],
    champions: await championsInForce(ledger, shop, { before: cycle }),
  };
}
