import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unsubscribeKey } from '../../activities/campaign/dispatch/unsubscribe-key.ts';
import { createLinks } from '../../activities/campaign/signed-link.ts';
import { claimSends } from '../../gateways/ledger/claim-sends.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import { planSends } from '../../gateways/ledger/plan-sends.ts';
import { recordAnswers } from '../../gateways/ledger/record-answers.ts';
import { recordReports } from '../../gateways/ledger/record-reports.ts';
import { retryFailed } from '../../gateways/ledger/retry-failed.ts';
import { sendKey } from '../../gateways/ledger/send-key.ts';
import { isSuppressed } from '../../gateways/ledger/suppressions.ts';
import { bounceKind } from '../../gateways/mail/bounce-kind.ts';
import { readMaildir } from '../../gateways/mail/maildir.ts';
import { readReport, type ReportProofs } from '../../gateways/mail/read-report.ts';
import { signReport } from '../../gateways/mail/report-signature.ts';
import { createReturnPaths } from '../../gateways/mail/return-path.ts';
import { mailReportsRoute } from '../../web/routes/mail-reports.ts';
import { ledgerEngines, type LedgerEngine } from './ledger-engines.ts';

const secret = 'a secret of the shop that nobody knows';
const links = createLinks({ publicUrl: 'https://mail.shop.example', secret });
const paths = createReturnPaths({ mailbox: 'bounces@shop.example', secret });
const proofs: ReportProofs = { returnPath: paths.read, unsubscribeLink: (link) => unsubscribeKey(links, link) };
const key = sendKey('c', 'ann');
const lines = (...all: readonly string[]): string => all.join('\r\n');

const originalHeader = (of: string): string => lines('From: The Shop <post@shop.example>', 'To: ann@example.org', 'Subject: Something for you', `Message-ID: <${of}@shop.example>`);

/** As Postfix writes it. */
const notification = ({ to = paths.of(key), status = '5.1.1', action = 'failed', diagnostic = 'smtp; 550 5.1.1 <ann@example.org>: user unknown', original = originalHeader(key) } = {}): Buffer => Buffer.from(lines(
  'Return-Path: <>', `Delivered-To: ${to}`, 'From: MAILER-DAEMON@mx.example.org (Mail Delivery System)', `To: ${to}`, 'Subject: Undelivered Mail Returned to Sender', 'Auto-Submitted: auto-replied', 'MIME-Version: 1.0',
  'Content-Type: multipart/report; report-type=delivery-status; boundary="B"', '', 'This is a MIME-encapsulated message.', '', '--B', 'Content-Type: text/plain; charset=us-ascii', '', 'I am sorry to have to inform you.', '',
  '--B', 'Content-Description: Delivery report', 'Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mx.example.org', 'Arrival-Date: Mon, 23 Nov 2026 09:00:00 +0000', '',
  'Final-Recipient: rfc822; ann@example.org', `Action: ${action}`, `Status: ${status}`, 'Remote-MTA: dns; mx.example.org', `Diagnostic-Code: ${diagnostic.slice(0, 30)}`, `    ${diagnostic.slice(30)}`, '',
  '--B', 'Content-Description: Undelivered Message Headers', 'Content-Type: text/rfc822-headers', '', original, '', '--B--', ''));

/** RFC 5965 appendix B, with our letter in it. */
const complaint = ({ type = 'abuse', original = lines(originalHeader(key), `List-Unsubscribe: <${links.unsubscribe(key)}>`), mailFrom = '<post@shop.example>' } = {}): Buffer => Buffer.from(lines(
  'From: <abusedesk@example.com>', 'Date: Mon, 23 Nov 2026 17:40:36 +0000', 'Subject: FW: Something for you', 'To: <abuse@shop.example>', 'MIME-Version: 1.0', 'Content-Type: multipart/report; report-type=feedback-report;', '     boundary="part1"', '',
  '--part1', 'Content-Type: text/plain; charset="US-ASCII"', '', 'This is an email abuse report.', '', '--part1', 'Content-Type: message/feedback-report', '',
  `Feedback-Type: ${type}`, 'User-Agent: SomeGenerator/1.0', 'Version: 1', `Original-Mail-From: ${mailFrom}`, 'Original-Rcpt-To: <redacted@example.com>', '', '--part1', 'Content-Type: message/rfc822', 'Content-Disposition: inline', '', original, '', 'Spam Spam Spam', '', '--part1--', ''));

