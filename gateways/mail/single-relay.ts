import type { Span, Trace } from '../trace/trace.ts';
import { openSmtpSocket } from './open-smtp-socket.ts';
import type { RelayAddress } from './relay-address.ts';
import type { RelayAnswer } from './relay-answer.ts';
import { createSmtpSession, type Envelope, type SmtpSession } from './smtp-session.ts';

/** One relay with its sessions. */
export interface SingleRelay {
  /** Offers one message, once. Never rejects. */
  offer(envelope: Envelope, message: Buffer): Promise<RelayAnswer>;
  /** Ends the idle sessions; the others end after their letters. */
  close(): void;
}

export interface SingleRelayOptions {
  readonly connections: number;
  /** A session is ended after so many letters. */
  readonly lettersPerConnection: number;
  readonly connectTimeoutSeconds: number;
  readonly silenceTimeoutSeconds: number;
  /** What EHLO says; the machine's name when absent. */
  readonly name?: string;
  readonly trace?: Trace;
}

/** Letters of one session at once: one on its way, and the envelope of the next behind it. */
export const lettersASession = 2;

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
 * Opens a relay; sessions are opened when there are letters and kept for the next ones.
 * This is no library pool: a pool may put a letter on another connection when one drops, and only the ledger may decide that.
 */
export function openSingleRelay(address: RelayAddress, options: SingleRelayOptions): SingleRelay {
  const { connections, lettersPerConnection, trace } = options;
  const server = { 'server.address': address.host, 'server.port': address.port };
  const timeouts = { connect: options.connectTimeoutSeconds * 1000, silence: options.silenceTimeoutSeconds * 1000 };
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
    const connect = () => openSmtpSocket(address, timeouts, options.name);
    place.opening ??= (trace === undefined ? connect() : trace.span('smtp connect', server, connect)).then((socket) => {
      place.session = createSmtpSession(socket, timeouts.silence);
      place.letters = 0;
      return place.session;
    }).finally(() => { place.opening = undefined; });
    return { session: await place.opening, fresh: true };
  };

  const offerAt = async (place: Place, envelope: Envelope, message: Buffer, span?: Span): Promise<RelayAnswer> => {
    for (;;) {
      let opened: Awaited<ReturnType<typeof sessionOf>>;
      try {
        opened = await sessionOf(place);
      } catch (error) {
        const { message: text, code } = error as Error & { code?: unknown };
        return { outcome: 'unreachable', text, ...(typeof code === 'number' ? { code } : {}) };
      }
      place.letters += 1;
      const answer = await opened.session.deliver(envelope, message, span && ((command, code) => { span.note(command, { 'smtp.reply.code': code }); }));
      // A kept session may have been ended by the relay in the meantime. Not a byte of the letter was sent, so a new session may offer it.
      if (answer.outcome === 'unreachable' && !opened.fresh) continue;
      return answer;
    }
  };

  return {
    async offer(envelope, message) {
      const place = await enter();
      try {
        if (trace === undefined) return await offerAt(place, envelope, message);
        return await trace.span('smtp conversation', { ...server, 'smtp.message.bytes': message.length }, async (span) => {
          const answer = await offerAt(place, envelope, message, span);
          span.set({ 'smtp.outcome': answer.outcome, ...(answer.code === undefined ? {} : { 'smtp.reply.code': answer.code }) });
          if (answer.outcome !== 'accepted') span.fail(answer.outcome);
          return answer;
        });
      } finally {
        leave(place);
      }
    },
    close() {
      closed = true;
      for (const place of places) {
        if (place.held > 0) continue;
        place.session?.close();
        place.session = undefined;
      }
    },
  };
}
