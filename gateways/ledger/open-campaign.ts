import type { Ledger, LedgerTransaction } from './ledger.ts';

/** One dispatch of one approved plan. */
export interface OpenedCampaign {
  readonly campaign: string;
  readonly hash: string;
  readonly openedAt: Date;
}

const unsent = `
  select key from sends
  where campaign = $1 and state in ('planned', 'suppressed', 'cancelled') and attempts = 0 and not exists (select from touches where send_key = key)`;

/**
 * Records that a campaign was opened under a plan. A repeat changes nothing. Under another plan, what was never offered to the relay is removed with its
 * coupons so that it can be planned anew; what was offered stays, and so nobody is written to twice.
 */
export async function openCampaign(ledger: Ledger, input: { readonly shop: string; readonly cycle: string; readonly campaign: string; readonly hash: string; readonly now: Date }): Promise<OpenedCampaign> {
  const now = input.now.toISOString();
  return ledger.transaction(async (tx) => {
    await tx.query(
      'insert into campaigns (campaign, shop, cycle, hash, opened_at) values ($1, $2, $3, $4, $5::timestamptz) on conflict do nothing',
      [input.campaign, input.shop, input.cycle, input.hash, now],
    );
    const [opened] = await tx.query<OpenedCampaign>('select campaign, hash, opened_at as "openedAt" from campaigns where campaign = $1 for update', [input.campaign]);
    if (opened === undefined) throw new RangeError(`Campaign ${input.campaign} was removed while it was opened.`);
    if (opened.hash === input.hash) return opened;
    await tx.query(`delete from coupons where send_key in (${unsent})`, [input.campaign]);
    await tx.query(`delete from sends where key in (${unsent})`, [input.campaign]);
    // The window of what was sent already goes on from its own start.
    const [reopened] = await tx.query<OpenedCampaign>(
      `update campaigns set hash = $2, opened_at = case when exists (select from sends where campaign = $1) then opened_at else $3::timestamptz end
       where campaign = $1
       returning campaign, hash, opened_at as "openedAt"`,
      [input.campaign, input.hash, now],
    );
    return reopened ?? opened;
  });
}

/** The campaign as it was opened, or undefined. */
export async function readCampaign(ledger: LedgerTransaction, campaign: string): Promise<OpenedCampaign | undefined> {
  const [row] = await ledger.query<OpenedCampaign>('select campaign, hash, opened_at as "openedAt" from campaigns where campaign = $1', [campaign]);
  return row;
}
