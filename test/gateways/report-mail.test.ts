import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { composeReportMail } from '../../activities/tell/compose-report-mail.ts';
import { createTellActivities, type TellDependencies } from '../../activities/tell/index.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { openRelay, type Relay } from '../../gateways/mail/relay.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { startMailSink, type MailSink } from './mail-sink.ts';

const shops = resolve(import.meta.dirname, '../../shops');
const ended = { shop: 'demo', cycle: '2026-W48', asOf: '2026-11-23T00:00:00.000Z', outcome: 'finished' as const, reason: '', warnings: ['Audit days-without-orders found 2 rows.'] };
const report = {
  outcome: { state: 'completed', words: '+1.20 points in the share of customers who bought, 95 % interval +0.30 points to +2.10 points.' }, customers: 1200,
  segmentation: { segments: [{ name: 'loyal & frequent', customers: 700 }, { name: 'dormant', customers: 500 }] },
  campaign: { plan: { toSend: 900, holdout: 100 }, tally: { handedOver: 0, delivered: 880, hardBounced: 12, softBounced: 8, complained: 1 }, funnel: { opened: 300, clicked: 90, redeemed: 40, unsubscribed: 3 } },
  decisions: [{ kind: 'offer_share', subject: 'arm A', words: 'A gets 60 % of the letters.' }],
};

let lake: string;
let ledger: Ledger;
let sink: MailSink;
let relay: Relay;
beforeEach(async () => {
  lake = await mkdtemp(join(tmpdir(), 'clientele-report-'));
  await mkdir(join(lake, 'demo', '2026-W48'), { recursive: true });
  await writeFile(join(lake, 'demo', '2026-W48', 'report.json'), JSON.stringify(report));
  ledger = await openLedger({ folder: join(lake, 'ledger') });
  sink = await startMailSink();
  relay = openRelay({ url: sink.url });
});
afterEach(async () => {
  await relay.close();
  await sink.stop();
  await ledger.close();
  await rm(lake, { recursive: true });
});

const tell = (changes: Partial<TellDependencies> = {}) => createTellActivities({
  warehouse: { lake }, ledger, relay, relayLog: { accepted: async () => undefined }, openShop: (name) => openShopFolder(shops, name), publicUrl: 'https://mail.shop.example/', clock: () => new Date('2026-11-30T08:00:00Z'), settleAfterSeconds: 0, cancellation: () => undefined, ...changes,
}).tellMarketers(ended);

/** A relay whose process dies with it, before or after the letter is taken. */
const dyingRelay = (after: boolean): Relay => ({ ...relay, deliver: async (letter) => {
  if (after) await relay.deliver(letter);
  throw new Error('killed');
} });

test('tells each marketer once what came of it and where to read on', async () => {
  const { settings: { marketers } } = await openShopFolder(shops, 'demo');
  expect(await tell()).toEqual({ told: marketers.length, inDoubt: 0 });
  expect(await tell()).toEqual({ told: marketers.length, inDoubt: 0 });
  expect(sink.accepted.map(({ to }) => to)).toEqual(marketers);
  const mail = await simpleParser(sink.accepted[0]!.raw);
  expect(mail.subject).toMatch(/2026-W48 is finished$/);
  for (const body of [mail.text ?? '', String(mail.html)]) {
    expect(body).toContain('+1.20 points');
    expect(body).toContain('https://mail.shop.example/cycles/demo/2026-W48');
    expect(body).toContain('880 of 900');
    expect(body).toContain('A gets 60 % of the letters.');
  }
  expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
});

test.each([['before the relay took it', false, 1], ['after the relay took it', true, 1]] as const)('after a death %s the relay\'s log decides, and it arrives once', async (_, after, letters) => {
  await expect(tell({ relay: dyingRelay(after) })).rejects.toThrow('killed');
  const relayLog = { accepted: async (ids: readonly string[]) => new Map(ids.map((id) => [id, sink.accepted.some(({ messageId }) => messageId === id)])) };
  expect(await tell({ relayLog })).toEqual({ told: 1, inDoubt: 0 });
  expect(sink.accepted.length).toBe(letters);
});

test('where nobody can say what became of it, it is not sent a second time', async () => {
  await expect(tell({ relay: dyingRelay(true) })).rejects.toThrow('killed');
  expect(await tell()).toEqual({ told: 0, inDoubt: 1 });
  expect(await tell()).toEqual({ told: 0, inDoubt: 1 });
  expect(sink.accepted.length).toBe(1);
});

test('a relay that is down is tried again by the next attempt', async () => {
  const down: Relay = { ...relay, deliver: async () => ({ outcome: 'unreachable', text: 'no route' }) };
  await expect(tell({ relay: down })).rejects.toMatchObject({ code: 'RELAY_UNREACHABLE' });
  expect(await tell()).toEqual({ told: 1, inDoubt: 0 });
});

test('the ledger keeps nobody\'s address of it', async () => {
  await tell();
  const { settings: { marketers } } = await openShopFolder(shops, 'demo');
  const kept = JSON.stringify(await ledger.query('select * from notices'));
  expect(kept).toContain('"sent"');
  for (const marketer of marketers) expect(kept).not.toContain(marketer);
});

test('a cycle that ended before its time says why, and markup in it is text', () => {
  const { html, text } = composeReportMail({ shopName: 'Demo', cycle: '2026-W48', outcome: 'abandoned', reason: '<img src=x onerror=alert(1)>', warnings: [], summary: undefined, link: 'https://x.example/cycles/demo/2026-W48' });
  expect(text).toContain('It ended before its time: <img src=x onerror=alert(1)>.');
  expect(html).not.toContain('<img');
});
