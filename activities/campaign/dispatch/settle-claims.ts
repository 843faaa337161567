import { setTimeout as sleep } from 'node:timers/promises';
import { findUnsettled, settleInDoubt, type Proof, type UnsettledSend } from '../../../gateways/ledger/settle-in-doubt.ts';
import type { DispatchDependencies } from './dispatch-dependencies.ts';

const batchSize = 2000;

export const settleAfter = ({ settleAfterSeconds = 120 }: Pick<DispatchDependencies, 'settleAfterSeconds'>): number => settleAfterSeconds * 1000;

/**
 * Settles sends by the relay's log: delivered where it has the letter, planned again where it proves that the letter never came, in doubt where there
 * is no log. Waits until the log's silence is proof: a relay that had read a letter when the sender died may be about to log it.
 */
export async function settleClaims(
  dependencies: Pick<DispatchDependencies, 'ledger' | 'relayLog' | 'clock' | 'cancellation' | 'settleAfterSeconds'>,
  scope: { readonly campaign: string; readonly page?: number; readonly exceptClaimant?: string; readonly states: readonly ('claimed' | 'in_doubt')[] },
): Promise<{ readonly delivered: number; readonly returned: number; readonly inDoubt: number }> {
  const { ledger, clock } = dependencies;
  const total = { delivered: 0, returned: 0, inDoubt: 0 };
  for (let after = ''; ;) {
    const unsettled = await findUnsettled(ledger, { ...scope, after, limit: batchSize });
    const last = unsettled.at(-1);
    if (last === undefined) return total;
    const proofs = await prove(dependencies, unsettled);
    const now = clock();
    const settled = await settleInDoubt(ledger, { proofs, quietSince: new Date(now.getTime() - settleAfter(dependencies)), now });
    total.delivered += settled.delivered;
    total.returned += settled.returned;
    total.inDoubt += settled.inDoubt;
    after = last.key;
  }
}

async function prove({ relayLog, clock, cancellation, settleAfterSeconds }: Pick<DispatchDependencies, 'relayLog' | 'clock' | 'cancellation' | 'settleAfterSeconds'>, unsettled: readonly UnsettledSend[]): Promise<Proof[]> {
  const ids = unsettled.map(({ messageId }) => messageId);
  const first = await relayLog.accepted(ids);
  const silent = unsettled.filter(({ messageId }) => first?.get(messageId) === false);
  const quietAt = Math.max(...silent.map(({ updatedAt }) => updatedAt.getTime() + settleAfter({ settleAfterSeconds })));
  const wait = quietAt - clock().getTime();
  const signal = cancellation();
  // One millisecond more: the comparison in the ledger must find the time to be over.
  if (silent.length > 0 && wait > 0) await sleep(wait + 1, undefined, { signal }).catch((error: unknown) => { throw signal?.aborted === true ? signal.reason : error; });
  const log = silent.length > 0 ? await relayLog.accepted(ids) : first;
  return unsettled.map(({ key, messageId }) => ({ key, proof: log === undefined ? 'none' : log.get(messageId) === true ? 'accepted' : 'never_came' }));
}
