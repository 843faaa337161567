import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from '@node-rs/argon2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLetterComposer } from '../../activities/campaign/letters/create-letter-composer.ts';
import { proofLinks } from '../../activities/campaign/letters/proof-links.ts';
import { createLinks } from '../../activities/campaign/signed-link.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import type { Accounts } from '../../web/access/accounts.ts';
import { openAuditLog } from '../../web/access/audit-log.ts';
import { createSessions } from '../../web/access/sessions.ts';
import type { Role } from '../../web/access/role.ts';
import type { AppParts } from '../../web/app-parts.ts';
import { createApp, type App } from '../../web/create-app.ts';
import { appParts, memoryAudit, quietDoor } from './app-parts.ts';
import { fillExampleLedger, makeExampleLake } from './example-lake.ts';

const host = 'https://console.example';
const passwords: Readonly<Record<string, string>> = { vera: 'the viewer’s password', mara: 'the marketer’s password', olga: 'the operator’s password' };
const rolesOf = { vera: 'viewer', mara: 'marketer', olga: 'operator' } as const;
const tokens: Readonly<Record<Role, string>> = { viewer: 'token-of-a-viewer-0123456789abcdef', marketer: 'token-of-a-marketer-0123456789abcd', operator: 'token-of-an-operator-0123456789abc' };
const shops = (name: string) => openShopFolder(join(import.meta.dirname, '../../shops'), name);
let root: string;
let ledger: Ledger;
let warehouse: Warehouse;
let accounts: Accounts;
let now: Date;
let app: App;
let audit: ReturnType<typeof memoryAudit>;
const opened: App[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'access-'));
  ledger = await openLedger({ folder: join(root, 'ledger') });
  warehouse = await openWarehouse({ lake: join(root, 'lake') });
  await makeExampleLake(warehouse, { customers: 120 });
  await fillExampleLedger(ledger, { customers: 120 });
  // Weak on purpose: the tests log in often.
  const weak = { memoryCost: 1024, timeCost: 1, parallelism: 1 };
  accounts = {
    users: await Promise.all(Object.entries(rolesOf).map(async ([name, role]) => ({ name, role, password: await hash(passwords[name]!, weak) }))),
    tokens: Object.entries(tokens).map(([role, token]) => ({ name: `${role} program`, role: role as Role, sha256: createHash('sha256').update(token).digest('hex') })),
  };
}, 120_000);
beforeEach(() => {
  now = new Date('2026-11-30T12:00:00Z');
  audit = memoryAudit();
  app = appWith();
});
afterAll(async () => {
  for (const one of opened) await one.close();
  await ledger?.close();
  await rm(root, { recursive: true, force: true });
});

function appWith(parts: Partial<AppParts> = {}): App {
  const made = createApp(appParts({
    ledger, warehouse, shops, accounts, audit, temporal: quietDoor, loopback: false, publicUrl: host, clock: () => now, links: createLinks({ publicUrl: host, secret: 'a secret of the shop that nobody knows' }),
    letters: createLetterComposer({ shops, links: proofLinks(host) }), onError: (error) => { throw error; }, ...parts,
  }));
  opened.push(made);
  return made;
}

const form = { 'content-type': 'application/x-www-form-urlencoded', origin: host };
const logIn = (name: string, password: string, headers: Record<string, string> = {}, fields: Record<string, string> = {}) => app.request(`${host}/login`, { method: 'POST', headers: { ...form, ...headers }, body: new URLSearchParams({ name, password, ...fields }).toString() });
const cookieOf = (answer: Response): string => answer.headers.get('set-cookie')?.split(';')[0] ?? '';
const sessionOf = async (name: string): Promise<string> => cookieOf(await logIn(name, passwords[name]!));
const page = async (path: string, cookie: string): Promise<string> => (await app.request(`${host}${path}`, { headers: { cookie } })).text();
const csrfOf = async (cookie: string): Promise<string> => /name="csrf" value="([^"]+)"/.exec(await page('/', cookie))![1]!;