describe('a delivery status notification', () => {
  it.each([
    ['5.1.1', 'smtp; 550 5.1.1 user unknown', 'hard'], ['5.1.10', 'smtp; 556 5.1.10 null MX', 'hard'], ['5.1.2', 'dns; host not found', 'hard'], ['5.2.1', 'smtp; 550 5.2.1 disabled', 'hard'],
    ['5.0.0', 'smtp; 550 5.1.1 no such user', 'hard'], ['5.2.2', 'smtp; 552 5.2.2 over quota', 'soft'], ['4.4.7', 'smtp; 451 4.4.7 delivery time expired', 'soft'], ['4.2.2', 'smtp; 452 mailbox full', 'soft'],
    ['5.7.1', 'smtp; 550 5.7.1 message refused', 'block'], ['5.1.1', 'smtp; 550 5.1.1 blocked by our reputation list', 'block'], ['5.1.8', 'smtp; 553 5.1.8 bad sender', 'block'], ['4.7.0', 'smtp; 421 4.7.0 too many', 'block'], ['5.0.0', 'smtp; 554 listed at zen', 'block'],
  ] as const)('with %s and "%s" is a bounce of the kind %s', async (status, diagnostic, bounce) => {
    expect(await readReport(notification({ status, diagnostic }), proofs)).toMatchObject([{ kind: 'bounce', key, bounce }]);
  });

  it('of a delay is nothing, of a delivery is a proof', async () => {
    expect(await readReport(notification({ action: 'delayed', status: '4.4.1' }), proofs)).toEqual([]);
    expect(await readReport(notification({ action: 'delivered', status: '2.0.0' }), proofs)).toEqual([{ kind: 'delivered', key }]);
  });

  it('is nothing without an address or a link that we signed, whatever it claims', async () => {
    const forged = notification({ to: 'bounces@shop.example' });
    expect(await readReport(forged, proofs)).toEqual([]);
    expect(await readReport(notification({ to: paths.of(key).replace(/-(.)/, (_, digit: string) => (digit === '0' ? '-1' : '-0')) }), proofs)).toEqual([]);
    expect(await readReport(notification({ to: createReturnPaths({ mailbox: 'bounces@shop.example', secret: 'the secret of somebody else' }).of(key) }), proofs)).toEqual([]);
    // From whom we trust, the Message-ID is enough.
    expect(await readReport(forged, { ...proofs, trusted: true })).toMatchObject([{ key }]);
  });

  it('is nothing when it is something else', async () => {
    for (const text of ['', 'Hello', lines('From: a@b', 'Subject: Out of office', '', 'I am away until Monday.'), lines('Content-Type: multipart/report; boundary=x', '', '--x--'), '\0'.repeat(1000)]) {
      expect(await readReport(Buffer.from(text), { ...proofs, trusted: true })).toEqual([]);
    }
  });
});

describe('a complaint', () => {
  it('is known by its signed unsubscribe link or by the address of its bounces', async () => {
    expect(await readReport(complaint(), proofs)).toEqual([{ kind: 'complaint', key }]);
    expect(await readReport(complaint({ original: originalHeader(key), mailFrom: `<${paths.of(key)}>` }), proofs)).toEqual([{ kind: 'complaint', key }]);
    expect(await readReport(complaint({ original: originalHeader(key) }), proofs)).toEqual([]);
    expect(await readReport(complaint({ original: lines(originalHeader(key), `List-Unsubscribe: <${links.unsubscribe(key).slice(0, -1)}x>`) }), proofs)).toEqual([]);
  });

  it('that says "not spam" is none', async () => {
    expect(await readReport(complaint({ type: 'not-spam' }), proofs)).toEqual([]);
    expect(await readReport(complaint({ type: 'Fraud' }), proofs)).toHaveLength(1);
  });
});

