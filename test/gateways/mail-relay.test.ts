import { simpleParser } from 'mailparser';
import { afterEach, describe, expect, it } from 'vitest';
import { openRelay, type Letter, type Relay } from '../../gateways/mail/relay.ts';
import { startDroppingSink, startMailSink, type DropPoint, type MailSink } from './mail-sink.ts';

const letter = (more: Partial<Letter> = {}): Letter => ({
  from: { name: 'The Shop', address: 'post@shop.example' },
  to: 'ann@example.com',
  envelopeFrom: 'bounce@shop.example',
  messageId: '<key-1@shop.example>',
  headers: { 'List-Unsubscribe': '<https://shop.example/u/key-1/signature>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  subject: 'Grüße for you',
  html: '<p>Hello Ann</p>',
  text: 'Hello Ann',
  ...more,
});

const opened: (Relay | MailSink)[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await ('stop' in thing ? thing.stop() : thing.close());
});
const keep = <Thing extends Relay | MailSink>(thing: Thing): Thing => { opened.push(thing); return thing; };
const relayTo = (sink: MailSink, more: Partial<Parameters<typeof openRelay>[0]> = {}): Relay => keep(openRelay({ url: sink.url, connectTimeoutSeconds: 2, silenceTimeoutSeconds: 2, ...more }));

