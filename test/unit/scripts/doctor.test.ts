import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLedger } from '../../../gateways/ledger/open-ledger.ts';
import { openWarehouse } from '../../../gateways/warehouse/open-warehouse.ts';
import { checkClock } from '../../../scripts/doctor/check-clock.ts';
import { checkEnvironment } from '../../../scripts/doctor/check-environment.ts';
import { checkLake } from '../../../scripts/doctor/check-lake.ts';
import { checkNode } from '../../../scripts/doctor/check-node.ts';
import { checkRelay } from '../../../scripts/doctor/check-relay.ts';
import { checkSenderDomain } from '../../../scripts/doctor/check-sender-domain.ts';
import { checkShop } from '../../../scripts/doctor/check-shop.ts';
import { checkTemporal } from '../../../scripts/doctor/check-temporal.ts';
import type { Finding } from '../../../scripts/doctor/finding.ts';
import { inspectLedger } from '../../../scripts/doctor/inspect-ledger.ts';
import { renderFindings } from '../../../scripts/doctor/render-findings.ts';

const root = resolve(import.meta.dirname, '../../..');
let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'doctor-')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** `what state` of each finding, and that whatever is wrong says what to do. */
function brief(findings: readonly Finding[]): Record<string, string> {
  for (const { state, mend } of findings) expect(mend === undefined).toBe(state === 'ok' || state === 'skipped');
  return Object.fromEntries(findings.map(({ what, state }) => [what, state]));
}

