import type { LedgerTransaction } from './ledger.ts';

/** Records how satisfied a recipient is, 1 to 5; a later answer to the same letter takes the place of the first. False when there is no such send. */
export async function recordSurveyAnswer(ledger: LedgerTransaction, { key, score, comment, at }: { readonly key: string; readonly score: number; readonly comment: string; readonly at: Date }): Promise<boolean> {
  const recorded = await ledger.query(
    `insert into survey_answers (send_key, score, comment, answered_at)
     select key, $2::smallint, $3, $4::timestamptz from sends where key = $1
     on conflict (send_key) do update set score = excluded.score, comment = excluded.comment, answered_at = excluded.answered_at
     returning send_key`,
    [key, score, comment, at.toISOString()],
  );
  return recorded.length > 0;
}

/** Scores of a campaign in the order of customers, without their words. */
export const exportSurveyAnswers = (ledger: LedgerTransaction, campaign: string): Promise<{ readonly customerId: string; readonly score: number; readonly commented: boolean }[]> => ledger.query(
  `select s.customer_id as "customerId", a.score, a.comment <> '' as commented
   from survey_answers as a
   join sends as s on s.key = a.send_key
   where s.campaign = $1
   order by s.customer_id`,
  [campaign],
);
