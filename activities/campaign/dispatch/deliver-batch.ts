import { ClienteleError } from '../../../gateways/errors.ts';
import type { ClaimedSend } from '../../../gateways/ledger/claim-sends.ts';
import type { SendAnswer } from '../../../gateways/ledger/record-answers.ts';
import { domainOf, type DomainPace } from '../../../gateways/mail/domain-pace.ts';
import type { ComposedLetter, LetterSend } from '../letter-composer.ts';
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

/** What a batch is sent with. */
export interface BatchInput {
  readonly sends: readonly ClaimedSend[];
  readonly compose: (send: LetterSend) => Promise<ComposedLetter>;
  readonly pace: Pace;
  readonly domains: DomainPace;
  readonly mayBegin: () => boolean;
}

/** A domain's turn that is this near is waited for; for a later one the send is put off, and the others go first. Milliseconds. */
const shortWait = 50;

/** Composes and delivers claimed sends, as many at once as the relay takes. Never rejects: every send gets its answer. */
export async function deliverBatch(
  { relay, clock, returnPath }: Pick<DispatchDependencies, 'relay' | 'clock' | 'returnPath'>,
  { sends, compose, pace, domains, mayBegin }: BatchInput,
): Promise<BatchOutcome> {
  const answers: SendAnswer[] = [];
  const waiting = sends.values();
  let relayDown = false;
  let broken: unknown;
  const stopped = (): boolean => relayDown || broken !== undefined || !mayBegin();

  const answerTo = async (send: ClaimedSend): Promise<SendAnswer['answer']> => {
    if (stopped()) return 'given_back';
    const domain = domainOf(send.address);
    const wait = domains.wait(domain);
    if (wait > shortWait) return { notBefore: new Date(clock().getTime() + Math.ceil(wait)) };
    try {
      const letter = letterOf(await compose(send), send, returnPath);
      domains.begin(domain);
      await pace.take();
      if (stopped()) return 'given_back';
      const answer = await relay.deliver(letter);
      domains.learn(domain, answer);
      return answer;
    } catch (error) {
      // One customer's data make a letter that cannot be written; the others' letters can.
      if (error instanceof RangeError || (error instanceof ClienteleError && error.code === 'LETTER_VARIABLE_MISSING')) return { outcome: 'refused_permanently', text: error.message, fault: 'ours' };
      broken ??= error;
      return 'given_back';
    }
  };

  const work = async (): Promise<void> => {
    for (const send of waiting) {
      const answer = await answerTo(send);
      if (typeof answer === 'object' && 'outcome' in answer && answer.outcome === 'unreachable') relayDown = true;
      answers.push({ key: send.key, answer });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(relay.maximumConnections, sends.length)) }, work));
  return { answers, relayDown, ...(broken === undefined ? {} : { broken }) };
}
