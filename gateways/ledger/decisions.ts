import { ClienteleError } from '../errors.ts';
import type { Ledger, LedgerTransaction } from './ledger.ts';

/** What feedback or a person changed, why, and from which evidence. */
export interface RecordedDecision {
  /** Follows from shop, cycle, kind and subject, so that a repeat is the same decision. */
  readonly id: string;
  readonly shop: string;
  readonly cycle: string;
  /** `reversal` for one that takes back another. */
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

/** A decision with what became of it. */
export interface ListedDecision extends RecordedDecision {
  /** When it was taken back; null while it stands. */
  readonly undoneAt: Date | null;
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

const columns = 'id, shop, cycle, kind, subject, value, words, evidence, rule, actor, made_at as "madeAt", undoes';

/**
 * The decisions a cycle must follow: the latest of each kind and subject that was not undone, in the order of kind and subject.
 * @param options.before ISO week; only decisions of earlier cycles, so that a cycle run again reads what it read the first time
 */
export const decisionsInForce = (ledger: LedgerTransaction, shop: string, options: { readonly before?: string } = {}): Promise<RecordedDecision[]> => ledger.query<RecordedDecision>(
  `select distinct on (kind, subject) ${columns}
   from decisions
   where shop = $1 and undone_at is null and undoes is null and ($2::text is null or cycle < $2)
   order by kind, subject, cycle desc, made_at desc, id`,
  [shop, options.before ?? null],
);

/**
 * Reversals that a cycle must heed, by subject: where the latest change of a subject was taken back, the one that did it. Feedback leaves such a subject
 * alone until the reversal itself is taken back.
 * @param options.before as for `decisionsInForce`
 */
export const reversalsInForce = (ledger: LedgerTransaction, shop: string, options: { readonly before?: string } = {}): Promise<RecordedDecision[]> => ledger.query<RecordedDecision>(
  `with latest as (
     select distinct on (subject) id, undone_at
     from decisions
     where shop = $1 and kind <> 'no_change' and undoes is null and ($2::text is null or cycle < $2)
     order by subject, cycle desc, made_at desc, id
   )
   select distinct on (subject) ${columns}
   from decisions
   where undone_at is null and undoes in (select id from latest where undone_at is not null)
   order by subject, made_at desc, id`,
  [shop, options.before ?? null],
);

/** Every decision of a shop, the latest cycle first, in it the latest decision first. */
export const listDecisions = (ledger: LedgerTransaction, shop: string, limit = 100): Promise<ListedDecision[]> => ledger.query<ListedDecision>(
  `select ${columns}, undone_at as "undoneAt" from decisions where shop = $1 order by cycle desc, made_at desc, id limit $2`,
  [shop, limit],
);

/** Which decision is taken back, by whom and why. */
export interface Undoing {
  readonly shop: string;
  readonly id: string;
  readonly by: string;
  readonly comment: string;
  readonly now: Date;
}

/**
 * Takes back a decision by another one, the reversal: what was in force before it is in force again. A reversal taken back puts its decision in force
 * again; one that took back a reversal cannot be taken back itself, the decision can.
 * @returns the new decision
 * @throws ClienteleError COMMAND_INVALID when there is no such decision, it changed nothing, or it does not stand any more
 */
export async function undoDecision(ledger: Ledger, { shop, id, by, comment, now }: Undoing): Promise<RecordedDecision> {
  return ledger.transaction(async (tx) => {
    const refuse = (problem: string, remedy = `\`npm run decisions -- ${shop}\` lists what can be undone`): never => { throw new ClienteleError('COMMAND_INVALID', { problem, remedy }); };
    const [found] = await tx.query<ListedDecision>(`select ${columns}, undone_at as "undoneAt" from decisions where shop = $1 and id = $2 for update`, [shop, id]);
    if (found === undefined) return refuse(`Shop ${shop} has no decision ${id}`);
    if (found.kind === 'no_change') return refuse(`Decision ${id} changed nothing, so there is nothing to undo`);
    if (found.undoneAt !== null) return refuse(`Decision ${id} was undone on ${found.undoneAt.toISOString()} already`);
    const [original] = found.undoes === null || found.undoes === undefined ? [] : await tx.query<ListedDecision>(`select ${columns}, undone_at as "undoneAt" from decisions where id = $1 for update`, [found.undoes]);
    if (original?.undoes !== null && original?.undoes !== undefined) return refuse(`Decision ${id} put ${original.undoes} in force again`, `Undo ${original.undoes} instead`);

    const base = original?.id ?? found.id;
    const [{ count }] = await tx.query<{ count: number }>('select count(*)::integer as count from decisions where left(id, length($1::text)) = $1', [`${base}/undone`]) as [{ count: number }];
    const reason = comment === '' ? '' : ` (${comment})`;
    const decision: RecordedDecision = {
      id: `${base}/undone-${count + 1}`, shop, cycle: found.cycle, kind: 'reversal', subject: found.subject, value: null, evidence: comment, rule: 'undo', actor: by, madeAt: now, undoes: found.id,
      words: original === undefined ? `${by} took back: ${found.words}${reason}` : `${by} put in force again: ${original.words}${reason}`,
    };
    await recordDecisions(tx, [decision]);
    if (original !== undefined) await tx.query('update decisions set undone_at = null where id = $1', [original.id]);
    return decision;
  });
}
