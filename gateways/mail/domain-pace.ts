import type { RelayAnswer } from './relay-answer.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';

/** How fast each recipient domain is written to, learnt from its answers. */
export interface DomainPace {
  /** Milliseconds until the next letter to this domain may begin; 0 for now. */
  wait(domain: string): number;
  /** A letter to this domain begins. */
  begin(domain: string): void;
  /** What the relay said about a letter to this domain. */
  learn(domain: string, answer: RelayAnswer): void;
}

export interface DomainRates {
  /** Mails a second to a domain at most; unlimited when absent. */
  readonly perDomain?: number;
  /** Limits of single domains, in small letters. */
  readonly domains?: Readonly<Record<string, number>>;
  /** A domain is never written to slower than this, in mails a second. 0.1 when absent. */
  readonly slowest?: number;
}

interface Known {
  readonly bucket: TokenBucket;
  readonly limit: number;
  /** A domain without a limit is free again once its learnt rate is this. */
  freeAt: number;
  pausedUntil: number;
  refusals: number;
  /** Letters begun in the second that runs, and in the one before it: what the domain was getting when it refused. */
  second: number;
  now: number;
  before: number;
}

const firstPause = 1000;
const longestPause = 300_000;
/** Each accepted letter gives back so much of the rate. */
const recovery = 0.05;
/** What a domain was getting when it refused counts as this at least: a few letters a second are nobody's flood. */
const smallest = 4;
const mostDomains = 10_000;

/**
 * Halves a domain's rate at each deferral that is the receiving side's matter and pauses it, the longer the more there were in a row; each accepted
 * letter gives a little of the rate back (additive increase, multiplicative decrease: Chiu and Jain 1989). A full mailbox slows nobody down.
 * @param now milliseconds that never go back
 */
export function createDomainPace({ perDomain = Infinity, domains = {}, slowest = 0.1 }: DomainRates = {}, now: () => number = () => performance.now()): DomainPace {
  const known = new Map<string, Known>();

  const of = (domain: string): Known => {
    const found = known.get(domain);
    if (found !== undefined) return found;
    // The longest known goes first; it starts afresh when it comes again.
    if (known.size >= mostDomains) known.delete(known.keys().next().value!);
    const limit = domains[domain] ?? perDomain;
    const fresh: Known = { bucket: createTokenBucket(limit, now), limit, freeAt: limit, pausedUntil: 0, refusals: 0, second: 0, now: 0, before: 0 };
    known.set(domain, fresh);
    return fresh;
  };

  const slowDown = (one: Known): void => {
    one.refusals += 1;
    const running = one.bucket.rate === Infinity ? Math.max(one.now, one.before, smallest) : one.bucket.rate;
    if (one.bucket.rate === Infinity) one.freeAt = 2 * running;
    one.bucket.setRate(Math.max(slowest, running / 2));
    one.pausedUntil = now() + Math.min(longestPause, firstPause * 2 ** (one.refusals - 1));
  };

  return {
    wait(domain) {
      const one = of(domain);
      return Math.max(one.pausedUntil - now(), one.bucket.wait(), 0);
    },
    begin(domain) {
      const one = of(domain);
      one.bucket.take();
      const second = Math.floor(now() / 1000);
      if (second !== one.second) {
        one.before = second === one.second + 1 ? one.now : 0;
        one.second = second;
        one.now = 0;
      }
      one.now += 1;
    },
    learn(domain, answer) {
      const one = of(domain);
      if (answer.outcome === 'refused_for_now' && answer.fault === 'relay') {
        // Letters that were already on their way say nothing new.
        if (now() >= one.pausedUntil) slowDown(one);
        return;
      }
      if (answer.outcome !== 'accepted' || one.bucket.rate === one.limit) return;
      if (now() >= one.pausedUntil) one.refusals = 0;
      const rate = one.bucket.rate * (1 + recovery) + recovery;
      one.bucket.setRate(rate >= Math.min(one.limit, one.freeAt) ? one.limit : rate);
    },
  };
}

/** Domain of an address, in small letters. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();