describe('a Maildir', () => {
  it('hands every new message on once, and again what could not be taken', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'maildir-'));
    await mkdir(join(folder, 'new'));
    await writeFile(join(folder, 'new', '2.host'), 'second');
    await writeFile(join(folder, 'new', '1.host'), 'first');
    const seen: string[] = [];
    await expect(readMaildir(folder, async (message) => {
      if (message.toString() === 'second') throw new Error('not now');
      seen.push(message.toString());
    })).rejects.toThrow('not now');
    expect([await readdir(join(folder, 'new')), await readdir(join(folder, 'cur'))]).toEqual([['2.host'], ['1.host:2,S']]);
    expect(await readMaildir(folder, async (message) => { seen.push(message.toString()); })).toBe(1);
    expect(seen).toEqual(['first', 'second']);
    expect(await readMaildir(join(folder, 'nowhere'), async () => undefined)).toBeUndefined();
    await rm(folder, { recursive: true });
  });

  it('hands on the beginning of a message that is too large, rather than passing it by', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'maildir-'));
    await mkdir(join(folder, 'new'));
    await writeFile(join(folder, 'new', '1.host'), 'report, then what it is about');
    const seen: string[] = [];
    expect(await readMaildir(folder, async (message) => { seen.push(message.toString()); }, { largest: 6 })).toBe(1);
    expect(seen).toEqual(['report']);
    expect(await readdir(join(folder, 'cur'))).toEqual(['1.host:2,S']);
    await rm(folder, { recursive: true });
  });
});

