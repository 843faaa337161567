import type { ClaimedSend } from '../../../gateways/ledger/claim-sends.ts';
import type { SendAnswer } from '../../../gateways/ledger/record-answers.ts';
import type { Relay } from '../../../gateways/mail/relay.ts';
import type { LetterComposer } from '../letter-composer.ts';

export interface DeliverClaimed {
  readonly shop: string;
  readonly envelopeFrom: string;
  readonly claimed: readonly ClaimedSend[];
  readonly letters: LetterComposer;
  readonly relay: Relay;
  /** Waits for the next letter's turn. */
  readonly turn: () => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

/**
 * Offers claimed letters to the relay, a few at a time. Every claimed send gets an answer, whatever happens: what was not offered is given back.
 * `failure` is what stopped it, for example a letter that cannot be composed.
 */
export async function deliverClaimed({ shop, envelopeFrom, claimed, letters, relay, turn, signal }: DeliverClaimed): Promise<{ readonly answers: readonly SendAnswer[]; readonly relayDown: boolean; readonly failure?: unknown }> {
  const answers: SendAnswer[] = [];
  let position = 0;
  let relayDown = false;
  let failure: unknown;
  const work = async (): Promise<void> => {
    while (position < claimed.length) {
      const send = claimed[position++]!;
      const stop = relayDown || failure !== undefined || signal?.aborted === true;
      answers.push(stop ? { key: send.key, answer: 'given_back' } : await offer(send));
    }
  };
  const offer = async (send: ClaimedSend): Promise<SendAnswer> => {
    let letter;
    try {
      const composed = await letters.compose({ shop, send });
      await turn();
      letter = { ...composed, to: send.address, envelopeFrom, messageId: send.messageId };
    } catch (error) {
      failure = error;
      return { key: send.key, answer: 'given_back' };
    }
    // A pause for its turn may have outlived the activity: another attempt may hold the send by now.
    if (signal?.aborted === true) return { key: send.key, answer: 'given_back' };
    const answer = await relay.deliver(letter).catch((error: Error) => ({ outcome: 'refused_permanently' as const, text: error.message }));
    if (answer.outcome === 'unreachable') relayDown = true;
    return { key: send.key, answer };
  };
  await Promise.all(Array.from({ length: Math.min(relay.maximumConnections, claimed.length) }, work));
  return { answers, relayDown, failure };
}
