import { ClienteleError } from '../../gateways/errors.ts';
import { recordErasure } from '../../gateways/ledger/erasures.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';

export interface LedgerErasure {
  /** Rows of the person by table; with `erase` they are gone. */
  readonly rows: Readonly<Record<'sends' | 'coupons' | 'touches' | 'bounces' | 'survey_answers' | 'consents' | 'risk_alerts' | 'identity_reviews', number>>;
  /** Addresses that are suppressed by hash alone afterwards. */
  readonly addresses: number;
}

/** Addresses that the ledger has of a customer, as it compares them. */
export const readAddresses = async (ledger: Ledger, shop: string, customer: string): Promise<string[]> =>
  (await ledger.query<{ address: string }>('select distinct address_normalised as address from sends where shop = $1 and customer_id = $2 order by 1', [shop, customer])).map(({ address }) => address);

/**
 * Takes a person out of the ledger in one transaction: sends with their coupons, touches, bounces and answers, consents, alerts about payments, and verdicts about double records. Every address stays suppressed
 * by its hash, so that data which bring the person back bring no letter; and the person's own salted hash makes later cycles leave out what the shop's files still say.
 * @param erase false only counts
 * @throws ClienteleError COMMAND_INVALID while a letter to the person is at the relay
 */
export async function eraseFromLedger(ledger: Ledger, { shop, customer, addresses, now, erase }: { readonly shop: string; readonly customer: string; readonly addresses: readonly string[]; readonly now: Date; readonly erase: boolean }): Promise<LedgerErasure> {
  return ledger.transaction(async (tx) => {
    const sends = await tx.query<{ key: string; state: string }>('select key, state from sends where shop = $1 and customer_id = $2 for update', [shop, customer]);
    if (sends.some(({ state }) => state === 'claimed')) throw new ClienteleError('COMMAND_INVALID', { problem: 'A letter to this customer is being handed over', remedy: 'Erase when the campaign has been sent.' });
    const keys = sends.map(({ key }) => key);
    const ofSends = async (table: 'coupons' | 'touches' | 'bounces' | 'survey_answers'): Promise<number> =>
      (await tx.query<{ rows: number }>(erase ? `with gone as (delete from ${table} where send_key = any($1) returning 1) select count(*)::integer as rows from gone` : `select count(*)::integer as rows from ${table} where send_key = any($1)`, [keys]))[0]?.rows ?? 0;
    const rows = { touches: await ofSends('touches'), bounces: await ofSends('bounces'), coupons: await ofSends('coupons'), survey_answers: await ofSends('survey_answers') };
    const ofPerson = async (table: 'consents' | 'risk_alerts' | 'identity_reviews'): Promise<number> => {
      const condition = `shop = $1 and ${table === 'identity_reviews' ? '$2 in (customer_id, other_customer_id)' : 'customer_id = $2'}`;
      const [counted] = await tx.query<{ rows: number }>(erase ? `with gone as (delete from ${table} where ${condition} returning 1) select count(*)::integer as rows from gone` : `select count(*)::integer as rows from ${table} where ${condition}`, [shop, customer]);
      return counted?.rows ?? 0;
    };
    const owned = { consents: await ofPerson('consents'), risk_alerts: await ofPerson('risk_alerts'), identity_reviews: await ofPerson('identity_reviews') };
    if (erase) {
      await tx.query('delete from identity_reviews where shop = $1 and $2 in (customer_id, other_customer_id)', [shop, customer]);
      await recordErasure(tx, { shop, customer, addresses, now });
      await tx.query('delete from sends where key = any($1)', [keys]);
      await tx.query('delete from risk_alerts where shop = $1 and customer_id = $2', [shop, customer]);
      await tx.query(
        `insert into suppressions (shop, address_hash, address, reason, source, suppressed_at)
         select $1, address_hash_of(address), null, 'erased', 'command line', $3 from unnest($2::text[]) as gone(address)
         on conflict do nothing`, [shop, addresses, now.toISOString()]);
      await tx.query('update suppressions set address = null where address_hash in (select address_hash_of(address) from unnest($1::text[]) as gone(address))', [addresses]);
    }
    return { rows: { sends: keys.length, ...rows, ...owned }, addresses: addresses.length };
  });
}