/** Every route of the application that is not for everybody, with real names in the place of parameters. */
function guardedRoutes(): { method: string; path: string }[] {
  const open = /^\/(\*|health|static\/.*|login|c\/.*|o\/.*|u\/.*|s\/.*|a\/.*|coupons\/redeem|mail\/reports)$/;
  const seen = new Map<string, { method: string; path: string }>();
  for (const { method, path } of app.routes) {
    if (open.test(path)) continue;
    const filled = path.replace(':shop', 'demo').replace(':cycle', '2026-W49').replace(':relation', 'segments.rules').replace(':id', 'C0000002').replace(':name', 'weekly').replace(':language', 'en').replace('*', 'anything');
    for (const one of method === 'ALL' ? ['GET', 'POST', 'PUT', 'DELETE'] : [method]) seen.set(`${one} ${filled}`, { method: one, path: filled });
  }
  return [...seen.values()];
}
const ask = (path: string, method: string, headers: Record<string, string> = {}) => app.request(`${host}${path}`, { method, headers: { ...(method === 'GET' ? {} : form), ...headers } });

describe('without a login', () => {
  test('no page and no part of the API answers, whatever the method', async () => {
    const routes = guardedRoutes();
    expect(routes.length).toBeGreaterThan(40);
    for (const { method, path } of routes) {
      const answer = await ask(path, method);
      expect([`${method} ${path}`, path.startsWith('/api') ? [401] : [401, 303]]).toEqual([`${method} ${path}`, expect.arrayContaining([answer.status])]);
      if (answer.status === 303) expect(answer.headers.get('location')).toMatch(/^\/login/);
      expect(await answer.text()).not.toMatch(/C0000|person\.|champion/i);
    }
  });

  test('a made-up session, token or basic password opens nothing', async () => {
    const tries: readonly Record<string, string>[] = [{ cookie: '__Host-clientele=made-up' }, { authorization: 'Bearer made-up' }, { authorization: `Basic ${btoa('olga:x')}` }, { cookie: `__Host-clientele=${tokens.operator}` }];
    for (const headers of tries) {
      expect((await ask('/shops/demo/2026-W49/customers', 'GET', headers)).status).toBe(303);
      expect((await ask('/api/cycles', 'GET', headers)).status).toBe(401);
    }
  });

  test('a console that nobody may enter is not there at all, and the API only for tokens', async () => {
    const closed = appWith({ accounts: { users: [], tokens: accounts.tokens } });
    expect((await closed.request(`${host}/`)).status).toBe(404);
    expect((await closed.request(`${host}/login`)).status).toBe(404);
    expect((await closed.request(`${host}/api/cycles`)).status).toBe(401);
    expect((await closed.request(`${host}/api/cycles`, { headers: { authorization: `Bearer ${tokens.viewer}` } })).status).toBe(200);
  });
});

describe('on a loopback address without users', () => {
  const local = () => appWith({ accounts: { users: [], tokens: [] }, loopback: true, publicUrl: 'http://127.0.0.1:8080' });

  test('whoever sits at the machine is the operator', async () => {
    expect(await (await local().request('http://127.0.0.1:8080/shops/demo/2026-W49/settings')).text()).toContain('Who did what');
  });

  test.each([
    ['another name (DNS rebinding)', 'http://rebound.example/', {}], ['a proxy that passes on', 'http://127.0.0.1:8080/', { 'x-forwarded-for': '203.0.113.9' }], ['a proxy that says so', 'http://localhost:8080/api/cycles', { via: '1.1 proxy' }],
  ])('nobody comes in by %s', async (_, url, headers) => {
    expect([401, 404]).toContain((await local().request(url, { headers: headers as Record<string, string> })).status);
  });

  test('as soon as there is a user everybody logs in', async () => {
    expect((await appWith({ loopback: true, publicUrl: 'http://127.0.0.1:8080' }).request('http://127.0.0.1:8080/')).status).toBe(303);
  });
});

