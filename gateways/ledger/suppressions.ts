import type { LedgerTransaction } from './ledger.ts';

/** An address that must not be written to. */
export interface Suppression {
  /** A shop's name, or `*` for every shop. */
  readonly shop: string;
  readonly address: string;
  /** For people: `unsubscribed`, `hard bounce`, `complaint`, … */
  readonly reason: string;
  /** What reported it: `link`, `relay`, `console`, … */
  readonly source: string;
  readonly at: Date;
}

/** Suppresses addresses from now on; the first reason stays. The SHA-256 of the lower-cased address is kept beside it, for when the address must be erased. */
export async function suppress(ledger: LedgerTransaction, suppressions: readonly Suppression[]): Promise<void> {
  await ledger.query(
    `insert into suppressions (shop, address_hash, address, reason, source, suppressed_at)
     select i.shop, address_hash_of(i.address), lower(btrim(i.address)), i.reason, i.source, i.at
     from jsonb_to_recordset($1::jsonb) as i(shop text, address text, reason text, source text, at timestamptz)
     on conflict do nothing`,
    [JSON.stringify(suppressions)],
  );
}

/** Lifts the suppression of one address in one shop; whether there was one. */
export async function unsuppress(ledger: LedgerTransaction, { shop, address }: { readonly shop: string; readonly address: string }): Promise<boolean> {
  const lifted = await ledger.query('delete from suppressions where shop = $1 and address_hash = address_hash_of($2) returning shop', [shop, address]);
  return lifted.length > 0;
}

/** Whether the address is suppressed in this shop, by its own list or the one of every shop. */
export async function isSuppressed(ledger: LedgerTransaction, { shop, address }: { readonly shop: string; readonly address: string }): Promise<boolean> {
  const found = await ledger.query(`select shop from suppressions where shop in ($1, '*') and address_hash = address_hash_of($2)`, [shop, address]);
  return found.length > 0;
}