describe("the sender's domain", () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const dkim = { domain: 'shop.de', selector: 's1', privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) };
  const published = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;
  const good = { 'shop.de': ['v=spf1 include:relay.net ~all', 'other=text'], 'relay.net': ['v=spf1 ip4:192.0.2.0/24 -all'], 's1._domainkey.shop.de': [published], '_dmarc.shop.de': ['v=DMARC1; p=reject; rua=mailto:dmarc@shop.de'] };
  const sender = 'hello@shop.de';
  const look = async (records: Readonly<Record<string, readonly string[]>>, identity: { sender?: string; returnPath?: string; dkim?: typeof dkim } = { dkim }): Promise<Finding[]> =>
    checkSenderDomain({ sender, ...identity }, { txt: async (name) => records[name] ?? [] });
  const found = async (...given: Parameters<typeof look>): Promise<Record<string, string>> => brief(await look(...given));

  test('is in order when SPF, the key and DMARC are published and aligned', async () => {
    const findings = await look(good);
    expect(brief(findings)).toEqual({ SPF: 'ok', DKIM: 'ok', DMARC: 'ok', alignment: 'ok' });
    expect(findings.find(({ what }) => what === 'alignment')?.found).toBe('shop.de is vouched for by the signature of shop.de and the return path at shop.de');
  });

  test('says what to publish where nothing is, with our own public key', async () => {
    const findings = await look({});
    expect(brief(findings)).toEqual({ SPF: 'failed', DKIM: 'failed', DMARC: 'failed', alignment: 'failed' });
    expect(findings.find(({ what }) => what === 'DKIM')?.mend).toContain(`s1._domainkey.shop.de: "${published}"`);
    expect(JSON.stringify(findings)).not.toContain('PRIVATE');
  });

  test('knows an Ed25519 key as RFC 8463 publishes it', async () => {
    const pair = generateKeyPairSync('ed25519');
    const raw = pair.publicKey.export({ format: 'jwk' }).x ?? '';
    const mine = { ...dkim, privateKey: String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })) };
    expect(await found({ ...good, 's1._domainkey.shop.de': [`v=DKIM1; k=ed25519; p=${Buffer.from(raw, 'base64url').toString('base64')}`] }, { dkim: mine })).toMatchObject({ DKIM: 'ok' });
    expect(await found(good, { dkim: mine })).toMatchObject({ DKIM: 'failed', alignment: 'warning' });
  });

  test.each([
    ['two records', ['v=spf1 a -all', 'v=spf1 mx -all'], 'failed'], ['a record that lets everybody', ['v=spf1 +all'], 'warning'], ['one that lets nobody', ['v=spf1 -all'], 'failed'],
    ['one without an end', ['v=spf1 a mx'], 'warning'], ['another version', ['v=spf10 a -all'], 'failed'], ['a ring of includes', ['v=spf1 include:shop.de -all'], 'failed'],
    ['eleven look-ups', [`v=spf1 ${Array.from({ length: 11 }, (_, index) => `exists:e${index}.net`).join(' ')} -all`], 'failed'],
    ['ten look-ups, addresses besides', [`v=spf1 ip4:192.0.2.1 ${Array.from({ length: 10 }, (_, index) => `a:e${index}.net`).join(' ')} -all`], 'ok'],
    ['a redirect', ['v=spf1 redirect=relay.net'], 'ok'],
  ])('judges SPF with %s', async (_, records, state) => {
    expect((await found({ ...good, 'shop.de': records })).SPF).toBe(state);
  });

  test.each([
    ['a revoked one', ['v=DKIM1; p='], 'failed'], ["somebody else's", ['v=DKIM1; p=AAAA'], 'failed'], ['two', [published, published], 'failed'], ['one in testing', [`${published}; t=y:s`], 'warning'], ['one with spaces, as name servers fold it', [published.replace('p=MII', 'p=M II')], 'ok'],
  ])('judges the key when %s is published', async (_, records, state) => {
    expect((await found({ ...good, 's1._domainkey.shop.de': records })).DKIM).toBe(state);
  });

  test('finds the policy of the organisation above, and its word for subdomains', async () => {
    const records = { ...good, 'news.shop.de': ['v=spf1 include:relay.net -all'] };
    expect(await found(records, { sender: 'hello@news.shop.de', dkim })).toEqual({ SPF: 'ok', DKIM: 'ok', DMARC: 'ok', alignment: 'ok' });
    expect((await found({ ...records, '_dmarc.shop.de': ['v=DMARC1; p=reject; sp=everything'] }, { sender: 'hello@news.shop.de', dkim })).DMARC).toBe('failed');
    expect((await found({ ...records, '_dmarc.shop.de': [], '_dmarc.de': ['v=DMARC1; p=reject'] })).DMARC).toBe('failed');
  });

  test('wants an aligned one of SPF and DKIM: strictly where the policy says so', async () => {
    const away = { sender, returnPath: 'bounces@relay.net' };
    expect(await found(good, away)).toEqual({ SPF: 'ok', DKIM: 'warning', DMARC: 'ok', alignment: 'failed' });
    expect((await found(good, { ...away, dkim })).alignment).toBe('ok');
    const below = { ...good, 'mail.shop.de': ['v=spf1 include:relay.net -all'] };
    expect((await found(below, { returnPath: 'b@mail.shop.de' })).alignment).toBe('warning');
    expect((await found({ ...below, '_dmarc.shop.de': ['v=DMARC1; p=none; aspf=s'] }, { returnPath: 'b@mail.shop.de' })).alignment).toBe('failed');
  });

  test('is not asked about where it is an example, and says so when nobody answers', async () => {
    expect(await found({}, { sender: 'hello@demo.example' })).toEqual({ domain: 'skipped' });
    const findings = await checkSenderDomain({ sender }, { txt: () => Promise.reject(new Error('queryTxt ETIMEOUT shop.de')) });
    expect(brief(findings)).toEqual({ DNS: 'failed' });
  });
});

