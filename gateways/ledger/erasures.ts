import { createHash } from 'node:crypto';
import type { LedgerTransaction } from './ledger.ts';

/** Who is not to be read again, as hashes: sha256(salt, line end, value) in hex, of an id as it is and of an address in small letters. */
export interface Erasures {
  readonly salt: string;
  /** Sorted. */
  readonly hashes: readonly string[];
}

const hashOf = (salt: string, value: string): string => createHash('sha256').update(`${salt}\n${value}`).digest('hex');

/** People whom a shop has erased; undefined where there are none. */
export async function readErasures(ledger: LedgerTransaction, shop: string): Promise<Erasures | undefined> {
  const rows = await ledger.query<{ hash: string; salt: string }>('select hash, salt from erasures cross join erasure_salt where shop = $1 order by hash', [shop]);
  return rows[0] === undefined ? undefined : { salt: rows[0].salt, hashes: [...new Set(rows.map(({ hash }) => hash))] };
}

/** Keeps the hashes of a person, so that later cycles leave out what the shop's files still say. */
export async function recordErasure(ledger: LedgerTransaction, { shop, customer, addresses, now }: { readonly shop: string; readonly customer: string; readonly addresses: readonly string[]; readonly now: Date }): Promise<void> {
  const [row] = await ledger.query<{ salt: string }>('select salt from erasure_salt');
  if (row === undefined) throw new TypeError('the migration that makes the table fills it');
  for (const [kind, value] of [['customer', customer] as const, ...addresses.map((address) => ['address', address.trim().toLowerCase()] as const)]) {
    await ledger.query('insert into erasures (shop, kind, hash, erased_at) values ($1, $2, $3, $4) on conflict do nothing', [shop, kind, hashOf(row.salt, value), now.toISOString()]);
  }
}