describe('the relay', () => {
  it('delivers a letter as it was given', async () => {
    const sink = keep(await startMailSink());
    const answer = await relayTo(sink).deliver(letter());
    expect(answer).toMatchObject({ outcome: 'accepted', code: 250 });
    const mail = await simpleParser(sink.accepted[0]?.raw ?? '');
    expect([mail.messageId, mail.subject, mail.from?.text, mail.text?.trim(), mail.html]).toEqual(['<key-1@shop.example>', 'Grüße for you', '"The Shop" <post@shop.example>', 'Hello Ann', '<p>Hello Ann</p>']);
    expect(sink.accepted[0]?.raw).toMatch(/^List-Unsubscribe: <https:\/\/shop\.example\/u\/key-1\/signature>\r$/m);
    expect(sink.accepted[0]?.raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
  });

  it('writes a long header on one line and dots at the start of lines as they are', async () => {
    const sink = keep(await startMailSink());
    const url = `<https://shop.example/u/${'k'.repeat(300)}/s>`;
    await relayTo(sink).deliver(letter({ headers: { 'List-Unsubscribe': url }, text: '.\r\n..two\r\nend' }));
    expect(sink.accepted[0]?.raw).toContain(`List-Unsubscribe: ${url}\r\n`);
    expect((await simpleParser(sink.accepted[0]?.raw ?? '')).text).toContain('.\n..two\nend');
  });

  it('keeps sessions for further letters, as many at once as allowed and no more', async () => {
    let now = 0;
    let most = 0;
    const sink = keep(await startMailSink({ accept: async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now -= 1;
    } }));
    const relay = relayTo(sink, { maximumConnections: 3 });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => relay.deliver(letter({ messageId: `<key-${i}@shop.example>`, to: `p${i}@example.com` }))));
    expect(answers.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    expect(new Set(sink.accepted.map(({ to }) => to)).size).toBe(40);
    expect([sink.sessions, most]).toEqual([3, 3]);
  });

  it('ends a session after its share of letters', async () => {
    const sink = keep(await startMailSink());
    const relay = relayTo(sink, { maximumConnections: 1, lettersPerConnection: 2 });
    for (let i = 0; i < 5; i += 1) expect((await relay.deliver(letter())).outcome).toBe('accepted');
    expect(sink.sessions).toBe(3);
  });

  it.each([
    ['550', { code: 550, words: 'no such user' }, { outcome: 'refused_permanently', code: 550, mailboxRefused: true, fault: 'recipient' }],
    ['550 5.1.1', { code: 550, words: '5.1.1 unknown' }, { outcome: 'refused_permanently', code: 550, mailboxRefused: true, fault: 'recipient' }],
    ['550 5.7.1', { code: 550, words: '5.7.1 policy' }, { outcome: 'refused_permanently', code: 550, fault: 'relay' }],
    ['554', { code: 554, words: 'no relaying' }, { outcome: 'refused_permanently', code: 554, fault: 'relay' }],
    ['450', { code: 450, words: '4.2.1 try later' }, { outcome: 'refused_for_now', code: 450, fault: 'recipient' }],
  ] as const)('reads a recipient refused with %s, and uses the session for the next letter', async (_, refusal, expected) => {
    const sink = keep(await startMailSink({ refuse: (address) => address.startsWith('bad') ? refusal : undefined }));
    const relay = relayTo(sink, { maximumConnections: 1 });
    const { text, relay: by, ...answer } = await relay.deliver(letter({ to: 'bad@example.com' }));
    expect(answer).toEqual(expected);
    expect(text).toContain(refusal.words);
    expect(by).toBe(new URL(sink.url).host);
    expect((await relay.deliver(letter())).outcome).toBe('accepted');
    expect([sink.accepted.map(({ to }) => to), sink.sessions]).toEqual([['ann@example.com'], 1]);
  });

  it.each([
    [554, 'refused_permanently'],
    [451, 'refused_for_now'],
  ] as const)('reads a letter refused with %i after its final dot', async (code, outcome) => {
    const sink = keep(await startMailSink({ accept: () => { throw Object.assign(new Error('not this one'), { responseCode: code }); } }));
    expect(await relayTo(sink).deliver(letter())).toMatchObject({ outcome, code });
    expect((await relayTo(sink).deliver(letter())).mailboxRefused).toBeUndefined();
  });

  it('says unreachable where nobody listens', async () => {
    const relay = keep(openRelay({ url: 'smtp://127.0.0.1:1', connectTimeoutSeconds: 2 }));
    expect(await relay.deliver(letter())).toMatchObject({ outcome: 'unreachable' });
  });

  it.each(['greeting', 'mail', 'data command'] as const)('says unreachable when the connection drops at the %s, where no letter was sent', async (point: DropPoint) => {
    const sink = keep(await startDroppingSink(point, 1));
    const relay = relayTo(sink);
    expect(await relay.deliver(letter())).toMatchObject({ outcome: 'unreachable' });
    expect(sink.accepted).toEqual([]);
    expect(await relay.deliver(letter())).toMatchObject({ outcome: 'accepted' });
  });

  it.each([
    ['mid data', 0],
    ['final dot', 1],
  ] as const)('says unknown when the connection drops at the %s, and never sends the letter again by itself', async (point, arrived) => {
    const sink = keep(await startDroppingSink(point, 1));
    const relay = relayTo(sink);
    expect(await relay.deliver(letter())).toMatchObject({ outcome: 'unknown' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([sink.accepted.length, sink.sessions]).toEqual([arrived, 1]);
  });

  it('never sends a letter again by itself on a kept session either', async () => {
    const sink = keep(await startDroppingSink('final dot', 0));
    const relay = relayTo(sink, { maximumConnections: 1 });
    await relay.deliver(letter({ messageId: '<a@shop.example>' }));
    await sink.stop();
    const again = await relay.deliver(letter({ messageId: '<b@shop.example>' }));
    expect(again.outcome).toBe('unreachable');
    expect(sink.accepted.map(({ messageId }) => messageId)).toEqual(['<a@shop.example>']);
  });

  it('opens a new session when the relay has ended the kept one', async () => {
    const first = await startMailSink();
    const port = Number(new URL(first.url).port);
    const relay = keep(openRelay({ url: first.url, maximumConnections: 1 }));
    expect((await relay.deliver(letter())).outcome).toBe('accepted');
    await first.stop();
    const second = keep(await startMailSink({ port }));
    expect((await relay.deliver(letter())).outcome).toBe('accepted');
    expect([first.accepted.length, second.accepted.length]).toEqual([1, 1]);
  });

  it('says unknown when the relay falls silent after the final dot', async () => {
    const sink = keep(await startMailSink({ accept: () => new Promise((resolve) => setTimeout(resolve, 1500)) }));
    expect(await relayTo(sink, { silenceTimeoutSeconds: 0.3 }).deliver(letter())).toMatchObject({ outcome: 'unknown' });
  });

  it('logs in where the URL says so, and says unreachable with the wrong password', async () => {
    const sink = keep(await startMailSink({ login: { user: 'shop', password: 'p@ss' } }));
    const withLogin = (login: string): Relay => keep(openRelay({ url: sink.url.replace('smtp://', `smtp://${login}@`) }));
    expect(await withLogin('shop:p%40ss').deliver(letter())).toMatchObject({ outcome: 'accepted' });
    expect(await withLogin('shop:wrong').deliver(letter())).toMatchObject({ outcome: 'unreachable', code: 535 });
    expect(sink.accepted).toHaveLength(1);
  });

  it('refuses letters after closing', async () => {
    const sink = keep(await startMailSink());
    const relay = relayTo(sink);
    await relay.deliver(letter());
    await relay.close();
    expect((await relay.deliver(letter())).outcome).toBe('unreachable');
  });

  it.each(['http://relay.example', 'smtp://', 'no url', 'smtp://u:secret@relay.example?tls=maybe'])('refuses the URL %s without repeating a password', (url) => {
    const opening = (): Relay => openRelay({ url });
    expect(opening).toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID', message: expect.not.stringContaining('secret') }));
  });
});

describe('several relays', () => {
  const down = 'smtp://127.0.0.1:1';
  const several = (...urls: readonly string[]): Relay => keep(openRelay({ url: urls.join(' '), connectTimeoutSeconds: 2, silenceTimeoutSeconds: 2 }));

  it('are used in their order: the second gets what the first cannot be given', async () => {
    const [first, second] = [keep(await startMailSink()), keep(await startMailSink())];
    const relay = several(first.url, second.url);
    expect((await relay.deliver(letter({ to: 'a@example.com' }))).relay).toBe(new URL(first.url).host);
    await first.stop();
    expect(await relay.deliver(letter({ to: 'b@example.com' }))).toMatchObject({ outcome: 'accepted', relay: new URL(second.url).host });
    expect([first, second].map(({ accepted }) => accepted.map(({ to }) => to))).toEqual([['a@example.com'], ['b@example.com']]);
    expect(await several(down, down).deliver(letter())).toMatchObject({ outcome: 'unreachable' });
  });

  it('never both get a letter whose answer was lost', async () => {
    const [first, second] = [keep(await startDroppingSink('final dot', 1)), keep(await startMailSink())];
    expect(await several(first.url, second.url).deliver(letter())).toMatchObject({ outcome: 'unknown', relay: new URL(first.url).host });
    expect([first.accepted.length, second.accepted.length]).toEqual([1, 0]);
  });

  it('leave one alone that fails again and again', async () => {
    const [first, second] = [keep(await startDroppingSink('greeting', 1000)), keep(await startMailSink())];
    const relay = several(first.url, second.url);
    for (let i = 0; i < 20; i += 1) expect((await relay.deliver(letter())).outcome).toBe('accepted');
    expect([first.sessions, second.accepted.length]).toEqual([5, 20]);
  });

  it('share the letters where the first has a rate', async () => {
    const [first, second] = [keep(await startMailSink()), keep(await startMailSink())];
    const relay = several(`${first.url}?rate=3`, second.url);
    await Promise.all(Array.from({ length: 12 }, () => relay.deliver(letter())));
    expect(first.accepted.length + second.accepted.length).toBe(12);
    expect(first.accepted.length).toBeGreaterThanOrEqual(3);
    expect(second.accepted.length).toBeGreaterThanOrEqual(6);
  });

  it.each(['smtp://a?rate=0', 'smtp://a?rate=x', 'smtp://a?connections=1.5', 'smtp://a ftp://b'])('are refused as %s', (url) => {
    expect(() => openRelay({ url })).toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID' }));
  });
});

describe('pipelining', () => {
  it('puts the next envelope behind a letter, and every letter gets its own answer', async () => {
    const refuse = (address: string): { code: number; words: string } | undefined => {
      const place = Number(/\d+/.exec(address)?.[0]);
      return place % 5 === 1 ? { code: 550, words: '5.1.1 unknown' } : place % 5 === 3 ? { code: 451, words: '4.7.1 later' } : undefined;
    };
    const sink = keep(await startMailSink({ refuse }));
    const relay = relayTo(sink, { maximumConnections: 2 });
    const answers = await Promise.all(Array.from({ length: 200 }, (_, place) => relay.deliver(letter({ to: `p${place}@example.com`, messageId: `<k-${place}@shop.example>` }))));
    const expected = answers.map((_, place) => place % 5 === 1 ? 'refused_permanently' : place % 5 === 3 ? 'refused_for_now' : 'accepted');
    expect(answers.map(({ outcome }) => outcome)).toEqual(expected);
    expect(sink.accepted.map(({ to, messageId }) => [to, messageId]).sort()).toEqual(expected.flatMap((outcome, place) => outcome === 'accepted' ? [[`p${place}@example.com`, `<k-${place}@shop.example>`]] : []).sort());
    expect(sink.sessions).toBe(2);
  });

  it('is not used with a relay that does not offer it', async () => {
    const sink = keep(await startDroppingSink('greeting', 0));
    const relay = relayTo(sink, { maximumConnections: 1 });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, place) => relay.deliver(letter({ to: `p${place}@example.com` }))));
    expect(answers.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    expect(sink.accepted.map(({ to }) => to)).toEqual(Array.from({ length: 20 }, (_, place) => `p${place}@example.com`));
  });
});

