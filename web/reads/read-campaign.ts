import type { LedgerTransaction } from '../../gateways/ledger/ledger.ts';

/** A decision about a plan, as it was recorded. */
export interface RecordedApproval {
  readonly hash: string;
  readonly decision: string;
  readonly by: string;
  readonly comment: string;
  readonly at: Date;
}

/** Everything that was ever decided about a cycle's campaigns, the newest first. */
export const readApprovals = (ledger: LedgerTransaction, { shop, cycle }: { readonly shop: string; readonly cycle: string }): Promise<RecordedApproval[]> => ledger.query<RecordedApproval>(
  'select hash, decision, by, comment, at from approvals where starts_with(campaign, $1) order by id desc limit 50', [`${shop}/${cycle}/`]);

/** Sends of a cycle by arm and state. */
export const readSendStates = (ledger: LedgerTransaction, { shop, cycle }: { readonly shop: string; readonly cycle: string }): Promise<{ readonly arm: string; readonly state: string; readonly sends: number }[]> => ledger.query(
  `select s.arm, s.state, count(*)::integer as sends
   from campaigns as k
   join sends as s on s.campaign = k.campaign
   where k.shop = $1 and k.cycle = $2
   group by s.arm, s.state
   order by s.arm, s.state`,
  [shop, cycle],
);