describe('the mail relay', () => {
  const servers: SMTPServer[] = [];
  let letters = 0;
  afterAll(async () => { for (const server of servers) await new Promise<void>((done) => { server.close(done); }); });
  async function relay(options: SMTPServerOptions): Promise<number> {
    const server = new SMTPServer({ logger: false, authOptional: true, onMailFrom: (_, __, done) => { letters += 1; done(); }, ...options });
    servers.push(server.on('error', () => undefined));
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    return (server.server.address() as AddressInfo).port;
  }
  const onAuth: SMTPServerOptions['onAuth'] = ({ password }, _, done) => { if (password === 'right') done(null, { user: 'shop' }); else done(new Error('who are you?')); };

  test('greets, is let in, and gets no letter', async () => {
    const port = await relay({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true, onAuth });
    expect(brief(await checkRelay(`smtp://shop:right@127.0.0.1:${port}`))).toEqual({ greeting: 'ok', encryption: 'ok', login: 'ok' });
    expect(letters).toBe(0);
  });
  test('that refuses the login says so, without the password', async () => {
    const port = await relay({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true, onAuth });
    const findings = await checkRelay(`smtp://shop:secret-word@127.0.0.1:${port}`);
    expect(brief(findings)).toEqual({ login: 'failed' });
    expect(JSON.stringify(findings)).not.toContain('secret-word');
  });
  test('whose certificate nobody vouches for, or that speaks no TLS, fails there', async () => {
    expect(brief(await checkRelay(`smtp://127.0.0.1:${await relay({})}`))).toEqual({ encryption: 'failed' });
    expect(brief(await checkRelay(`smtps://127.0.0.1:${await relay({ disabledCommands: ['STARTTLS'] })}`, 3))).toEqual({ encryption: 'failed' });
  });
  test('that is not there, or silent, or not set', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    expect(brief(await checkRelay(`smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`, 0.3))).toEqual({ greeting: 'failed' });
    silent.close();
    expect(brief(await checkRelay('smtp://127.0.0.1:1'))).toEqual({ greeting: 'failed' });
    expect(brief(await checkRelay(undefined))).toEqual({ address: 'warning' });
  });
});

test('the clock agrees within seconds, and within what the comparison itself takes', () => {
  const off = (ours: number, uncertainty = 0): string | undefined => brief(checkClock([{ whose: 'the Temporal server', theirs: 1e12, ours: 1e12 + ours, uncertainty }]))['time'];
  expect([off(0), off(-4000), off(9000, 5000), off(6000), off(-61_000), off(61_000)]).toEqual(['ok', 'ok', 'ok', 'warning', 'failed', 'failed']);
  expect(brief(checkClock([]))).toEqual({ time: 'skipped' });
});

test('settings are read without showing them, and a misspelt name is met', () => {
  const home = join(folder, 'home');
  const { findings, environment } = checkEnvironment({ CLIENTELE_HOME: home, SMTP_URL: 'smtp://a:secret-word@b', SMPT_LOG: 'x', DATABSE_URL: 'y', PATH: '/bin', SHOP_URL: 'z' });
  expect(environment?.home).toBe(home);
  expect(brief(findings)).toEqual({ settings: 'ok', SMPT_LOG: 'warning', DATABSE_URL: 'warning' });
  expect(JSON.stringify(findings)).not.toContain('secret-word');
  const wrong = checkEnvironment({ CLIENTELE_HOME: home, LINK_SECRET: 'short' });
  expect(wrong.environment).toBeUndefined();
  expect(wrong.findings[0]).toMatchObject({ state: 'failed', found: expect.stringContaining('LINK_SECRET') });
});

test('Node must be 24', () => {
  expect([checkNode('24.21.0').state, checkNode('20.1.0').state, checkNode('26.0.0').state]).toEqual(['ok', 'failed', 'failed']);
});

test('without a server Temporal says how it comes', async () => {
  expect(brief(await checkTemporal({ kind: 'own', program: '/bin/temporal' }))).toEqual({ server: 'ok' });
  expect(brief(await checkTemporal({ kind: 'none', problem: 'tried all' }))).toEqual({ server: 'failed' });
  expect(brief(await checkTemporal({ kind: 'shut', address: 'a:1', problem: 'refused' }))).toEqual({ server: 'failed' });
});

test('the lake is written to and left as it was; room is judged', async () => {
  const lake = join(folder, 'lake');
  expect(brief(await checkLake(lake, async () => 1e11))).toEqual({ place: 'ok', room: 'ok' });
  expect(readdirSync(lake)).toEqual([]);
  expect(brief(await checkLake(lake, async () => 2e9))).toEqual({ place: 'ok', room: 'warning' });
  expect(brief(await checkLake(lake, async () => 1e8))).toEqual({ place: 'ok', room: 'failed' });
  expect(brief(await checkLake(lake))).toMatchObject({ place: 'ok' });
  writeFileSync(join(folder, 'file'), '');
  expect(brief(await checkLake(join(folder, 'file', 'lake')))).toEqual({ place: 'failed' });
});

