import type { Ledger } from '../../../gateways/ledger/ledger.ts';
import { findUnsettled, settleInDoubt, type UnsettledSend } from '../../../gateways/ledger/settle-in-doubt.ts';
import type { RelayLog } from '../../../gateways/mail/relay-log.ts';

export interface SettleSends {
  readonly campaign: string;
  readonly states: readonly UnsettledSend['state'][];
  /** Only sends of this page that others than this claimant hold. */
  readonly page?: number;
  readonly exceptClaimant?: string;
  readonly now: Date;
}

const batch = 5_000;
/** A letter may still be on its way into the relay's log for so long after the ledger was told. */
const quietMilliseconds = 2_000;

/** Asks the relay's log about every unsettled send and moves it by the proof: delivered, planned again, or in doubt. */
export async function settleSends(ledger: Ledger, relayLog: RelayLog, { now, ...which }: SettleSends): Promise<{ delivered: number; returned: number; inDoubt: number }> {
  const settled = { delivered: 0, returned: 0, inDoubt: 0 };
  for (let after = ''; ;) {
    const sends = await findUnsettled(ledger, { ...which, after, limit: batch });
    if (sends.length === 0) return settled;
    const accepted = await relayLog.accepted(sends.map((send) => send.messageId));
    const proofs = sends.map(({ key, messageId }) => ({ key, proof: accepted === undefined ? 'none' as const : accepted.get(messageId) === true ? 'accepted' as const : 'never_came' as const }));
    const moved = await settleInDoubt(ledger, { proofs, now, quietSince: new Date(now.getTime() - quietMilliseconds) });
    settled.delivered += moved.delivered;
    settled.returned += moved.returned;
    settled.inDoubt += moved.inDoubt;
    after = sends.at(-1)!.key;
  }
}
