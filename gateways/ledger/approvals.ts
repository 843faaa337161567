import type { LedgerTransaction } from './ledger.ts';

/** What a person, or the clock, decided about a plan. */
export interface Approval {
  readonly campaign: string;
  /** The plan's hash: another plan needs another approval. */
  readonly hash: string;
  readonly decision: 'approved' | 'rejected' | 'timed_out';
  readonly by: string;
  readonly comment: string;
  readonly at: Date;
}

/** Records a decision about a plan; the same decision by the same person again is not another one. */
export async function recordApproval(ledger: LedgerTransaction, approval: Approval): Promise<void> {
  await ledger.query(
    `insert into approvals (campaign, hash, decision, by, comment, at)
     select $1, $2, $3, $4, $5, $6::timestamptz
     where not exists (
       select from (select decision, by, comment from approvals where campaign = $1 and hash = $2 order by id desc limit 1) as latest
       where latest.decision = $3 and latest.by = $4 and latest.comment = $5
     )`,
    [approval.campaign, approval.hash, approval.decision, approval.by, approval.comment, approval.at.toISOString()],
  );
}

/** The latest decision about this very plan. */
export async function readApproval(ledger: LedgerTransaction, plan: { readonly campaign: string; readonly hash: string }): Promise<Approval | undefined> {
  const [latest] = await ledger.query<Approval>('select campaign, hash, decision, by, comment, at from approvals where campaign = $1 and hash = $2 order by id desc limit 1', [plan.campaign, plan.hash]);
  return latest;
}
