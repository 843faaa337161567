import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLinks } from '../../activities/campaign/signed-link.ts';
import { createLetterComposer } from '../../activities/campaign/letters/create-letter-composer.ts';
import { proofLinks } from '../../activities/campaign/letters/proof-links.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import type { AppParts, CycleDoor } from '../../web/app-parts.ts';
import { createApp, type App } from '../../web/create-app.ts';
import { openProgress, withStep, withWait, type CycleProgress } from '../../workflows/progress.ts';
import { appParts, memoryAudit, quietDoor } from './app-parts.ts';
import { fillExampleLedger, hostileName, hostileTitle, makeExampleLake } from './example-lake.ts';

const customers = 400;
const host = 'http://127.0.0.1';
const shops = (name: string) => openShopFolder(join(import.meta.dirname, '../../shops'), name);
const opened: App[] = [];
let root: string;
let ledger: Ledger;
let warehouse: Warehouse;
/** Without a connection to Temporal. */
let plain: App;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'console-'));
  ledger = await openLedger({ folder: join(root, 'ledger') });
  warehouse = await openWarehouse({ lake: join(root, 'lake') });
  await makeExampleLake(warehouse, { customers });
  await fillExampleLedger(ledger, { customers });
  await writeFile(join(root, 'lake/secret.html'), 'secret');
  plain = appWith();
}, 120_000);
afterAll(async () => {
  for (const app of opened) await app.close();
  await ledger?.close();
  await rm(root, { recursive: true, force: true });
});

