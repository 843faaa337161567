import { ClienteleError } from '../../../gateways/errors.ts';
import type { ClaimedSend } from '../../../gateways/ledger/claim-sends.ts';
import type { SendAnswer } from '../../../gateways/ledger/record-answers.ts';
import type { RelayAnswer } from '../../../gateways/mail/relay-answer.ts';
import type { DispatchDependencies } from './dispatch-dependencies.ts';
import { letterOf } from './letter-of.ts';
import type { Pace } from './pace.ts';

/** What became of every claimed send of a batch, one answer each. */
export interface BatchOutcome {
  readonly answers: readonly SendAnswer[];
  /** The relay could not be reached; what had not begun was given back. */
  readonly relayDown: boolean;
  /** A letter that nobody can compose any more: a changed shop folder, a bug. What had not begun was given back. */
  readonly broken?: unknown;
}

/** Composes and delivers claimed sends, as many at once as the relay has sessions. Never rejects: every send gets its answer. */
export async function deliverBatch(
  { relay, letters }: Pick<DispatchDependencies, 'relay' | 'letters'>,
  { shop, sends, pace, mayBegin }: { readonly shop: string; readonly sends: readonly ClaimedSend[]; readonly pace: Pace; readonly mayBegin: () => boolean },
): Promise<BatchOutcome> {
  const answers: SendAnswer[] = [];
  const waiting = sends.values();
  let relayDown = false;
  let broken: unknown;
  const stopped = (): boolean => relayDown || broken !== undefined || !mayBegin();

  const answerTo = async (send: ClaimedSend): Promise<RelayAnswer | 'given_back'> => {
    if (stopped()) return 'given_back';
    try {
      const composed = await letters.compose({ shop, send });
      await pace.take();
      if (stopped()) return 'given_back';
      return await relay.deliver(letterOf(composed, send));
    } catch (error) {
      // One customer's data make a letter that cannot be written; the others' letters can.
      if (error instanceof RangeError || (error instanceof ClienteleError && error.code === 'LETTER_VARIABLE_MISSING')) return { outcome: 'refused_permanently', text: error.message };
      broken ??= error;
      return 'given_back';
    }
  };

  const work = async (): Promise<void> => {
    for (const send of waiting) {
      const answer = await answerTo(send);
      if (answer !== 'given_back' && answer.outcome === 'unreachable') relayDown = true;
      answers.push({ key: send.key, answer });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(relay.maximumConnections, sends.length)) }, work));
  return { answers, relayDown, ...(broken === undefined ? {} : { broken }) };
}
