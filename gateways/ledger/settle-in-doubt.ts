import type { LedgerTransaction } from './ledger.ts';

/** A send of which the ledger does not know what became of it. */
export interface UnsettledSend {
  readonly key: string;
  readonly messageId: string;
  readonly state: 'claimed' | 'in_doubt' | 'handed_over';
  readonly updatedAt: Date;
}

/**
 * Sends that need proof: claimed by others than `exceptClaimant`, or in doubt; with `handedOver` those accepted by the relay instead.
 * @param input.after key after which to begin; up to `limit` in the order of keys
 */
export async function findUnsettled(
  ledger: LedgerTransaction,
  input: { readonly campaign: string; readonly page?: number; readonly exceptClaimant?: string; readonly states: readonly UnsettledSend['state'][]; readonly after?: string; readonly limit: number },
): Promise<UnsettledSend[]> {
  return ledger.query<UnsettledSend>(
    `select key, message_id as "messageId", state, updated_at as "updatedAt"
     from sends
     where campaign = $1 and ($2::integer is null or page = $2) and state = any($3::text[]) and ($4::text is null or claimed_by is distinct from $4) and key > $5
     order by key
     limit $6`,
    [input.campaign, input.page ?? null, input.states, input.exceptClaimant ?? null, input.after ?? '', input.limit],
  );
}

/** What is known of an unsettled send: the relay has it, the relay's log proves that it never came, or nobody can say. */
export interface Proof {
  readonly key: string;
  readonly proof: 'accepted' | 'never_came' | 'none';
}

const settle = `
  with incoming as (
    select * from jsonb_to_recordset($1::jsonb) as i(key text, proof text)
  )
  update sends as s set
    state = case i.proof when 'accepted' then 'delivered' when 'never_came' then 'planned' else 'in_doubt' end,
    claimed_by = case when i.proof = 'never_came' then null else s.claimed_by end,
    claimed_at = case when i.proof = 'never_came' then null else s.claimed_at end,
    attempts = s.attempts - case when i.proof = 'never_came' then 1 else 0 end,
    updated_at = $2::timestamptz
  from incoming as i
  where s.key = i.key and (
    (i.proof = 'accepted' and s.state in ('claimed', 'in_doubt', 'handed_over'))
    or (i.proof = 'never_came' and s.state in ('claimed', 'in_doubt') and s.updated_at <= $3::timestamptz)
    or (i.proof = 'none' and s.state = 'claimed')
  )
  returning s.state`;

/**
 * Moves sends by proof: delivered, planned again, or in doubt. A send touched after `quietSince` is not planned again: its letter may still be on
 * its way into the relay's log.
 * @returns how many went where
 */
export async function settleInDoubt(ledger: LedgerTransaction, input: { readonly proofs: readonly Proof[]; readonly quietSince: Date; readonly now: Date }): Promise<{ readonly delivered: number; readonly returned: number; readonly inDoubt: number }> {
  if (input.proofs.length === 0) return { delivered: 0, returned: 0, inDoubt: 0 };
  const moved = await ledger.query<{ state: string }>(settle, [JSON.stringify(input.proofs), input.now.toISOString(), input.quietSince.toISOString()]);
  const count = (state: string): number => moved.filter((row) => row.state === state).length;
  return { delivered: count('delivered'), returned: count('planned'), inDoubt: count('in_doubt') };
}