describe('a letter', () => {
  const sinkless = openRelay({ url: 'smtp://127.0.0.1:1' });

  it.each([
    ['a subject', { subject: 'Hi\r\nBcc: all@example.com' }],
    ['a subject with a bare line feed', { subject: 'Hi\nBcc: all@example.com' }],
    ['a sender name', { from: { name: 'Shop\r\nX-Evil: 1', address: 'post@shop.example' } }],
    ['a recipient', { to: 'ann@example.com\r\nRCPT TO:<bob@example.com>' }],
    ['a recipient list', { to: 'ann@example.com, bob@example.com' }],
    ['a recipient in brackets', { to: 'x <ann@example.com>' }],
    ['an envelope sender', { envelopeFrom: 'a@b.example> SIZE=1\r\nDATA' }],
    ['a header value', { headers: { 'Feedback-ID': 'a:b\r\n\r\n<script>' } }],
    ['a header value with a Unicode line end', { headers: { 'Feedback-ID': 'a\u2028b' } }],
    ['a header name', { headers: { 'X-A: 1\r\nX-B': '2' } }],
    ['a second From', { headers: { from: 'evil@example.com' } }],
    ['a Bcc', { headers: { Bcc: 'evil@example.com' } }],
    ['a message id', { messageId: '<a@b>\r\nX: 1' }],
    ['a message id of two', { messageId: '<a@b> <c@d>' }],
  ] as const)('cannot add to the message through %s', async (_, more) => {
    await expect(sinkless.deliver(letter(more))).rejects.toThrow(RangeError);
  });

  it('reaches an internationalised domain by its ASCII form', async () => {
    const sink = keep(await startDroppingSink('greeting', 0));
    await relayTo(sink).deliver(letter({ to: 'ann@bücher.example' }));
    expect(sink.accepted[0]?.to).toBe('ann@xn--bcher-kva.example');
  });
});