function appWith(parts: Partial<AppParts> = {}): App {
  const app = createApp(appParts({
    ledger, warehouse, shops, clock: () => new Date('2026-11-30T12:00:00Z'), links: createLinks({ publicUrl: host, secret: 'a secret of the shop that nobody knows' }),
    letters: createLetterComposer({ shops, links: proofLinks(host) }), onError: (error) => { throw error; }, ...parts,
  }));
  opened.push(app);
  return app;
}
const get = async (path: string, app = plain, headers: Record<string, string> = {}) => {
  const answer = await app.request(`${host}${path}`, { headers });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

const about = (section: string): string => `/shops/demo/2026-W49/${section}`;

describe('each page', () => {
  test.each([
    ['/', ['2026-W48', '2026-W49', '+6.51 points &lt;b&gt;in&lt;/b&gt;', 'no connection to Temporal', '32 s']],
    ['/cycles/demo/2026-W49', ['What it found', '/reports/demo/2026-W49']],
    [about('customers'), ['C0000', 'Champions', 'person.']],
    [about('customers?search=c0000012'), ['C0000012']],
    [about('customers?segment=3&sort=id'), ['Champions']],
    [about('customers/C0000002'), ['Who it is', 'Why this decision', 'What puts it there', 'gets a letter', 'kitchen', 'OC0000002-4', 'delivered', 'granted']],
    [about('segments'), ['Sizes', 'Where customers lie', 'What sets them apart', 'How to tell them apart', 'Days as a customer ≤ 246', 'Which are alike', 'Who moved', 'How many segments', '5 segments were chosen: silhouette 0.27, stability 0.9.']],
    [about('baskets'), ['Tea No. 2', 'As a network']],
    [about('identities'), ['People behind the records', 'C0000003', '87.0 %', 'given name different', '346 (236 to 434)', 'One offer in every channel', 'relations/identities.till?format=csv']],
    [about('demand'), ['Units of kitchen a day', 'P00003', 'Kassel', 'too much']], [about('demand?of=P00002'), ['Model: ETS(A,N,A)']], [about('demand?of=nobody'), ['Nothing of nobody has sold']],
    [about('campaigns'), ['The plan', 'no consent to marketing mail', 'Mara', 'looks good', 'Arm A', 'sandbox', 'get a letter who got none']],
    [about('campaigns?why=no%20address'), ['C0000050']],
    [about('results'), ['14.9 % of those who got a letter bought', '+3.50 pp', 'From week to week', 'Who comes back', 'No change because: the evidence is too thin']],
    [about('decisions'), ['Arm A gets 20 %', '339 of 2345 bought', 'replaced', 'in force']],
    [about('deliverability'), ['mail.example', 'no such user', 'hard bounce']],
    [about('data'), ['order_lines', 'Two days have no order at all.', 'birth_date is not a date', 'Drift', '1 features moved', 'Which features are used', 'Spend stands for it']],
    [about('data?table=customers&reason=birth_date%20is%20not%20a%20date'), ['customers: birth_date is not a date']],
    [about('settings'), ['day_length_seconds', 'CONSOLE_USERS', 'openapi.json']],
    ['/shops/demo/latest/decisions', ['Arm A gets 20 %']],
  ])('%s shows what it is for', async (path, words) => {
    const { status, text } = await get(path);
    expect(status).toBe(200);
    for (const word of words) expect(text).toContain(word);
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });

  test.each([about('customers/nobody'), about('letters/C0000010'), '/shops/demo/2026-W01/segments', '/shops/other/2026-W49/segments', '/shops/demo/../segments', '/cycles/demo/2026-W01', '/reports/demo/..', '/reports/..%2f..%2fsecret/2026-W49', '/reports/demo/2026-W49%2f..%2f..', '/static/..%2fcreate-app.ts', '/static/create-app.ts'])('%s is not there', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test('a report, and a letter as the customer gets it, under a policy in which nothing runs', async () => {
    for (const [path, words] of [['/reports/demo/2026-W49', 'report of 2026-W49'], [about('letters/C0000002'), '丽']] as const) {
      const { text, headers } = await get(path);
      expect(text).toContain(words);
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
    }
  });

  test('every page reads in Chinese where the browser asks for it, and keeps the reader’s choice', async () => {
    const app = appWith();
    expect((await get(about('segments'), app, { 'accept-language': 'zh-CN,zh;q=0.9' })).text).toContain('<html lang="zh-CN">');
    const chosen = await app.request(`${host}/language/zh-CN?back=${encodeURIComponent('//evil.example')}`);
    expect(chosen.headers.get('location')).toBe('/');
    const cookie = chosen.headers.get('set-cookie')!.split(';')[0]!;
    expect((await get(about('segments'), app, { cookie })).text).toContain('分群特点');
  });

  test('says what to do where there is nothing yet', async () => {
    const lake = await mkdtemp(join(tmpdir(), 'console-empty-'));
    const empty = await openWarehouse({ lake });
    const app = appWith({ warehouse: empty });
    expect((await get('/', app)).text).toContain('Start one with npm run quickstart');
    const session = await empty.open({});
    await session.materialise({ shop: 'demo', cycle: '2026-W50' }, { name: 'snapshot.other', sql: 'select 1 as one', external: 'x' });
    await session.close();
    for (const section of ['customers', 'segments', 'baskets', 'demand', 'campaigns', 'results', 'decisions', 'deliverability', 'data', 'settings']) expect((await get(`/shops/demo/2026-W50/${section}`, app)).status, section).toBe(200);
    expect((await get('/shops/demo/2026-W50/segments', app)).text).toContain('They come with the step analyse');
    await app.close();
    await rm(lake, { recursive: true, force: true });
  });

  test('sees a relation that a running cycle has only now written', async () => {
    const app = appWith();
    const session = await warehouse.open({});
    await session.materialise({ shop: 'demo', cycle: '2026-W51' }, { name: 'snapshot.other', sql: 'select 1 as one', external: 'x' });
    expect((await get('/shops/demo/2026-W51/baskets', app)).text).toContain('They come with the step analyse');
    await session.materialise({ shop: 'demo', cycle: '2026-W51' }, { name: 'segments.rules', sql: "select 'Left' as antecedent, 'Right' as consequent, 1 as baskets, 0.1 as support, 0.1 as confidence, 2.0 as lift", external: 'x' });
    await session.close();
    await expect.poll(async () => (await get('/shops/demo/2026-W51/baskets', app)).text, { timeout: 10_000 }).toContain('Right');
    await rm(join(root, 'lake/demo/2026-W51'), { recursive: true });
  });
});

describe('what strangers wrote', () => {
  const paths = ['customers/C0000003', 'customers', 'baskets', 'campaigns?why=send', 'data', 'letters/C0000003'].map(about);
  test.each(paths)('is text on %s', async (path) => {
    const { text, headers } = await get(path);
    expect(text).not.toContain(hostileTitle);
    expect(text).not.toContain(hostileName);
    expect(text).not.toMatch(/<(script|img|svg)[^>]*(alert|onload|onerror)/i);
    expect(headers.get('content-security-policy')).not.toContain('unsafe-eval');
  });

  test('cannot end the data of a picture', async () => {
    const { text } = await get(about('baskets'));
    const data = /<script type="application\/json">([\s\S]*?)<\/script>/.exec(text)![1]!;
    expect(data).not.toContain('<');
    expect(JSON.stringify(JSON.parse(data))).toContain(JSON.stringify(hostileTitle).slice(1, -1));
  });

  test('every page forbids inline script and style, and frames', async () => {
    for (const path of ['/', about('segments'), about('settings')]) {
      const policy = (await get(path)).headers.get('content-security-policy')!;
      expect(policy).toMatch(/default-src 'none'; script-src 'self'; style-src 'self';.*frame-ancestors 'none'/);
      expect(policy).not.toMatch(/unsafe|data:|\*/);
    }
    const { text } = await get(about('segments'));
    expect(text).not.toMatch(/ style=| on\w+=|<style|<script(?! src=| type="application\/json")/);
  });
});

describe('a cycle that runs', () => {
  const scope = { shop: 'demo', cycle: '2026-W49', asOf: '2026-11-30T00:00:00Z' };
  const plan = { campaign: 'demo/2026-W49/weekly', relations: {}, hash: 'hash-1', toSend: 300, holdout: 40, budget: 1000, expectedCost: 90, offers: [], leftOut: [] };
  const waiting: CycleProgress = { ...withWait(withStep(openProgress(scope), 'collect', { state: 'done', rows: 400, seconds: 2 }), 'approval'), plan };
  const door = (progress: CycleProgress, said: unknown[] = []): CycleDoor => {
    const note = (word: string) => async (...given: unknown[]): Promise<void> => { said.push([word, ...given]); };
    return {
      ...quietDoor, progress: async (id) => (id === 'cycle/demo/2026-W49' ? progress : undefined), runs: async () => [{ shop: 'demo', cycle: '2026-W49', status: 'running', startedAt: '2026-11-30T00:00:00Z' }],
      sending: async () => ({ state: 'sending', pages: 10, pagesDone: 3, recipients: 300, handedOver: 90, failed: 1, suppressed: 2, mailsPerSecond: 50, stoppedArms: [], warnings: [] }),
      approve: note('approve'), reject: note('reject'), resume: note('resume'), abandon: note('abandon'), pauseSending: note('pause'), resumeSending: note('continue'), cancelSending: note('cancel'), changeRate: note('rate'),
    };
  };
  const tokenOf = (text: string): string => /name="csrf" value="([^"]+)"/.exec(text)![1]!;
  async function post(app: App, path: string, page: string, fields: Record<string, string>, headers: Record<string, string> = { origin: host }) {
    const csrf = tokenOf((await get(page, app)).text);
    return app.request(`${host}${path}`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body: new URLSearchParams({ csrf, ...fields }).toString() });
  }

  test('is shown step by step, with what it waits for and the way there', async () => {
    const { text } = await get('/', appWith({ temporal: door(waiting) }));
    for (const words of ['Waits for approval', '/shops/demo/2026-W49/campaigns', 'data-live="/live/cycles"', '1 of 7 steps']) expect(text).toContain(words);
  });

  test('is sent again as it goes, until it is over', async () => {
    let progress = waiting;
    let status: 'running' | 'completed' = 'running';
    const temporal: CycleDoor = { ...door(waiting), progress: async () => progress, runs: async () => [{ shop: 'demo', cycle: '2026-W49', status, startedAt: '2026-11-30T00:00:00Z' }] };
    const answer = await appWith({ temporal }).request(`${host}/live/cycles/demo/2026-W49`);
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    let seen = '';
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      seen += chunk;
      if (seen.includes('Waits for approval')) progress = withStep(withWait(waiting, undefined), 'campaign', { state: 'running', note: '30 of 300' });
      if (seen.includes('30 of 300')) status = 'completed';
    }
    expect(seen).toMatch(/Waits for approval[\s\S]*30 of 300[\s\S]*event: over/);
  });

  test('shows the plan that waits, and passes on who approved which', async () => {
    const said: unknown[] = [];
    const audit = memoryAudit();
    const app = appWith({ temporal: door(waiting, said), audit });
    const page = await get(about('campaigns'), app);
    for (const words of ['300 customers get a letter, 40 are held out', 'Approve and send', 'value="hash-1"', 'name="by"']) expect(page.text).toContain(words);
    const answer = await post(app, about('campaigns/decide'), about('campaigns'), { decision: 'approve', by: 'Mara\r\nX', comment: 'good', hash: 'hash-1' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/shops/demo/2026-W49/campaigns?done=approve']);
    expect(said).toEqual([['approve', 'cycle/demo/2026-W49', { by: 'Mara X', comment: 'good', hash: 'hash-1' }]]);
    expect(audit.entries).toEqual([{ who: 'Mara X', role: 'operator', via: 'console', action: 'decide on the plan', subject: 'demo/2026-W49', outcome: 'approve' }]);
    expect((await get('/shops/demo/2026-W49/campaigns?done=approve', app)).text).toContain('the letters are on their way');
  });

  test.each([
    [about('campaigns/pause'), {}, ['pause', 'send/demo/2026-W49/weekly']],
    [about('campaigns/continue'), {}, ['continue', 'send/demo/2026-W49/weekly']],
    [about('campaigns/rate'), { rate: '12.5' }, ['rate', 'send/demo/2026-W49/weekly', 12.5]],
    [about('campaigns/cancel'), { sure: 'yes' }, ['cancel', 'send/demo/2026-W49/weekly']],
    ['/cycles/demo/2026-W49/resume', {}, ['resume', 'cycle/demo/2026-W49']],
    ['/cycles/demo/2026-W49/abandon', { by: 'Ops', reason: 'wrong data' }, ['abandon', 'cycle/demo/2026-W49', { by: 'Ops', reason: 'wrong data' }]],
  ])('%s does it once, from a form of ours', async (path, fields, expected) => {
    const said: unknown[] = [];
    const app = appWith({ temporal: door(waiting, said) });
    expect((await post(app, path, about('campaigns'), fields as Record<string, string>)).status).toBe(303);
    expect(said).toEqual([expected]);
  });

  test.each([
    [about('campaigns/decide'), { decision: 'maybe', hash: 'hash-1' }], [about('campaigns/decide'), { decision: 'approve' }], [about('campaigns/rate'), { rate: '-1' }], [about('campaigns/rate'), { rate: 'many' }], [about('campaigns/cancel'), {}], ['/cycles/demo/2026-W49/abandon', { reason: ' ' }],
  ])('%s with a form that is not filled in does nothing', async (path, fields) => {
    const said: unknown[] = [];
    expect((await post(appWith({ temporal: door(waiting, said) }), path, about('campaigns'), fields as Record<string, string>)).status).toBe(400);
    expect(said).toEqual([]);
  });

  test('a refusal of the workflow is told, and written down', async () => {
    const audit = memoryAudit();
    const refusing: CycleDoor = { ...door(waiting), approve: async () => { throw Object.assign(new Error('no'), { name: 'WorkflowUpdateFailedError' }); } };
    const answer = await post(appWith({ temporal: refusing, audit }), about('campaigns/decide'), about('campaigns'), { decision: 'approve', hash: 'hash-1' });
    expect(answer.status).toBe(409);
    expect(audit.entries.map(({ outcome }) => outcome)).toEqual(['refused']);
  });
});

