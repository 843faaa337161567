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

const select = `
  with reactions as (
    select s.arm,
      count(distinct t.send_key) filter (where t.kind = 'unsubscribe')::integer as unsubscribed,
      count(distinct t.send_key) filter (where t.kind = 'complaint')::integer as complained
    from touches as t
    join sends as s on s.key = t.send_key
    where s.campaign = $1 and t.kind in ('unsubscribe', 'complaint') and not t.bot
    group by s.arm
  ), arms as (
    select arm, count(*) filter (where state in ('handed_over', 'delivered', 'complained'))::integer as handed_over
    from sends
    where campaign = $1
    group by arm
  )
  select a.arm, a.handed_over as "handedOver", coalesce(r.unsubscribed, 0) as unsubscribed, coalesce(r.complained, 0) as complained
  from arms as a
  left join reactions as r on r.arm = a.arm
  order by a.arm`;

/** Every arm of a campaign in the order of names. */
export const armTallies = (ledger: LedgerTransaction, campaign: string): Promise<ArmTally[]> => ledger.query<ArmTally>(select, [campaign]);
