import type { LedgerTransaction } from './ledger.ts';

/** One dispatch of one approved plan. */
export interface OpenedCampaign {
  readonly campaign: string;
  readonly hash: string;
  readonly openedAt: Date;
}

/** Records that a campaign was opened. The first opening counts: a repeat gives the hash and the time of the first. */
export async function openCampaign(ledger: LedgerTransaction, input: { readonly shop: string; readonly cycle: string; readonly campaign: string; readonly hash: string; readonly now: Date }): Promise<OpenedCampaign> {
  await ledger.query(
    'insert into campaigns (campaign, shop, cycle, hash, opened_at) values ($1, $2, $3, $4, $5::timestamptz) on conflict do nothing',
    [input.campaign, input.shop, input.cycle, input.hash, input.now.toISOString()],
  );
  const opened = await readCampaign(ledger, input.campaign);
  if (opened === undefined) throw new RangeError(`Campaign ${input.campaign} was deleted while it was opened.`);
  return opened;
}

export async function readCampaign(ledger: LedgerTransaction, campaign: string): Promise<OpenedCampaign | undefined> {
  const [row] = await ledger.query<OpenedCampaign>('select campaign, hash, opened_at as "openedAt" from campaigns where campaign = $1', [campaign]);
  return row;
}
