import type { RelayAnswer } from '../mail/relay-answer.ts';
import type { Ledger } from './ledger.ts';
import type { SendState } from './send-state.ts';

/** What became of one claimed send; `given_back` was never offered to the relay, `notBefore` neither, because its domain asked for patience. */
export interface SendAnswer {
  readonly key: string;
  readonly answer: RelayAnswer | 'given_back' | { readonly notBefore: Date };
}

const fromRelay = (answer: SendAnswer['answer']): RelayAnswer | undefined => typeof answer === 'object' && 'outcome' in answer ? answer : undefined;

function stateAfter(answer: SendAnswer['answer']): SendState {
  if (answer === 'given_back' || 'notBefore' in answer) return 'planned';
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
    select * from jsonb_to_recordset($1::jsonb) as i(key text, state text, code integer, words text, fault text, relay text, not_before timestamptz)
  )
  update sends as s set
    state = i.state, relay_code = i.code, relay_text = i.words, fault = i.fault, relay = i.relay, not_before = i.not_before, updated_at = $3::timestamptz,
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
  const rows = input.answers.map(({ key, answer }) => {
    const said = fromRelay(answer);
    return {
      key, state: stateAfter(answer), code: said?.code ?? null, fault: said?.fault ?? null, relay: said?.relay ?? null,
      // NUL cannot be stored as text, and a relay's words can be long.
      words: said?.text.replaceAll('\0', '').slice(0, 1000) ?? null,
      not_before: typeof answer === 'object' && 'notBefore' in answer ? answer.notBefore.toISOString() : null,
    };
  });
  return ledger.transaction(async (tx) => {
    const moved = await tx.query<{ key: string; state: SendState }>(record, [JSON.stringify(rows), input.claimant, now]);
    const dead = moved.filter(({ state }) => state === 'hard_bounced').map(({ key }) => key);
    if (dead.length > 0) await tx.query(suppressDeadMailboxes, [dead, now]);
    const tally: Partial<Record<SendState, number>> = {};
    for (const { state } of moved) tally[state] = (tally[state] ?? 0) + 1;
    return tally;
  });
}
