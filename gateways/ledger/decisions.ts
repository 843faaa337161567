import type { LedgerTransaction } from './ledger.ts';

/** What feedback changed, why, and from which evidence. */
export interface RecordedDecision {
  /** Follows from shop, cycle, kind and subject, so that a repeat is the same decision. */
  readonly id: string;
  readonly shop: string;
  readonly cycle: string;
  readonly kind: string;
  /** What the value belongs to: an arm, an offer, the feature list, … */
  readonly subject: string;
  /** Any JSON value. */
  readonly value: unknown;
  /** For people. */
  readonly words: string;
  readonly evidence: unknown;
  /** Name of the rule that decided. */
  readonly rule: string;
  readonly actor: string;
  readonly madeAt: Date;
  /** Id of the decision that this one takes back. */
  readonly undoes?: string | null;
}

/** Records decisions, each id once; one that `undoes` another ends it. A few hundred at a time. */
export async function recordDecisions(ledger: LedgerTransaction, decisions: readonly RecordedDecision[]): Promise<void> {
  const rows = decisions.map(({ madeAt, undoes, ...decision }) => ({ ...decision, made_at: madeAt, undoes: undoes ?? null }));
  await ledger.query(
    `with incoming as (
       select * from jsonb_to_recordset($1::jsonb) as i(
         id text, shop text, cycle text, kind text, subject text, value jsonb, words text, evidence jsonb, rule text, actor text, made_at timestamptz, undoes text
       )
     ), undone as (
       update decisions as d set undone_at = i.made_at from incoming as i where d.id = i.undoes and d.undone_at is null
     )
     insert into decisions (id, shop, cycle, kind, subject, value, words, evidence, rule, actor, made_at, undoes)
     select id, shop, cycle, kind, subject, coalesce(value, 'null'::jsonb), words, coalesce(evidence, 'null'::jsonb), rule, actor, made_at, undoes from incoming
     on conflict do nothing`,
    [JSON.stringify(rows)],
  );
}

/**
 * The decisions a cycle must follow: the latest of each kind and subject that was not undone, in the order of kind and subject.
 * @param options.before ISO week; only decisions of earlier cycles, so that a cycle run again reads what it read the first time
 */
export const decisionsInForce = (ledger: LedgerTransaction, shop: string, options: { readonly before?: string } = {}): Promise<RecordedDecision[]> => ledger.query<RecordedDecision>(
  `select distinct on (kind, subject) id, shop, cycle, kind, subject, value, words, evidence, rule, actor, made_at as "madeAt", undoes
   from decisions
   where shop = $1 and undone_at is null and undoes is null and ($2::text is null or cycle < $2)
   order by kind, subject, cycle desc, made_at desc, id`,
  [shop, options.before ?? null],
);
