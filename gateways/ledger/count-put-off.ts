import type { LedgerTransaction } from './ledger.ts';

/** Sends of a page that are still planned because their domain asked for patience, and when the first of them is due. */
export async function countPutOff(ledger: LedgerTransaction, input: { readonly campaign: string; readonly page: number; readonly stoppedArms: readonly string[] }): Promise<{ readonly sends: number; readonly dueAt: Date }> {
  const [row] = await ledger.query<{ sends: number; dueAt: Date | null }>(
    `select count(*)::integer as sends, min(not_before) as "dueAt"
     from sends
     where campaign = $1 and page = $2 and state = 'planned' and not_before is not null and arm <> all($3::text[])`,
    [input.campaign, input.page, input.stoppedArms],
  );
  return { sends: row?.sends ?? 0, dueAt: row?.dueAt ?? new Date(0) };
}
