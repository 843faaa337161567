import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { atTheEdge } from '../../activities/at-the-edge.ts';
import { checkLetters } from '../../activities/campaign/dispatch/check-letters.ts';
import { deliverBatch } from '../../activities/campaign/dispatch/deliver-batch.ts';
import { createPace } from '../../activities/campaign/dispatch/pace.ts';
import type { Recipient } from '../../activities/campaign/dispatch/read-recipients.ts';
import type { ComposedLetter, LetterPress, LetterSend } from '../../activities/campaign/letter-composer.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import type { ClaimedSend } from '../../gateways/ledger/claim-sends.ts';
import { couponCode } from '../../gateways/ledger/coupon-code.ts';
import { sendKey } from '../../gateways/ledger/send-key.ts';
import { createDomainPace } from '../../gateways/mail/domain-pace.ts';
import type { Letter, RelayAnswer } from '../../gateways/mail/relay.ts';

const composed: ComposedLetter = {
  subject: 'Hi', html: '<p>Hi</p>', text: 'Hi', from: { name: 'Shop', address: 'post@shop.example' },
  headers: { 'List-Unsubscribe': '<https://shop.example/u/k/s>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
};
const letters = (compose: (send: LetterSend) => ComposedLetter = () => composed): Pick<LetterPress, 'open'> => ({ open: async () => async (send) => compose(send) });
const claimed = (name: string): ClaimedSend => ({ key: name, customerId: name, address: `${name}@example.com`, locale: 'en', arm: 'A', segment: '1', offer: 'o', variables: {}, couponCode: 'AAAA-AAAA', messageId: `<${name}@shop.example>` });
const relay = (answer: (letter: Letter) => RelayAnswer | Promise<RelayAnswer>, maximumConnections = 1) => {
  const offered: string[] = [];
  return { offered, maximumConnections, deliver: async (letter: Letter) => { offered.push(letter.to.split('@')[0] ?? ''); return answer(letter); } };
};
const free = createPace(1e9);
const clock = (): Date => new Date('2026-11-23T09:00:00Z');
const compose = async (): Promise<ComposedLetter> => composed;
const answersOf = ({ answers }: Awaited<ReturnType<typeof deliverBatch>>) => Object.fromEntries(answers.map(({ key, answer }) => [key, typeof answer === 'string' ? answer : 'outcome' in answer ? answer.outcome : 'put_off']));

describe('a batch of claimed sends', () => {
  const sends = ['a', 'b', 'c', 'd'].map(claimed);

  it('gets one answer a send, whatever the number of sessions', async () => {
    const sink = relay(() => ({ outcome: 'accepted', text: 'ok' }), 3);
    const outcome = await deliverBatch({ relay: sink, clock }, { compose, domains: createDomainPace(), sends, pace: free, mayBegin: () => true });
    expect(answersOf(outcome)).toEqual({ a: 'accepted', b: 'accepted', c: 'accepted', d: 'accepted' });
    expect(sink.offered.sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is given back from where the relay cannot be reached', async () => {
    const sink = relay((letter) => letter.to.startsWith('b') ? { outcome: 'unreachable', text: 'refused' } : { outcome: 'accepted', text: 'ok' });
    const outcome = await deliverBatch({ relay: sink, clock }, { compose, domains: createDomainPace(), sends, pace: free, mayBegin: () => true });
    expect(answersOf(outcome)).toEqual({ a: 'accepted', b: 'unreachable', c: 'given_back', d: 'given_back' });
    expect([outcome.relayDown, sink.offered]).toEqual([true, ['a', 'b']]);
  });

  it('is given back once no letter may begin any more', async () => {
    let begun = 0;
    const sink = relay(() => { begun += 1; return { outcome: 'accepted', text: 'ok' }; });
    const outcome = await deliverBatch({ relay: sink, clock }, { compose, domains: createDomainPace(), sends, pace: free, mayBegin: () => begun < 2 });
    expect(answersOf(outcome)).toEqual({ a: 'accepted', b: 'accepted', c: 'given_back', d: 'given_back' });
  });

  it('goes on past a customer whose letter cannot be written', async () => {
    const sink = relay((letter) => { if (letter.to.startsWith('c')) throw new RangeError('Header To holds no mail address.'); return { outcome: 'accepted', text: 'ok' }; });
    const missing = letters((send) => { if (send.key === 'b') throw new ClienteleError('LETTER_VARIABLE_MISSING', { letter: 'l', variable: 'v', customer: 'b' }); return composed; });
    const outcome = await deliverBatch({ relay: sink, clock }, { compose: await missing.open('demo'), domains: createDomainPace(), sends, pace: free, mayBegin: () => true });
    expect(answersOf(outcome)).toEqual({ a: 'accepted', b: 'refused_permanently', c: 'refused_permanently', d: 'accepted' });
    expect(outcome.broken).toBeUndefined();
  });

  it('stops and is given back when no letter can be composed at all', async () => {
    const problem = new ClienteleError('LETTER_INVALID', { letter: 'l', problem: 'gone' });
    const sink = relay(() => ({ outcome: 'accepted', text: 'ok' }));
    const outcome = await deliverBatch({ relay: sink, clock }, { compose: async () => { throw problem; }, domains: createDomainPace(), sends, pace: free, mayBegin: () => true });
    expect(answersOf(outcome)).toEqual({ a: 'given_back', b: 'given_back', c: 'given_back', d: 'given_back' });
    expect([outcome.broken, sink.offered]).toEqual([problem, []]);
  });
});

describe('a pace', () => {
  it('is over 0', () => {
    for (const wrong of [0, -1, Number.NaN]) expect(() => createPace(wrong)).toThrow(RangeError);
  });

  it('keeps nobody waiting once it is cancelled', async () => {
    const abort = new AbortController();
    const pace = createPace(1e-6, abort.signal);
    await pace.take();
    const waiting = [pace.take(), pace.ready(), pace.take()];
    abort.abort(new Error('cancelled'));
    await Promise.all(waiting);
    await pace.take();
  });
});

describe('letters before the first is sent', () => {
  const recipient = (name: string, more: Partial<Recipient> = {}): Recipient => ({ customerId: name, address: `${name}@example.com`, locale: 'en', arm: 'A', segment: '1', offer: 'o', coupon: { kind: 'amount', value: 5, prefix: null }, variables: { given_name: name }, ...more });
  async function* batches(...all: Recipient[][]) { yield* all; }
  const check = (composer: Pick<LetterPress, 'open'>, ...all: Recipient[][]) => checkLetters(composer, { shop: 'demo', campaign: 'c', batches: batches(...all) });

  it('are written once a kind: arm, locale, offer and what is missing', async () => {
    const seen: string[] = [];
    const composer = letters((send) => { seen.push(send.customerId); return composed; });
    const domain = await check(composer, [recipient('a'), recipient('b'), recipient('c', { arm: 'B' })], [recipient('d', { locale: 'de' }), recipient('e', { variables: { given_name: null } }), recipient('f', { offer: 'p' }), recipient('g')]);
    expect(domain).toBe('shop.example');
    expect(seen).toEqual(['a', 'c', 'd', 'e', 'f']);
  });

  it('carry the very coupon code that will be issued, or none', async () => {
    const seen: string[] = [];
    await check(letters((send) => { seen.push(send.couponCode); return composed; }), [recipient('a'), recipient('b', { coupon: undefined })]);
    expect(seen).toEqual([couponCode(sendKey('c', 'a')), '']);
  });

  it('must be ways out of the list, and must be writable', async () => {
    const without = letters(() => ({ ...composed, headers: { 'List-Unsubscribe': '<https://shop.example/u>' } }));
    await expect(check(without, [recipient('a')])).rejects.toMatchObject({ code: 'LETTER_INVALID', message: expect.stringContaining('List-Unsubscribe-Post') });
    const broken = letters(() => ({ ...composed, subject: 'a\r\nBcc: b@example.com' }));
    await expect(check(broken, [recipient('a')])).rejects.toMatchObject({ code: 'LETTER_INVALID', message: expect.stringContaining('Header Subject') });
    expect(await check(without)).toBeUndefined();
  });
});

describe('coupon codes', () => {
  it('follow from the key, in letters and digits that cannot be mistaken', () => {
    const codes = Array.from({ length: 2000 }, (_, i) => couponCode(sendKey('c', `customer ${i}`)));
    expect(new Set(codes).size).toBe(2000);
    expect(codes.every((code) => /^[A-HJKMNP-Z2-9]{4}-[A-HJKMNP-Z2-9]{4}$/.test(code))).toBe(true);
    expect(couponCode('k', 'SPRING')).toBe(`SPRING-${couponCode('k')}`);
    expect(couponCode('k', null, 1)).not.toBe(couponCode('k'));
  });
});

describe("Temporal's edge", () => {
  const caught = (error: unknown): Promise<unknown> => atTheEdge({ fail: async () => { throw error; } }).fail().then(() => undefined, (reason: unknown) => reason);

  it('turns the table’s errors into failures with the code as type, permanent ones not retried, causes left behind', async () => {
    expect(await caught(new ClienteleError('PLAN_NOT_APPROVED', { campaign: 'c', hash: 'h' }, { cause: new Error('ann@example.com') }))).toMatchObject({ type: 'PLAN_NOT_APPROVED', nonRetryable: true, cause: undefined });
    expect(await caught(new ClienteleError('LEDGER_UNREACHABLE', { address: 'a', problem: 'p' }))).toMatchObject({ type: 'LEDGER_UNREACHABLE', nonRetryable: false });
    expect(await caught(new ClienteleError('LEDGER_UNREACHABLE'))).toBeInstanceOf(ApplicationFailure);
  });

  it('passes everything else on as it is', async () => {
    const cancelled = new CancelledFailure('stop');
    expect(await caught(cancelled)).toBe(cancelled);
    const activities = atTheEdge({ async add(input: { a: number; b: number }): Promise<number> { return input.a + input.b; } });
    expect(await activities.add({ a: 1, b: 2 })).toBe(3);
  });
});
