import type { LedgerTransaction } from './ledger.ts';

/** What the recipient of one send did, people and programs apart. No times, so that a resumed run gives the same rows. */
export interface ExportedTouches {
  readonly customerId: string;
  readonly opened: boolean;
  readonly clicked: boolean;
  readonly unsubscribed: boolean;
  readonly complained: boolean;
  /** A program opened or followed a link. */
  readonly byProgram: boolean;
}

/** Everybody of a campaign who touched the letter, in the order of customers. An unsubscription or complaint counts whoever sent it. */
export const exportTouches = (ledger: LedgerTransaction, campaign: string): Promise<ExportedTouches[]> => ledger.query<ExportedTouches>(
  `select s.customer_id as "customerId",
     bool_or(t.kind = 'open' and not t.bot) as opened,
     bool_or(t.kind = 'click' and not t.bot) as clicked,
     bool_or(t.kind = 'unsubscribe') as unsubscribed,
     bool_or(t.kind = 'complaint') as complained,
     bool_or(t.bot) as "byProgram"
   from touches as t
   join sends as s on s.key = t.send_key
   where s.campaign = $1
   group by s.customer_id
   order by s.customer_id`,
  [campaign],
);
