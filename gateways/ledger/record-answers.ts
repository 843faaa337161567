import type { RelayAnswer } from '../mail/relay-answer.ts';
import type { Ledger } from './ledger.ts';
import type { SendState } from './send-state.ts';

/** What became of one claimed send; `given_back` was never offered to the relay. */
export interface SendAnswer {
  readonly key: string;
  readonly answer: RelayAnswer | 'given_back';
}

function stateAfter(answer: SendAnswer['answer']): SendState {
  if (answer === 'given_back') return 'planned';
  switch (answer.outcome) {
    case 'accepted': return 'handed_over';
    case 'refused_permanently': return answer.mailboxRefused === true ? 'hard_bounced' : 'failed';
    case 'refused_for_now': return 'soft_bounced';
    case 'unknown': return 'in_doubt';
    case 'unreachable': return 'planned';
  }
}

const record = `
  with incoming as (
    select * from jsonb_to_recordset($1::jsonb) as i(key text, state text, code integer, words text)
  )
  update sends as s set
    state = i.state, relay_code = i.code, relay_text = i.words, updated_at = $3::timestamptz,
    claimed_by = case when i.state = 'planned' then null else s.claimed_by end,
    claimed_at = case when i.state = 'planned' then null else s.claimed_at end,
    attempts = s.attempts - case when i.state = 'planned' then 1 else 0 end
  from incoming as i
  where s.key = i.key and s.claimed_by = $2 and (s.state = 'claimed' or (s.state = 'in_doubt' and i.state in ('handed_over', 'soft_bounced', 'hard_bounced')))
  returning s.key, s.state`;

const suppressDeadMailboxes = `
  insert into suppressions (shop, address_hash, address, reason, source, suppressed_at)
  select s.shop, address_hash_of(s.address), s.address_normalised, 'hard bounce', 'relay', $2::timestamptz
  from sends as s
  where s.key = any($1::text[])
  order by s.key
  on conflict do nothing`;

/**
 * Writes the relay's answers for sends that this claimant holds; a send that somebody else has settled meanwhile is left alone. A mailbox that the
 * relay refused for good is suppressed for later campaigns too.
 * @returns sends by the state they now have
 */
export async function recordAnswers(ledger: Ledger, input: { readonly claimant: string; readonly answers: readonly SendAnswer[]; readonly now: Date }): Promise<Readonly<Partial<Record<SendState, number>>>> {
  if (input.answers.length === 0) return {};
  const now = input.now.toISOString();
  const rows = input.answers.map(({ key, answer }) => ({
    key, state: stateAfter(answer), code: answer === 'given_back' ? null : answer.code ?? null,
    // NUL cannot be stored as text, and a relay's words can be long.
    words: answer === 'given_back' ? null : answer.text.replaceAll('\0', '').slice(0, 1000),
  }));
  return ledger.transaction(async (tx) => {
    const moved = await tx.query<{ key: string; state: SendState }>(record, [JSON.stringify(rows), input.claimant, now]);
    const dead = moved.filter(({ state }) => state === 'hard_bounced').map(({ key }) => key);
    if (dead.length > 0) await tx.query(suppressDeadMailboxes, [dead, now]);
    const tally: Partial<Record<SendState, number>> = {};
    for (const { state } of moved) tally[state] = (tally[state] ?? 0) + 1;
    return tally;
  });
}