describe('the ledger', () => {
  const migrations = join(root, 'sql', 'ledger');
  test('is looked at and not made, opened and not changed', async () => {
    const place = { folder: join(folder, 'ledger'), migrations };
    expect(brief((await inspectLedger(place)).findings)).toEqual({ embedded: 'ok' });
    const ledger = await openLedger({ folder: place.folder });
    expect(brief((await inspectLedger(place)).findings)).toEqual({ embedded: 'warning' });
    expect(brief((await inspectLedger({ ...place, stackPid: process.pid })).findings)).toEqual({ embedded: 'ok' });
    await ledger.close();
    expect(brief((await inspectLedger(place)).findings)).toEqual({ embedded: 'ok', schema: 'ok' });

    const newer = join(folder, 'migrations');
    cpSync(migrations, newer, { recursive: true });
    writeFileSync(join(newer, '9999_more.sql'), 'select 1');
    const { findings } = await inspectLedger({ ...place, migrations: newer });
    expect(findings[1]).toMatchObject({ state: 'ok', found: expect.stringContaining('the next start applies the rest') });
    writeFileSync(join(newer, '0001_ledger.sql'), 'select 2');
    expect(brief((await inspectLedger({ ...place, migrations: newer })).findings)).toEqual({ embedded: 'ok', schema: 'failed' });
  });
  test('on a server that is not there fails without its password', async () => {
    const { findings, clock } = await inspectLedger({ databaseUrl: 'postgres://shop:secret-word@127.0.0.1:1/ledger', folder, migrations });
    expect(brief(findings)).toEqual({ server: 'failed' });
    expect(clock).toBeUndefined();
    expect(JSON.stringify(findings)).not.toContain('secret-word');
  });
});

describe('a shop', () => {
  test('is in order when each source finds its files and gives its columns, and each arm its letter', async () => {
    const shops = join(folder, 'shops');
    cpSync(join(root, 'shops', 'demo'), join(shops, 'demo'), { recursive: true });
    const data = join(folder, 'var/shops/demo');
    const warehouse = await openWarehouse({ lake: join(folder, 'warehouse'), threads: 1 });
    const look = async (): Promise<Record<string, string>> => brief((await checkShop({ shops, name: 'demo', root: folder, warehouse })).findings);
    mkdirSync(data, { recursive: true });
    expect(await look()).toEqual({ settings: 'ok', 'source customers': 'failed', 'source events': 'failed', 'source order_lines': 'failed', 'source payments': 'failed', 'source products': 'failed', 'source social': 'failed', 'letter offer-a': 'ok', 'letter offer-b': 'ok' });

    writeFileSync(join(data, 'customers.csv'), 'customer_id,email,given_name,birth_date,gender,city,region,country,locale,time_zone,signed_up_at,interests,consent\n');
    mkdirSync(join(data, 'orders'));
    writeFileSync(join(data, 'orders', '2026-11.csv'), 'order_id,line_no,customer_id,ordered_at,product_id,quantity,unit_price,discount,coupon_code,channel,store_id,returned\n');
    writeFileSync(join(shops, 'demo/sources/products.sql'), "-- grain: product_id\nselect 'p' as title, 'x' as colour");
    writeFileSync(join(shops, 'demo/sources/social.sql'), "select 'c' as customer_id, now() as occurred_at, 'post' as kind, 'x' as colour");
    writeFileSync(join(shops, 'demo/sources/orders.sql'), 'select 1');
    rmSync(join(shops, 'demo/letters/offer-b.mjml'));
    expect(await look()).toMatchObject({ 'source customers': 'ok', 'source order_lines': 'ok', 'source products': 'failed', 'source social': 'failed', 'source orders': 'failed', 'letter offer-b': 'failed' });
    writeFileSync(join(shops, 'demo/shop.yaml'), 'name: x\n');
    expect(await look()).toEqual({ folder: 'failed' });
  });
});

test('findings are a table, each with what to do below it, and a count', () => {
  const text = renderFindings([
    { area: 'lake', what: 'place', state: 'ok', found: 'can be written' },
    { area: 'lake', what: 'room', state: 'failed', found: '0.1 GB free', mend: 'Free some.' },
    { area: 'clock', what: 'time', state: 'skipped', found: 'nothing to compare with' },
  ], { color: false });
  expect(text).toBe(['✓ lake   place  can be written', '✗        room   0.1 GB free', '                → Free some.', '– clock  time   nothing to compare with', '', '1 in order, 0 to consider, 1 failed, 1 not looked at'].join('\n'));
});