describe('static files', () => {
  test('are zipped, kept, and named by their content; without the chart library the first load is small', async () => {
    const app = appWith();
    const { text } = await get(about('segments'), app);
    const paths = [...text.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map(([, path]) => path!);
    expect(paths.map((path) => path.split('?')[0])).toEqual(['/static/mark.svg', '/static/console.css', '/static/echarts.js', '/static/charts.js', '/static/tables.js', '/static/live.js']);
    let bytes = text.length;
    for (const path of paths) {
      const answer = await app.request(`${host}${path}`, { headers: { 'accept-encoding': 'gzip, br' } });
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(answer.headers.get('content-encoding')).toBe('gzip');
      if (!path.includes('echarts')) bytes += (await answer.arrayBuffer()).byteLength;
    }
    expect(bytes).toBeLessThan(300_000);
    expect((await app.request(`${host}/static/console.css?v=old`)).headers.get('cache-control')).toBe('no-cache');
  });
});

test('a worker that does not answer takes no page away, and is told of', async () => {
  const errors: unknown[] = [];
  const gone = async (): Promise<never> => { throw new Error('deadline exceeded'); };
  const app = appWith({ temporal: { ...quietDoor, progress: gone, runs: gone, sending: gone }, onError: (error) => { errors.push(error); } });
  expect((await get('/', app)).text).toContain('no connection to Temporal');
  for (const path of ['/cycles/demo/2026-W49', about('campaigns'), about('results')]) expect((await get(path, app)).status, path).toBe(200);
  expect(errors.length).toBeGreaterThan(2);
});
