import { domainToASCII } from 'node:url';
import type { Letter } from './letter.ts';
import { parseRelayAddress } from './relay-address.ts';
import type { RelayAnswer } from './relay-answer.ts';
import { openRelayConnection, type RelayConnection } from './relay-connection.ts';
import { writeLetter } from './write-letter.ts';

export type { Letter } from './letter.ts';
export type { RelayAnswer } from './relay-answer.ts';

/** The door to the mail relay. */
export interface Relay {
  /**
   * Offers one letter, once: it is never sent a second time behind the caller's back. Never rejects for what a relay does.
   * @throws RangeError for a letter that cannot be written down (see write-letter.ts); nothing was sent
   */
  deliver(letter: Letter): Promise<RelayAnswer>;
  /** How many letters are delivered at once. */
  readonly maximumConnections: number;
  /** Ends the idle sessions and refuses further letters. */
  close(): Promise<void>;
}

/**
 * Opens a relay by its URL (see relay-address.ts); sessions are opened when there are letters and kept for the next ones.
 * This is no library pool: a pool may put a letter on another connection when one drops, and only the ledger may decide that.
 * @param options.name what EHLO says; the machine's name when absent
 * @param options.lettersPerConnection a session is ended after so many letters
 * @throws ClienteleError ENVIRONMENT_INVALID
 */
export function openRelay(options: {
  readonly url: string;
  readonly maximumConnections?: number;
  readonly lettersPerConnection?: number;
  readonly connectTimeoutSeconds?: number;
  readonly silenceTimeoutSeconds?: number;
  readonly name?: string;
}): Relay {
  const address = parseRelayAddress(options.url);
  const maximumConnections = options.maximumConnections ?? 5;
  const lettersPerConnection = options.lettersPerConnection ?? 100;
  const timeouts = { connect: (options.connectTimeoutSeconds ?? 10) * 1000, silence: (options.silenceTimeoutSeconds ?? 60) * 1000 };
  const idle: { connection: RelayConnection; letters: number }[] = [];
  const waiting: (() => void)[] = [];
  let open = 0;
  let closed = false;

  const enter = async (): Promise<void> => {
    if (open >= maximumConnections) await new Promise<void>((resolve) => waiting.push(resolve));
    else open += 1;
  };
  // The place goes straight to who waits longest.
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) open -= 1;
    else next();
  };

  const session = async (): Promise<{ connection: RelayConnection; letters: number; fresh: boolean }> => {
    for (let kept = idle.pop(); kept !== undefined; kept = idle.pop()) {
      if (kept.connection.usable) return { ...kept, fresh: false };
      kept.connection.close();
    }
    return { connection: await openRelayConnection(address, timeouts, options.name), letters: 0, fresh: true };
  };

  const keep = (connection: RelayConnection, letters: number): void => {
    if (connection.usable && !closed && letters < lettersPerConnection) idle.push({ connection, letters });
    else connection.close();
  };

  const offer = async (letter: Letter, message: Buffer): Promise<RelayAnswer> => {
    for (;;) {
      let opened: Awaited<ReturnType<typeof session>>;
      try {
        opened = await session();
      } catch (error) {
        const { message: text, responseCode: code } = error as Error & { responseCode?: number };
        return { outcome: 'unreachable', text, ...(code === undefined ? {} : { code }) };
      }
      const answer = await opened.connection.deliver({ from: asciiDomain(letter.envelopeFrom), to: asciiDomain(letter.to) }, message);
      keep(opened.connection, opened.letters + 1);
      // A kept session may have been ended by the relay in the meantime. Not a byte of the letter was sent, so a new session may offer it.
      if (answer.outcome === 'unreachable' && !opened.fresh) continue;
      return answer;
    }
  };

  return {
    maximumConnections,
    async deliver(letter) {
      const message = await writeLetter(letter);
      if (closed) return { outcome: 'unreachable', text: 'the relay was closed' };
      await enter();
      try {
        return await offer(letter, message);
      } finally {
        leave();
      }
    },
    async close() {
      closed = true;
      for (const { connection } of idle.splice(0)) connection.close();
    },
  };
}

/** A domain with letters beyond ASCII as every relay understands it (RFC 5891). */
function asciiDomain(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  return address.slice(0, at) + (domainToASCII(address.slice(at)) || address.slice(at));
}
