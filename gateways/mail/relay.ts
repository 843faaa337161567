import { asciiDomain } from './ascii-domain.ts';
import type { DkimSigner } from './dkim-signer.ts';
import type { Letter } from './letter.ts';
import { openSmtpSocket } from './open-smtp-socket.ts';
import { parseRelayAddress } from './relay-address.ts';
import type { RelayAnswer } from './relay-answer.ts';
import { createSmtpSession, type Envelope, type SmtpSession } from './smtp-session.ts';
import { writeMessage } from './write-message.ts';

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

export interface RelayOptions {
  readonly maximumConnections?: number;
  /** A session is ended after so many letters. */
  readonly lettersPerConnection?: number;
  readonly connectTimeoutSeconds?: number;
  readonly silenceTimeoutSeconds?: number;
  /** What EHLO says; the machine's name when absent. */
  readonly name?: string;
  /** Signs letters of its domain and of domains below it. */
  readonly dkim?: DkimSigner;
}

/** Letters of one session at once: one on its way, and the envelope of the next behind it. */
const lettersASession = 2;

/** A place for one session at a time. */
interface Place {
  session: SmtpSession | undefined;
  opening: Promise<SmtpSession> | undefined;
  /** Letters of this session so far. */
  letters: number;
  /** Letters that hold this place now. */
  held: number;
}

/**
 * Opens a relay by its URL (see relay-address.ts); sessions are opened when there are letters and kept for the next ones.
 * This is no library pool: a pool may put a letter on another connection when one drops, and only the ledger may decide that.
 * @throws ClienteleError ENVIRONMENT_INVALID
 */
export function openRelay({ url, ...options }: RelayOptions & { readonly url: string }): Relay {
  const address = parseRelayAddress(url);
  const { lettersPerConnection = 1000 } = options;
  const connections = options.maximumConnections ?? 5;
  const timeouts = { connect: (options.connectTimeoutSeconds ?? 10) * 1000, silence: (options.silenceTimeoutSeconds ?? 60) * 1000 };
  const places: Place[] = Array.from({ length: connections }, () => ({ session: undefined, opening: undefined, letters: 0, held: 0 }));
  const waiting: ((place: Place) => void)[] = [];
  let closed = false;

  const isOpen = ({ session }: Place): boolean => session?.usable === true;

  /** An idle session first, then a new one, then room behind a letter that is on its way. */
  const findPlace = (): Place | undefined => {
    const free = places.filter(({ held, letters }) => held < lettersASession && (held === 0 || letters < lettersPerConnection));
    return free.find((place) => place.held === 0 && isOpen(place)) ?? free.find(({ held }) => held === 0) ?? free[0];
  };

  const enter = async (): Promise<Place> => {
    const place = findPlace();
    if (place === undefined) return new Promise((resolve) => waiting.push(resolve));
    place.held += 1;
    return place;
  };

  const leave = (place: Place): void => {
    place.held -= 1;
    if (place.held === 0 && (closed || place.letters >= lettersPerConnection)) {
      place.session?.close();
      place.session = undefined;
    }
    const next = waiting.length === 0 ? undefined : findPlace();
    if (next === undefined) return;
    next.held += 1;
    waiting.shift()!(next);
  };

  const sessionOf = async (place: Place): Promise<{ session: SmtpSession; fresh: boolean }> => {
    if (place.session !== undefined && isOpen(place)) return { session: place.session, fresh: place.letters === 0 };
    place.session = undefined;
    place.opening ??= openSmtpSocket(address, timeouts, options.name).then((socket) => {
      place.session = createSmtpSession(socket, timeouts.silence);
      place.letters = 0;
      return place.session;
    }).finally(() => { place.opening = undefined; });
    return { session: await place.opening, fresh: true };
  };

  const offer = async (place: Place, envelope: Envelope, message: Buffer): Promise<RelayAnswer> => {
    for (;;) {
      let opened: Awaited<ReturnType<typeof sessionOf>>;
      try {
        opened = await sessionOf(place);
      } catch (error) {
        const { message: text, code } = error as Error & { code?: unknown };
        return { outcome: 'unreachable', text, ...(typeof code === 'number' ? { code } : {}) };
      }
      place.letters += 1;
      const answer = await opened.session.deliver(envelope, message);
      // A kept session may have been ended by the relay in the meantime. Not a byte of the letter was sent, so a new session may offer it.
      if (answer.outcome === 'unreachable' && !opened.fresh) continue;
      return answer;
    }
  };

  return {
    maximumConnections: connections * lettersASession,
    async deliver(letter) {
      const message = await writeMessage(letter, options.dkim);
      if (closed) return { outcome: 'unreachable', text: 'the relay was closed' };
      const place = await enter();
      try {
        return await offer(place, { from: asciiDomain(letter.envelopeFrom), to: asciiDomain(letter.to) }, message);
      } finally {
        leave(place);
      }
    },
    async close() {
      closed = true;
      for (const place of places) {
        if (place.held > 0) continue;
        place.session?.close();
        place.session = undefined;
      }
    },
  };
}
