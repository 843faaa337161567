import { setTimeout as sleep } from 'node:timers/promises';
import type { Trace } from '../trace/trace.ts';
import { asciiDomain } from './ascii-domain.ts';
import { createCircuitBreaker, type CircuitBreaker } from './circuit-breaker.ts';
import type { DkimSigner } from './dkim-signer.ts';
import type { Letter } from './letter.ts';
import { parseRelayAddresses } from './relay-address.ts';
import type { RelayAnswer } from './relay-answer.ts';
import { lettersASession, openSingleRelay, type SingleRelay } from './single-relay.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';
import { writeMessage } from './write-message.ts';

export type { Letter } from './letter.ts';
export type { RelayAnswer } from './relay-answer.ts';

/** The door to the mail relay, or to several. */
export interface Relay {
  /**
   * Offers one letter, once: it is never sent a second time behind the caller's back; only a letter of which not a byte was sent goes to the next
   * relay. Never rejects for what a relay does.
   * @throws RangeError for a letter that cannot be written down (see write-letter.ts); nothing was sent
   */
  deliver(letter: Letter): Promise<RelayAnswer>;
  /** How many letters are delivered at once. */
  readonly maximumConnections: number;
  /** Ends the idle sessions and refuses further letters. */
  close(): Promise<void>;
}

export interface RelayOptions {
  /** Sessions at once with a relay whose URL does not say. */
  readonly maximumConnections?: number;
  /** A session is ended after so many letters. */
  readonly lettersPerConnection?: number;
  readonly connectTimeoutSeconds?: number;
  readonly silenceTimeoutSeconds?: number;
  /** What EHLO says; the machine's name when absent. */
  readonly name?: string;
  /** Signs letters of its domain and of domains below it. */
  readonly dkim?: DkimSigner;
  /** Told of every session and every conversation. */
  readonly trace?: Trace;
}

interface Line {
  readonly name: string;
  readonly relay: SingleRelay;
  readonly circuit: CircuitBreaker;
  readonly bucket: TokenBucket;
}

/** Whether an answer says that the relay itself is in trouble. */
const isTrouble = ({ outcome, fault }: RelayAnswer): boolean => outcome === 'unreachable' || outcome === 'unknown' || (outcome === 'refused_for_now' && fault === 'relay');

/**
 * Opens a relay by its URL, or several (see relay-address.ts): the first that is in order gets the letters, the next ones what it cannot take. A relay
 * that fails five times in a row is left alone for a while.
 * @throws ClienteleError ENVIRONMENT_INVALID
 */
export function openRelay({ url, ...options }: RelayOptions & { readonly url: string }): Relay {
  const addresses = parseRelayAddresses(url);
  const connectionsOf = ({ connections }: { readonly connections?: number }): number => connections ?? options.maximumConnections ?? 5;
  const lines = addresses.map((address): Line => ({
    name: `${address.host}:${address.port}`,
    relay: openSingleRelay(address, {
      connections: connectionsOf(address), lettersPerConnection: options.lettersPerConnection ?? 1000, name: options.name, trace: options.trace,
      connectTimeoutSeconds: options.connectTimeoutSeconds ?? 10, silenceTimeoutSeconds: options.silenceTimeoutSeconds ?? 60,
    }),
    circuit: createCircuitBreaker(),
    bucket: createTokenBucket(address.rate ?? Infinity),
  }));
  let closed = false;

  /** In order, the ones without a free token last; of several, those in trouble are not asked. A single one always is: whoever calls waits for it. */
  const choose = (tried: ReadonlySet<Line>): Line | undefined => {
    const askable = lines.filter((line) => !tried.has(line) && (lines.length === 1 || line.circuit.state() !== 'open'));
    return askable.find(({ bucket }) => bucket.wait() === 0) ?? askable.sort((a, b) => a.bucket.wait() - b.bucket.wait())[0];
  };

  const offer = async (line: Line, envelope: { readonly from: string; readonly to: string }, message: Buffer): Promise<RelayAnswer> => {
    const wait = line.bucket.wait();
    line.bucket.take();
    line.circuit.begin();
    if (wait > 5) await sleep(wait);
    const answer = await line.relay.offer(envelope, message);
    if (isTrouble(answer)) line.circuit.failed();
    else line.circuit.succeeded();
    return { ...answer, relay: line.name };
  };

  return {
    maximumConnections: addresses.reduce((sum, address) => sum + connectionsOf(address), 0) * lettersASession,
    async deliver(letter) {
      const message = await writeMessage(letter, options.dkim);
      const envelope = { from: asciiDomain(letter.envelopeFrom), to: asciiDomain(letter.to) };
      if (closed) return { outcome: 'unreachable', text: 'the relay was closed' };
      const tried = new Set<Line>();
      let last: RelayAnswer = { outcome: 'unreachable', text: 'no relay is in order' };
      for (let line = choose(tried); line !== undefined; line = choose(tried)) {
        tried.add(line);
        last = await offer(line, envelope, message);
        if (last.outcome !== 'unreachable') return last;
      }
      return last;
    },
    async close() {
      closed = true;
      for (const { relay } of lines) relay.close();
    },
  };
}