for (const { name, start } of ledgerEngines) {
  if (start === undefined) {
    console.log(`No ${name} on this machine: reports are not tried on it.`);
    continue;
  }
  describe(`reports in the ledger on ${name}`, () => {
    let engine: LedgerEngine;
    let ledger: Ledger;
    let campaigns = 0;
    const now = new Date('2026-11-23T09:00:00Z');
    beforeAll(async () => {
      engine = await start();
      ledger = await engine.open();
    });
    afterAll(async () => {
      await ledger.close();
      await engine.stop();
    });

    /** One letter of a campaign of its own that the relay took. */
    async function taken(customer: string): Promise<string> {
      const campaign = `campaign-${campaigns += 1}`;
      await planSends(ledger, { shop: 'demo', cycle: '2026-W48', campaign, senderDomain: 'shop.example', now, sends: [{ customerId: customer, address: `${customer}@example.org`, locale: 'en', arm: 'A', segment: '1', offer: 'o', page: 0, variables: {} }] });
      await claimSends(ledger, { campaign, page: 0, limit: 10, stoppedArms: [], claimant: 'w', now });
      const send = sendKey(campaign, customer);
      await recordAnswers(ledger, { claimant: 'w', now, answers: [{ key: send, answer: { outcome: 'accepted', text: '250' } }] });
      return send;
    }
    const stateOf = async (send: string): Promise<string | undefined> => (await ledger.query<{ state: string }>('select state from sends where key = $1', [send]))[0]?.state;
    const suppressed = (customer: string): Promise<boolean> => isSuppressed(ledger, { shop: 'demo', address: `${customer}@example.org` });
    const report = (reports: Parameters<typeof recordReports>[1], at = now) => recordReports(ledger, reports, { source: 'maildir', now: at });

    it('a hard bounce suppresses the address, once', async () => {
      const send = await taken('hard');
      const bounce = { kind: 'bounce', key: send, bounce: 'hard', status: '5.1.1' } as const;
      expect(await report([bounce, bounce])).toEqual({ bounces: 1, complaints: 0, delivered: 0, suppressed: 1, nothingNew: 1 });
      expect([await stateOf(send), await suppressed('hard')]).toEqual(['hard_bounced', true]);
    });

    it('a block changes the send and never suppresses', async () => {
      for (let letter = 0; letter < 5; letter += 1) {
        const send = await taken('blocked');
        expect(await report([{ kind: 'bounce', key: send, bounce: 'block', status: '5.7.1' }])).toMatchObject({ bounces: 1, suppressed: 0 });
        expect(await stateOf(send)).toBe('soft_bounced');
      }
      expect(await suppressed('blocked')).toBe(false);
    });

    it('the third soft bounce in 60 days suppresses, older ones do not count', async () => {
      const day = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
      const soft = async (days: number): Promise<boolean> => {
        await report([{ kind: 'bounce', key: await taken('soft'), bounce: 'soft', status: '4.2.2' }], day(days));
        return suppressed('soft');
      };
      expect([await soft(0), await soft(50), await soft(70), await soft(80)]).toEqual([false, false, false, true]);
    });

    it('a letter that came back is not sent again in its campaign', async () => {
      const send = await taken('back');
      await report([{ kind: 'bounce', key: send, bounce: 'soft', status: '4.4.7' }]);
      expect(await retryFailed(ledger, { campaign: `campaign-${campaigns}`, maximumAttempts: 3, now })).toBe(0);
      expect(await stateOf(send)).toBe('soft_bounced');
    });

    it('a complaint suppresses, revokes consent and counts as a touch, once', async () => {
      const send = await taken('cross');
      expect(await report([{ kind: 'complaint', key: send }, { kind: 'complaint', key: send }])).toMatchObject({ complaints: 1, suppressed: 1, nothingNew: 1 });
      expect([await stateOf(send), await suppressed('cross')]).toEqual(['complained', true]);
      expect(await ledger.query('select state from consents where customer_id = $1', ['cross'])).toEqual([{ state: 'revoked' }]);
      expect(await ledger.query('select kind, bot from touches where send_key = $1', [send])).toEqual([{ kind: 'complaint', bot: false }]);
    });

    it('a report about a letter that never left, or of nobody, changes nothing', async () => {
      const campaign = `campaign-${campaigns += 1}`;
      await planSends(ledger, { shop: 'demo', cycle: '2026-W48', campaign, senderDomain: 'shop.example', now, sends: [{ customerId: 'home', address: 'home@example.org', locale: 'en', arm: 'A', segment: '1', offer: 'o', page: 0, variables: {} }] });
      expect(await report([{ kind: 'bounce', key: sendKey(campaign, 'home'), bounce: 'hard', status: '5.1.1' }, { kind: 'complaint', key: 'f'.repeat(32) }])).toMatchObject({ bounces: 0, complaints: 0, suppressed: 0, nothingNew: 2 });
      expect([await stateOf(sendKey(campaign, 'home')), await suppressed('home')]).toEqual(['planned', false]);
    });

    it('a delivery settles a send in doubt', async () => {
      const send = await taken('doubt');
      expect(await report([{ kind: 'delivered', key: send }, { kind: 'delivered', key: send }])).toMatchObject({ delivered: 1, nothingNew: 1 });
      expect(await stateOf(send)).toBe('delivered');
    });

    it('come by a signed request; unsigned, changed, replayed and broken ones change nothing', async () => {
      const reportsSecret = 'a secret between the relay and the shop';
      const app = mailReportsRoute({ ledger, links, clock: () => now, returnPaths: paths, reportsSecret });
      const post = (body: Buffer, signature: string | undefined, type = 'application/json') => app.request('/mail/reports', { method: 'POST', body: new Uint8Array(body), headers: { 'content-type': type, ...(signature === undefined ? {} : { 'x-signature': signature }) } });
      const send = await taken('hook');
      const events = Buffer.from(JSON.stringify({ events: [{ type: 'bounce', message_id: `<${send}@shop.example>`, status: '5.1.1', diagnostic: '550 5.1.1 unknown' }] }));
      const good = signReport(reportsSecret, now, events);
      const late = signReport(reportsSecret, new Date(now.getTime() - 301_000), events);
      const refused: [Buffer, string | undefined][] = [[events, undefined], [events, late], [events, signReport('another secret', now, events)], [Buffer.concat([events, Buffer.from(' ')]), good], [events, good.replace('t=', 't=1')], [events, 'x']];
      for (const [body, signature] of refused) expect((await post(body, signature)).status).toBe(401);
      const broken = Buffer.from('{"events":[{"type":"bounce","message_id":"<x@y>"}]}');
      expect((await post(broken, signReport(reportsSecret, now, broken))).status).toBe(400);
      expect([await stateOf(send), await suppressed('hook')]).toEqual(['handed_over', false]);
      expect(await (await post(events, good)).json()).toMatchObject({ bounces: 1, suppressed: 1 });
      const raw = notification({ to: 'x@shop.example', original: originalHeader(send) });
      expect(await (await post(raw, signReport(reportsSecret, now, raw), 'message/rfc822')).json()).toMatchObject({ nothingNew: 1 });
      const closed = mailReportsRoute({ ledger, links, clock: () => now });
      expect((await closed.request('/mail/reports', { method: 'POST', body: new Uint8Array(events), headers: { 'x-signature': signReport('', now, events) } })).status).toBe(401);
    });
  });
}

it('a bounce without a status is soft unless words say block', () => {
  expect([bounceKind(''), bounceKind('x', 'rejected as spam'), bounceKind('5.3.4')]).toEqual(['soft', 'block', 'soft']);
});
