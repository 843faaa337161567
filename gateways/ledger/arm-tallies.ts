import type { LedgerTransaction } from './ledger.ts';

/** What an arm has done so far, for the guardrail. */
export interface ArmTally {
  readonly arm: string;
  /** Accepted by the relay, whatever came after. */
  readonly handedOver: number;
  /** Sends whose recipient unsubscribed; scanners that follow links do not count. */
  readonly unsubscribed: number;
  readonly complained: number;
}

const countPage = `
  with counted as (
    select arm, count(*) filter (where state in ('handed_over', 'delivered', 'complained'))::integer as handed_over
    from sends
    where campaign = $1 and page = $2
    group by arm
    order by arm
  )
  insert into page_tallies (campaign, page, arm, handed_over)
  select $1, $2, arm, handed_over from counted
  on conflict (campaign, page, arm) do update set handed_over = excluded.handed_over`;

const select = `
  with reactions as (
    select s.arm,
      count(distinct t.send_key) filter (where t.kind = 'unsubscribe')::integer as unsubscribed,
      count(distinct t.send_key) filter (where t.kind = 'complaint')::integer as complained
    from touches as t
    join sends as s on s.key = t.send_key
    where t.kind in ('unsubscribe', 'complaint') and not t.bot and s.campaign = $1
      and t.at >= coalesce((select opened_at from campaigns where campaign = $1), '-infinity')
    group by s.arm
  ), arms as (
    select arm, sum(handed_over)::integer as handed_over from page_tallies where campaign = $1 group by arm
  )
  select a.arm, a.handed_over as "handedOver", coalesce(r.unsubscribed, 0) as unsubscribed, coalesce(r.complained, 0) as complained
  from arms as a
  left join reactions as r on r.arm = a.arm
  order by a.arm`;

/** Counts what a page has handed over by now: every page is counted when it ends, so that nobody has to count the whole campaign each time. */
export async function tallyPage(ledger: LedgerTransaction, { campaign, page }: { readonly campaign: string; readonly page: number }): Promise<void> {
  await ledger.query(countPage, [campaign, page]);
}

/** Every arm of a campaign in the order of names, over the pages that `tallyPage` has counted. */
export const armTallies = (ledger: LedgerTransaction, campaign: string): Promise<ArmTally[]> => ledger.query<ArmTally>(select, [campaign]);