describe('a login', () => {
  test('leads back to where it was asked for, and nowhere else', async () => {
    const asked = await app.request(`${host}/shops/demo/2026-W49/data?page=2`);
    expect(asked.headers.get('location')).toBe(`/login?to=${encodeURIComponent('/shops/demo/2026-W49/data?page=2')}`);
    const landing = async (to: string): Promise<string | null> => (await logIn('vera', passwords['vera']!, {}, { to })).headers.get('location');
    expect(await landing('/shops/demo/2026-W49/data?page=2')).toBe('/shops/demo/2026-W49/data?page=2');
    for (const to of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/\n/evil']) expect(await landing(to), to).toBe('/');
  });

  test('gives a session in a cookie that scripts and other sites do not get', async () => {
    const answer = await logIn('mara', passwords['mara']!);
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-clientele=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(await page('/', cookieOf(answer))).toContain('mara · marketer');
    expect(audit.entries).toEqual([{ who: 'mara', role: 'marketer', via: 'console', action: 'login', subject: 'unknown', outcome: 'done' }]);
  });

  test('tells nobody whether the name or the password was wrong', async () => {
    const texts = await Promise.all([logIn('mara', 'wrong'), logIn('nobody', 'wrong')].map(async (answer) => [(await answer).status, (await (await answer).text()).replace(/value="\w*"( autofocus)?/g, '')]));
    expect(texts[0]).toEqual(texts[1]);
    expect(texts[0]![0]).toBe(401);
    expect(audit.entries.map(({ outcome }) => outcome)).toEqual(['refused: wrong name or password', 'refused: wrong name or password']);
  });

  test('never takes over a session that was planted before it (fixation)', async () => {
    const planted = await sessionOf('vera');
    const answer = await logIn('olga', passwords['olga']!, { cookie: planted });
    const own = cookieOf(answer);
    expect(own).not.toBe(planted);
    expect((await ask('/', 'GET', { cookie: planted })).status).toBe(303);
    expect(await page('/', own)).toContain('olga · operator');
    const madeUp = '__Host-clientele=chosen-by-an-attacker-0123456789abcdefghijk';
    expect(cookieOf(await logIn('olga', passwords['olga']!, { cookie: madeUp }))).not.toBe(madeUp);
    expect((await ask('/', 'GET', { cookie: madeUp })).status).toBe(303);
  });

  test('ends by logging out, after 8 idle hours, and after a day in any case', async () => {
    const first = await sessionOf('mara');
    expect((await ask('/logout', 'POST', { cookie: first })).status).toBe(403);
    const out = await app.request(`${host}/logout`, { method: 'POST', headers: { ...form, cookie: first }, body: `csrf=${await csrfOf(first)}` });
    expect(out.status).toBe(303);
    expect((await ask('/', 'GET', { cookie: first })).status).toBe(303);

    const second = await sessionOf('mara');
    now = new Date(now.getTime() + 8 * 3_600_000 + 1000);
    expect((await ask('/', 'GET', { cookie: second })).status).toBe(303);
    const third = await sessionOf('mara');
    for (let hour = 0; hour < 24; hour += 1) {
      now = new Date(now.getTime() + 3_600_000);
      expect((await ask('/', 'GET', { cookie: third })).status).toBe(200);
    }
    now = new Date(now.getTime() + 1000);
    expect((await ask('/', 'GET', { cookie: third })).status).toBe(303);
  });

  test('from another site’s form is refused (login CSRF)', async () => {
    const foreign: readonly Record<string, string>[] = [{ origin: 'https://evil.example' }, { origin: 'null' }, { origin: host, 'sec-fetch-site': 'cross-site' }];
    for (const headers of foreign) expect((await logIn('mara', passwords['mara']!, headers)).status).toBe(403);
    const bare = await app.request(`${host}/login`, { method: 'POST', headers: { 'content-type': form['content-type'] }, body: `name=mara&password=${encodeURIComponent(passwords['mara']!)}` });
    expect(bare.status).toBe(403);
  });

  test('in a flood is slowed after five failures, right password or not, and again open after a quarter of an hour', async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) statuses.push((await logIn('mara', `guess ${attempt}`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const held = await logIn('mara', passwords['mara']!);
    expect([held.status, Number(held.headers.get('retry-after'))]).toEqual([429, 900]);
    expect((await logIn('vera', passwords['vera']!)).status).toBe(303);
    now = new Date(now.getTime() + 15 * 60_000 + 1);
    expect((await logIn('mara', passwords['mara']!)).status).toBe(303);
  });

  test('in a flood of names is slowed by the address, and all at once by how many can be checked', async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 32; attempt += 1) statuses.push((await logIn(`name ${attempt}`, 'guess')).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(30);
    expect(statuses.slice(30)).toEqual([429, 429]);
    now = new Date(now.getTime() + 3_600_000);
    const atOnce = await Promise.all(Array.from({ length: 25 }, async () => (await logIn('mara', 'guess')).status));
    expect(atOnce.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
    expect(new Set(atOnce)).toEqual(new Set([401, 429, 503].filter((status) => atOnce.includes(status))));
  });

  test('with a password of a megabyte is a body too large', async () => {
    expect((await logIn('mara', 'x'.repeat(1_000_000), { 'content-length': '1000000' })).status).toBe(413);
  });
});

describe('a role', () => {
  const campaigns = '/shops/demo/2026-W49/campaigns';
  const actions: readonly (readonly [string, Role])[] = [
    [`${campaigns}/decide`, 'marketer'], [`${campaigns}/pause`, 'marketer'], [`${campaigns}/continue`, 'marketer'], [`${campaigns}/rate`, 'marketer'], [`${campaigns}/cancel`, 'marketer'], ['/cycles/demo/2026-W49/resume', 'operator'], ['/cycles/demo/2026-W49/abandon', 'operator'],
    ['/shops/demo/2026-W49/identities/review', 'marketer'], ['/shops/demo/2026-W49/risk/decide', 'marketer'],
  ];
  const order: readonly Role[] = ['viewer', 'marketer', 'operator'];

  test('every form of the console is among those tried here', () => {
    const posts = guardedRoutes().filter(({ method, path }) => method === 'POST' && !path.startsWith('/api') && path !== '/logout').map(({ path }) => path);
    expect(posts.sort()).toEqual(actions.map(([path]) => path).sort());
  });

  test.each(Object.entries(rolesOf))('of %s opens what it includes and nothing else', async (name, role) => {
    const cookie = await sessionOf(name);
    const csrf = await csrfOf(cookie);
    const body = new URLSearchParams({ csrf, decision: 'approve', hash: 'h', rate: '5', sure: 'yes', reason: 'because', one: 'C0000003', other: 'C0000004', verdict: 'same' }).toString();
    for (const [path, needed] of actions) {
      const answer = await app.request(`${host}${path}`, { method: 'POST', headers: { ...form, cookie }, body });
      // The form about a payment names none that waits: who may send it is told so.
      expect([path, answer.status]).toEqual([path, order.indexOf(role) < order.indexOf(needed) ? 403 : path.endsWith('/risk/decide') ? 400 : 303]);
    }
  });

  test('of a token does the same in the API', async () => {
    const headers = (role: Role) => ({ authorization: `Bearer ${tokens[role]}`, 'content-type': 'application/json' });
    const cases: readonly (readonly [string, object | undefined, Role])[] = [
      ['/api/cycles', { shop: 'demo', cycle: '2026-W50' }, 'operator'], ['/api/cycles/demo/2026-W49/plan', { decision: 'approve', hash: 'h' }, 'marketer'], ['/api/cycles/demo/2026-W49/sending', { action: 'pause' }, 'marketer'],
      ['/api/cycles/demo/2026-W49/resume', undefined, 'operator'], ['/api/cycles/demo/2026-W49/abandon', { reason: 'because' }, 'operator'],
    ];
    for (const role of order) {
      for (const [path, body, needed] of cases) {
        const answer = await app.request(`${host}${path}`, { method: 'POST', headers: headers(role), ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
        expect([role, path, answer.status]).toEqual([role, path, order.indexOf(role) >= order.indexOf(needed) ? 200 : 403]);
      }
    }
  });

  test('shows forms only to who may send them', async () => {
    expect(await page('/shops/demo/2026-W49/settings', await sessionOf('mara'))).not.toContain('Who did what');
    expect(await page('/shops/demo/2026-W49/settings', await sessionOf('olga'))).toContain('Who did what');
  });
});

describe('a viewer', () => {
  const given = /Ada|Paul|丽|Noémie/;
  const people = ['customers', 'customers/C0000002', 'campaigns?why=send', 'identities', 'deliverability', 'data', 'letters/C0000002', 'letters/C0000005', 'settings'].map((path) => `/shops/demo/2026-W49/${path}`);

  test('sees no name and no address on any page, and a marketer does', async () => {
    const cookie = await sessionOf('vera');
    let seen = '';
    for (const path of people) {
      const text = await page(path, cookie);
      expect(text, path).not.toMatch(/person\.\d/);
      expect(text, path).not.toMatch(given);
      seen += text;
    }
    expect(seen).toMatch(/p…@mail\.example/);
    const marketers = await sessionOf('mara');
    expect(await page(people[0]!, marketers)).toMatch(/person\.\d+@/);
    expect(await page(people[1]!, marketers)).toMatch(given);
  });

  test('cannot find out whose an address is by searching for it', async () => {
    expect(await page('/shops/demo/2026-W49/customers?search=person.7', await sessionOf('vera'))).toContain('Nobody fits');
    expect(await page('/shops/demo/2026-W49/customers?search=person.7', await sessionOf('mara'))).toContain('C0000007');
  });

  test('gets masked relations from the API, in every format', async () => {
    for (const relation of ['snapshot.customers', 'plan.recipients', 'snapshot.quarantine']) {
      for (const format of ['json', 'csv', 'arrow']) {
        const read = async (role: Role) => Buffer.from(await (await app.request(`${host}/api/cycles/demo/2026-W49/relations/${relation}?format=${format}`, { headers: { authorization: `Bearer ${tokens[role]}` } })).arrayBuffer()).toString('utf8');
        expect(await read('viewer'), `${relation} ${format}`).not.toMatch(/person\.\d|Noémie/);
        expect(await read('marketer'), `${relation} ${format}`).toMatch(/person\.\d/);
      }
    }
    expect(await (await app.request(`${host}/api/cycles/demo/2026-W49/customers/C0000002`, { headers: { authorization: `Bearer ${tokens.viewer}` } })).text()).not.toMatch(/person\.\d|丽/);
  });
});

describe('a form', () => {
  const pause = '/shops/demo/2026-W49/campaigns/pause';

  test.each([
    ['no token', {}, {}], ['a made-up token', { csrf: 'x'.repeat(43) }, {}], ['a token of many bytes', { csrf: '丽'.repeat(43) }, {}],
  ])('with %s does nothing (CSRF)', async (_, fields, headers) => {
    const cookie = await sessionOf('mara');
    const answer = await app.request(`${host}${pause}`, { method: 'POST', headers: { ...form, cookie, ...headers }, body: new URLSearchParams(fields as Record<string, string>).toString() });
    expect(answer.status).toBe(403);
    expect(audit.entries.filter(({ action }) => action !== 'login')).toEqual([]);
  });

  test('with somebody else’s token does nothing', async () => {
    const body = `csrf=${await csrfOf(await sessionOf('olga'))}`;
    expect((await app.request(`${host}${pause}`, { method: 'POST', headers: { ...form, cookie: await sessionOf('mara') }, body })).status).toBe(403);
  });

  test('with the right token from another site does nothing', async () => {
    const cookie = await sessionOf('mara');
    const body = `csrf=${await csrfOf(cookie)}`;
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { origin: 'https://console.example.evil.example' }, { origin: host, 'sec-fetch-site': 'same-site' }]) {
      expect((await app.request(`${host}${pause}`, { method: 'POST', headers: { ...form, cookie, ...headers }, body })).status).toBe(403);
    }
    expect((await app.request(`${host}${pause}`, { method: 'POST', headers: { ...form, cookie }, body })).status).toBe(303);
  });

  test('a browser’s session changes nothing through the API', async () => {
    const cookie = await sessionOf('olga');
    const answer = await app.request(`${host}/api/cycles/demo/2026-W49/sending`, { method: 'POST', headers: { 'content-type': 'application/json', origin: host, cookie }, body: '{"action":"pause"}' });
    expect(answer.status).toBe(403);
    expect((await ask('/api/cycles', 'GET', { cookie })).status).toBe(200);
  });
});

test('no page can be framed, and none is kept by a cache (clickjacking)', async () => {
  const cookie = await sessionOf('olga');
  for (const path of ['/', '/login', '/shops/demo/2026-W49/campaigns', '/api/cycles']) {
    const { headers } = await ask(path, 'GET', { cookie });
    expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
    expect(headers.get('cache-control'), path).toBe('no-store');
  }
});

test('what was done is written down with who did it, and only its owner reads the file', async () => {
  const file = join(root, 'log', 'audit.jsonl');
  const log = openAuditLog(file, () => now);
  app = appWith({ audit: log });
  const cookie = await sessionOf('mara');
  await app.request(`${host}/shops/demo/2026-W49/campaigns/pause`, { method: 'POST', headers: { ...form, cookie }, body: `csrf=${await csrfOf(cookie)}` });
  await logIn('nobody', 'wrong');
  expect((await log.last(10)).map(({ who, action, outcome }) => [who, action, outcome])).toEqual([['nobody', 'login', 'refused: wrong name or password'], ['mara', 'pause sending', 'pause'], ['mara', 'login', 'done']]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).not.toMatch(/password of|csrf/);
});

test('the identifier of a session is new each time and is not what is kept', () => {
  const sessions = createSessions(() => now);
  const ids = new Set(Array.from({ length: 100 }, () => sessions.open({ name: 'mara', role: 'marketer' })));
  expect(ids.size).toBe(100);
  for (const id of ids) expect(sessions.find(id)).toEqual({ name: 'mara', role: 'marketer' });
  expect(sessions.find('')).toBeUndefined();
});
