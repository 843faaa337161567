import type { LedgerTransaction } from '../../gateways/ledger/ledger.ts';

/** A decision with what became of it. */
export interface ShownDecision {
  readonly cycle: string;
  readonly kind: string;
  readonly subject: string;
  readonly words: string;
  /** For people. */
  readonly evidence: string;
  readonly rule: string;
  readonly actor: string;
  readonly madeAt: Date;
  readonly undoneAt: Date | null;
  /** The next cycle follows it: the latest of its kind and subject that was not undone. */
  readonly force: boolean;
}

/** Decisions of a shop, the newest first. */
export const readDecisions = (ledger: LedgerTransaction, shop: string): Promise<ShownDecision[]> => ledger.query<ShownDecision>(
  `with ranked as (
     select d.*, row_number() over (partition by kind, subject order by undone_at is not null or undoes is not null, cycle desc, made_at desc, id) as place
     from decisions as d
     where shop = $1
   )
   select cycle, kind, subject, words, case jsonb_typeof(evidence) when 'string' then evidence #>> '{}' when 'null' then '' else evidence::text end as evidence, rule, actor, made_at as "madeAt", undone_at as "undoneAt",
     kind <> 'no_change' and undone_at is null and undoes is null and place = 1 as force
   from ranked
   order by cycle desc, kind, subject, id
   limit 500`,
  [shop],
);
