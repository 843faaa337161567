import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { authenticate } from 'mailauth';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LetterSend } from '../../activities/campaign/letter-composer.ts';
import { letterOf } from '../../activities/campaign/dispatch/letter-of.ts';
import { createLetterComposer } from '../../activities/campaign/letters/create-letter-composer.ts';
import { createLinks } from '../../activities/campaign/signed-link.ts';
import { FixedText } from '../../gateways/mail/body-text.ts';
import { createDkimSigner } from '../../gateways/mail/dkim-signer.ts';
import type { Letter } from '../../gateways/mail/letter.ts';
import { openRelay, type Relay } from '../../gateways/mail/relay.ts';
import { createReturnPaths } from '../../gateways/mail/return-path.ts';
import { writeMessage } from '../../gateways/mail/write-message.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { startMailSink, type MailSink } from './mail-sink.ts';

const secret = 'a secret of the shop that nobody knows';
const links = createLinks({ publicUrl: 'https://mail.demo.example', secret });
const returnPaths = createReturnPaths({ mailbox: 'bounces@bounce.demo.example', secret });
const key = '0123456789abcdef0123456789abcdef';
const send: LetterSend = {
  key, customerId: 'customer-17', address: 'ada@example.org', locale: 'en', arm: 'A', segment: '2', offer: 'Free shipping for regulars', couponCode: 'ABCD-2345',
  variables: { given_name: 'Zoë', offer_kind: 'free_shipping', offer_value: 4.9, favourite_category: 'Kitchen', product_1: 'Iron casserole', product_2: 'Linen towel', product_3: null },
};
const composer = createLetterComposer({ shops: (name) => openShopFolder('shops', name), links });

let sink: MailSink;
const relays: Relay[] = [];
beforeAll(async () => { sink = await startMailSink(); });
afterAll(async () => {
  await Promise.all(relays.map((relay) => relay.close()));
  await sink.stop();
});

