import type { LedgerTransaction } from './ledger.ts';

/** What the ledger knows that tells a mail scanner's click from a person's. */
export interface ScannerSigns {
  /** When the relay took the letter; null while that is not written yet. */
  readonly handedOverAt: Date | null;
  /** Other links of the same letter that were followed since the given time. */
  readonly otherLinks: number;
}

/** @param input.detail target of the click in question; `since` how far back other links count */
export async function readScannerSigns(ledger: LedgerTransaction, input: { readonly key: string; readonly detail: string; readonly since: Date }): Promise<ScannerSigns | undefined> {
  const [signs] = await ledger.query<ScannerSigns>(
    `select
       case when s.state not in ('planned', 'claimed') then coalesce(case when s.state = 'handed_over' then s.updated_at end, s.claimed_at) end as "handedOverAt",
       (select count(distinct t.detail)::integer from touches as t where t.send_key = s.key and t.kind = 'click' and t.detail <> $2 and t.at >= $3::timestamptz) as "otherLinks"
     from sends as s
     where s.key = $1`,
    [input.key, input.detail, input.since.toISOString()],
  );
  return signs;
}