/** The letter as the relay got it. */
async function sent(change: Partial<LetterSend> = {}, dkim?: { readonly key: KeyObject; readonly domain: string }): Promise<string> {
  const signer = dkim === undefined ? undefined : createDkimSigner({ domain: dkim.domain, selector: 'k1', privateKey: dkim.key.export({ type: 'pkcs8', format: 'pem' }).toString() });
  const relay = openRelay({ url: sink.url, dkim: signer });
  relays.push(relay);
  const composed = await composer.compose({ shop: 'demo', send: { ...send, ...change } });
  const answer = await relay.deliver(letterOf(composed, { key, address: change.address ?? send.address, messageId: `<${key}@demo.example>` }, returnPaths.of));
  expect(answer).toMatchObject({ outcome: 'accepted' });
  return sink.accepted.at(-1)?.raw ?? '';
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const recordOf = { rsa: `v=DKIM1; k=rsa; p=${rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`, ed25519: `v=DKIM1; k=ed25519; p=${ed25519.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')}` };

/** What a receiver finds that asks these records only. */
const judge = (raw: string, records: Readonly<Record<string, string>>) => authenticate(Buffer.from(raw), {
  ip: '192.0.2.7', helo: 'relay.demo.example', mta: 'mx.example.org', sender: returnPaths.of(key), disableBimi: true,
  resolver: async (name: string, type: string) => {
    const text = type === 'TXT' ? records[name] : undefined;
    if (text === undefined) throw Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' });
    return [[text]];
  },
});

describe('a letter on the wire', () => {
  it('has the headers that receivers want, as an independent parser reads them', async () => {
    const raw = await sent();
    const mail = await simpleParser(raw);
    const header = Object.fromEntries(mail.headerLines.map((line) => [line.key, line.line.slice(line.line.indexOf(':') + 1).trim()]));
    expect(mail.from?.value).toEqual([{ name: 'Elm and Harbour', address: 'hello@demo.example' }]);
    expect(mail.to).toMatchObject({ value: [{ address: 'ada@example.org' }] });
    expect(mail.subject).toBe('Something for you, Zoë');
    expect(mail.messageId).toBe(`<${key}@demo.example>`);
    expect(Math.abs(mail.date!.getTime() - Date.now())).toBeLessThan(60_000);
    expect(header['list-unsubscribe']).toBe(`<${links.unsubscribe(key)}>`);
    expect(header['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click');
    expect(header['list-id']).toBe('<weekly.demo.demo.example>');
    expect(header['feedback-id']).toMatch(/^[a-z0-9-]+:[a-z0-9-]+:weekly:demo$/);
    expect(header['mime-version']).toBe('1.0');
    expect(new Set(mail.headerLines.map((line) => line.key)).size).toBe(mail.headerLines.length);
  });

  it('keeps to the line lengths of RFC 5322 and of its encodings, in ASCII, without a dot at the start of a line', async () => {
    for (const locale of ['en', 'zh-CN']) {
      const raw = await sent({ locale });
      const [header, ...body] = raw.split('\r\n\r\n');
      for (const line of header!.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
      for (const line of body.join('\r\n\r\n').split('\r\n')) {
        expect(line.length).toBeLessThanOrEqual(76);
        expect(line.startsWith('.')).toBe(false);
      }
      expect(raw).toMatch(/^[\x20-\x7e\r\n]*$/);
      expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    }
  });

  it('says the same as the letter that people see, in every language', async () => {
    for (const locale of ['en', 'zh-CN']) {
      const composed = await composer.compose({ shop: 'demo', send: { ...send, locale } });
      const mail = await simpleParser(await sent({ locale }));
      expect((mail.html as string).trim()).toBe(composed.html.trim());
      expect(mail.text?.trim()).toBe(composed.text.trim());
      expect(mail.subject).toBe(composed.subject);
    }
  });

  it('comes from an address of its own that only we can make', async () => {
    await sent();
    const path = returnPaths.of(key);
    expect(path).toMatch(/^bounces\+[0-9a-f]{32}-[0-9a-f]{12}@bounce\.demo\.example$/);
    expect(path.split('@')[0]!.length).toBeLessThanOrEqual(64);
    expect([returnPaths.read(path), returnPaths.read(path.toUpperCase())]).toEqual([key, key]);
    const forged = path.replace(/-[0-9a-f]/, (digit) => (digit === '-0' ? '-1' : '-0'));
    expect([returnPaths.read(forged), returnPaths.read('bounces@bounce.demo.example'), returnPaths.read(`x${path}`), returnPaths.read(path.replace('bounce.demo', 'bounceXdemo'))]).toEqual([undefined, undefined, undefined, undefined]);
    expect(createReturnPaths({ mailbox: 'bounces@bounce.demo.example', secret: 'another secret' }).read(path)).toBeUndefined();
    expect(() => createReturnPaths({ mailbox: 'a b@demo.example', secret })).toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID' }));
  });
});

describe('a signature', () => {
  const policy = { '_dmarc.demo.example': 'v=DMARC1; p=reject; adkim=s; aspf=r', 'bounce.demo.example': 'v=spf1 ip4:192.0.2.0/24 -all' };

  it.each(['rsa', 'ed25519'] as const)('by %s passes DKIM, SPF by the return path, and DMARC aligned', async (kind) => {
    const raw = await sent({}, { key: kind === 'rsa' ? rsa.privateKey : ed25519.privateKey, domain: 'demo.example' });
    const result = await judge(raw, { ...policy, 'k1._domainkey.demo.example': recordOf[kind] });
    expect(result.dkim.results.map(({ status, signingDomain }) => [status.result, signingDomain])).toEqual([['pass', 'demo.example']]);
    expect(result.spf && result.spf.status.result).toBe('pass');
    expect(result.dmarc && result.dmarc.status.result).toBe('pass');
    // RFC 8058 4: both unsubscribe headers are covered.
    const [, names] = /\bh=([^;]*);/.exec(raw) ?? [];
    expect(names!.toLowerCase().split(/\s*:\s*/)).toEqual(expect.arrayContaining(['from', 'subject', 'date', 'message-id', 'list-unsubscribe', 'list-unsubscribe-post', 'list-id', 'feedback-id']));
  });

  it('fails for a letter that was changed: a body, a subject, one more From, another place to unsubscribe', async () => {
    const raw = await sent({}, { key: rsa.privateKey, domain: 'demo.example' });
    const records = { ...policy, 'k1._domainkey.demo.example': recordOf.rsa };
    for (const changed of [raw.replace('casserole', 'saucepans'), raw.replace(/^Subject: .*$/m, 'Subject: hello'), raw.replace(/^From: /m, 'From: evil@example.com\r\nFrom: '), raw.replace('List-Unsubscribe: <https://mail', 'List-Unsubscribe: <https://evil')]) {
      expect(changed).not.toBe(raw);
      expect((await judge(changed, records)).dkim.results[0]?.status.result).not.toBe('pass');
    }
  });

  it('is made only for senders of its domain or below', async () => {
    expect(await sent({}, { key: rsa.privateKey, domain: 'other.example' })).not.toMatch(/^DKIM-Signature/m);
    expect(await sent({}, { key: rsa.privateKey, domain: 'example' + '.x' })).not.toMatch(/^DKIM-Signature/m);
  });

  it('with a key that is none is refused, and nothing of the key is repeated', () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 768 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const privateKey of ['-----BEGIN PRIVATE KEY-----\nTOPSECRET\n-----END PRIVATE KEY-----', weak]) {
      expect(() => createDkimSigner({ domain: 'demo.example', selector: 'k1', privateKey })).toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID', message: expect.not.stringMatching(/TOPSECRET|BEGIN/) as string }));
    }
    expect(() => createDkimSigner({ domain: 'demo', selector: 'k1', privateKey: weak })).toThrow(expect.objectContaining({ message: expect.stringContaining('DKIM_DOMAIN') as string }));
  });
});

describe('any text', () => {
  const letter = (more: Partial<Letter>): Letter => ({
    from: { name: 'The Shop', address: 'post@shop.example' }, to: 'ann@example.com', envelopeFrom: 'post@shop.example', messageId: '<k@shop.example>', headers: {}, subject: 'Hi', html: '<p>Hi</p>', text: 'Hi', ...more,
  });
  const anyText = fc.string({ unit: 'grapheme', maxLength: 300 });
  const piece = fc.oneof(anyText, fc.constantFrom('.', '\n.\n', ' \n', '\t', '=', '=3D', '--=_letter--\n', 'é'.repeat(90), 'x'.repeat(200), '', ' ', '\n\n')).map((text) => text.replaceAll('\r', '').replaceAll('\0', ''));

  it('in pieces, fixed or not, comes out as it went in', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(piece, fc.boolean()), { maxLength: 12 }), async (pieces) => {
      const whole = pieces.map(([text]) => text).join('');
      const message = await writeMessage(letter({ html: pieces.map(([text, fixed]) => fixed ? new FixedText(text) : text), text: whole }));
      const text = message.toString('latin1');
      for (const line of text.split('\r\n')) expect(line.length <= 76 && !line.startsWith('.')).toBe(true);
      const mail = await simpleParser(message, { skipTextToHtml: true, skipHtmlToText: true });
      // The parser's own ideas about the last line ends are left out.
      const tidy = (value: string | false | undefined): string => (value || '').replace(/\n+$/, '');
      expect(tidy(mail.html)).toBe(tidy(whole));
      expect(tidy(mail.text)).toBe(tidy(whole));
    }), { numRuns: 200, seed: 5 });
  });

  it('as a subject or a sender\'s name is read back, or refused for its line ends', async () => {
    await fc.assert(fc.asyncProperty(anyText, anyText, async (subject, name) => {
      const given = letter({ subject, from: { name, address: 'post@shop.example' } });
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      if (/[\u0000-\u001f\u007f\u0085\u2028\u2029]/.test(subject + name)) return expect(writeMessage(given)).rejects.toThrow(RangeError);
      const message = await writeMessage(given);
      for (const line of message.toString('latin1').split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
      const mail = await simpleParser(message);
      expect((mail.subject ?? '').trim()).toBe(subject.trim());
      expect(mail.from?.value).toMatchObject([{ address: 'post@shop.example', }]);
      expect(mail.from?.value[0]?.name.trim()).toBe(name.trim());
      expect(mail.headerLines.map(({ key: header }) => header).sort()).toEqual(['content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to']);
    }), { numRuns: 200, seed: 6 });
  });

  it('before the @ of an address goes as it is where the relay takes it (RFC 6532), and is refused for the recipient where not', async () => {
    const raw = (await writeMessage(letter({ to: 'müller@bücher.example' }))).toString('utf8');
    expect(raw).toContain('To: müller@xn--bcher-kva.example\r\n');
    const relay = openRelay({ url: sink.url });
    relays.push(relay);
    expect(['accepted', 'refused_permanently']).toContain((await relay.deliver(letter({ to: 'müller@example.com' }))).outcome);
  });
});
