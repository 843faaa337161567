import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { exportSurveyAnswers } from '../../gateways/ledger/survey-answers.ts';
import { findSend } from '../../gateways/ledger/find-send.ts';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLinks } from '../../activities/campaign/signed-link.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { claimSends } from '../../gateways/ledger/claim-sends.ts';
import { consentsInForce } from '../../gateways/ledger/consents.ts';
import { couponCode } from '../../gateways/ledger/coupon-code.ts';
import { issueCoupons } from '../../gateways/ledger/issue-coupons.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { planSends } from '../../gateways/ledger/plan-sends.ts';
import { recordAnswers } from '../../gateways/ledger/record-answers.ts';
import { sendKey } from '../../gateways/ledger/send-key.ts';
import { isSuppressed } from '../../gateways/ledger/suppressions.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { shopSettingsSchema } from '../../gateways/shop-folder/shop-settings.ts';
import type { AppParts, CycleDoor, Verdict, WaitingPlan } from '../../web/app-parts.ts';
import type { CycleProgress } from '../../workflows/progress.ts';
import { appParts, quietDoor } from './app-parts.ts';
import { createApp } from '../../web/create-app.ts';

const handedOverAt = new Date('2026-11-23T08:00:00Z');
const links = createLinks({ publicUrl: 'http://127.0.0.1:8080', secret: 'a secret of the shop that nobody knows' });
const campaign = 'demo/2026-W48/weekly';
const target = 'https://shop.example/new?x=1';
const person = { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

const shop = (dayLengthSeconds: number): ShopFolder => ({
  name: 'demo', path: '', sources: {}, letters: {},
  settings: shopSettingsSchema.parse({
    name: 'Linden <b>& Co', time_zone: 'Europe/Berlin', currency: 'EUR', data: 'var', marketers: ['mara@linden.example'], day_length_seconds: dayLengthSeconds,
    sender: { name: 'Mara', address: 'mara@linden.example', postal_address: 'Hofstraße 3' }, preprocess: { feature_sets: [['recency_days', 'orders']] },
    campaign: { budget: 100, offers: [{ name: 'ten', kind: 'percentage', value: 10, expected_cost: 2 }], arms: [{ name: 'A', letter: 'offer-a', subject: 'news' }] },
  }),
});

let root: string;
let ledger: Ledger;
let warehouse: Warehouse;
let now = handedOverAt;
let errors: unknown[] = [];
let customers = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'web-'));
  ledger = await openLedger({ folder: join(root, 'ledger') });
  warehouse = await openWarehouse({ lake: join(root, 'lake') });
}, 120_000);
afterAll(async () => {
  await ledger?.close();
  await rm(root, { recursive: true, force: true });
});
beforeEach(() => {
  now = new Date('2026-11-23T09:00:00Z');
  errors = [];
});

const appWith = (parts: Partial<AppParts> = {}) => createApp(appParts({ ledger, links, warehouse, shops: async () => shop(86_400), clock: () => now, onError: (error) => { errors.push(error); }, ...parts }));

/** A new customer whose letter the relay took at `handedOverAt`. */
async function mailed(): Promise<{ key: string; customerId: string; address: string; code: string }> {
  const customerId = `c${customers += 1}`;
  const address = `${customerId}@example.org`;
  const key = sendKey(campaign, customerId);
  await planSends(ledger, { shop: 'demo', cycle: '2026-W48', campaign, senderDomain: 'linden.example', now: handedOverAt, sends: [{ customerId, address, locale: 'en', arm: 'A', segment: 's1', offer: 'ten', page: customers, variables: {} }] });
  await issueCoupons(ledger, { coupons: [{ sendKey: key, kind: 'percentage', value: 10 }], now: handedOverAt });
  await claimSends(ledger, { campaign, page: customers, limit: 1, stoppedArms: [], claimant: 'worker', now: handedOverAt });
  await recordAnswers(ledger, { claimant: 'worker', answers: [{ key, answer: { outcome: 'accepted', code: 250, text: 'ok' } }], now: handedOverAt });
  return { key, customerId, address, code: couponCode(key) };
}
const touches = (key: string) => ledger.query<{ kind: string; bot: boolean; detail: string }>('select kind, bot, detail from touches where send_key = $1 order by id', [key]);
const path = (link: string): string => link.slice('http://127.0.0.1:8080'.length);
const clickOn = (key: string, headers: Record<string, string> = person, to = target, app = appWith()) => app.request(path(links.click(key, to)), { headers });

describe('a click', () => {
  test('of a person is recorded and leads to the signed target', async () => {
    const { key } = await mailed();
    const answer = await clickOn(key);
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe(target);
    expect(await touches(key)).toEqual([{ kind: 'click', bot: false, detail: target }]);
  });

  test.each([
    ['a scanner’s agent', { 'user-agent': 'Mozilla/5.0 (compatible; Barracuda Sentinel)' }],
    ['no agent', {}],
    ['a prefetch', { ...person, 'sec-purpose': 'prefetch;prerender' }],
  ])('with %s is recorded as a program’s', async (_, headers) => {
    const { key } = await mailed();
    expect((await clickOn(key, headers)).status).toBe(302);
    expect((await touches(key)).map(({ bot }) => bot)).toEqual([true]);
  });

  test('by HEAD is recorded as a program’s', async () => {
    const { key } = await mailed();
    expect((await appWith().request(path(links.click(key, target)), { method: 'HEAD', headers: person })).status).toBe(302);
    expect((await touches(key)).map(({ bot }) => bot)).toEqual([true]);
  });

  test('within two seconds of the hand-over is a program’s, in the shop’s own time', async () => {
    const { key } = await mailed();
    now = new Date(handedOverAt.getTime() + 1500);
    await clickOn(key);
    const other = await mailed();
    await clickOn(other.key, person, target, appWith({ shops: async () => shop(1) }));
    expect([(await touches(key))[0]?.bot, (await touches(other.key))[0]?.bot]).toEqual([true, false]);
  });

  test('as the third link in a moment is a program’s', async () => {
    const { key } = await mailed();
    for (const page of ['1', '2', '3']) {
      now = new Date(now.getTime() + 100);
      await clickOn(key, person, `https://shop.example/${page}`);
    }
    expect((await touches(key)).map(({ bot }) => bot)).toEqual([false, false, true]);
  });

  test('on an altered link leads nowhere and leaves nothing', async () => {
    const { key } = await mailed();
    const link = path(links.click(key, target));
    for (const altered of [link.replace(/to=.*/, `to=${Buffer.from('https://evil.example').toString('base64url')}`), link.replace(/\?.*/, ''), link.replace(/\/c\/./, '/c/x'), path(links.unsubscribe(key)).replace('/u/', '/c/')]) {
      const answer = await appWith().request(altered, { headers: person });
      expect(answer.status).toBe(404);
      expect(answer.headers.get('location')).toBeNull();
      expect(await answer.text()).toContain('incomplete or was changed');
    }
    expect(await touches(key)).toEqual([]);
    expect(errors).toEqual([]);
  });

  test('gets to the shop even where the ledger does not answer, which is told', async () => {
    const { key } = await mailed();
    const broken: Ledger = { ...ledger, query: async () => { throw new Error('gone'); } };
    expect((await clickOn(key, person, target, appWith({ ledger: broken }))).status).toBe(302);
    expect(errors).toHaveLength(1);
  });
});

test('the pixel is a picture and records an open', async () => {
  const { key } = await mailed();
  const answer = await appWith().request(path(links.pixel(key)), { headers: person });
  expect(answer.headers.get('content-type')).toBe('image/gif');
  expect(answer.headers.get('cache-control')).toContain('no-store');
  expect(Buffer.from(await answer.arrayBuffer()).subarray(0, 6).toString()).toBe('GIF89a');
  expect(await touches(key)).toEqual([{ kind: 'open', bot: false, detail: '' }]);
  expect((await appWith().request(path(links.pixel(key)).replace(/.\.gif/, '~.gif'), { headers: person })).status).toBe(404);
});

describe('the survey link', () => {
  const answers = (key: string) => ledger.query<{ score: number; comment: string }>('select score, comment from survey_answers where send_key = $1', [key]);

  test('opens a form with the score of the letter\'s click chosen, and records nothing on GET or HEAD', async () => {
    const { key, address } = await mailed();
    const link = path(links.survey(key, 4));
    const text = await (await appWith().request(link, { headers: person })).text();
    expect(text).toMatch(/<option value="4" selected>4<\/option>/);
    expect(text).toContain('Linden &lt;b&gt;&amp; Co');
    expect(text).not.toContain(address);
    expect((await appWith().request(link, { method: 'HEAD' })).status).toBe(200);
    expect(await answers(key)).toEqual([]);
  });

  test('records score and comment on POST; an answer again takes the place of the first', async () => {
    const { key } = await mailed();
    const link = path(links.survey(key, 4));
    expect((await appWith().request(link, { method: 'POST', headers: form, body: 'score=2&comment=Too+%3Cmany%3E+' })).status).toBe(200);
    expect(await answers(key)).toEqual([{ score: 2, comment: 'Too <many>' }]);
    await appWith().request(link, { method: 'POST', headers: form, body: `score=5&comment=${'x'.repeat(3000)}` });
    expect(await answers(key)).toEqual([{ score: 5, comment: 'x'.repeat(2000) }]);
    const { campaign, customerId } = (await findSend(ledger, key))!;
    expect((await exportSurveyAnswers(ledger, campaign)).filter((row) => row.customerId === customerId)).toEqual([{ customerId, score: 5, commented: true }]);
  });

  test('refuses another score, another signature, and a letter that nobody knows', async () => {
    const { key } = await mailed();
    const link = path(links.survey(key, 4));
    for (const body of ['', 'score=0', 'score=6', 'score=4.5', 'comment=x']) expect((await appWith().request(link, { method: 'POST', headers: form, body })).status).toBe(400);
    for (const wrong of [link.replace('?', 'x?'), path(links.unsubscribe(key)).replace('/u/', '/s/'), path(links.survey('0'.repeat(32), 4))]) expect((await appWith().request(wrong, { method: 'POST', headers: form, body: 'score=4' })).status).toBe(404);
    expect(await answers(key)).toEqual([]);
    expect((await appWith().request('/s/proof')).status).toBe(200);
  });
});

describe('the unsubscribe link', () => {
  const standing = async ({ key, customerId, address }: { key: string; customerId: string; address: string }) => ({
    touches: (await touches(key)).filter(({ kind }) => kind === 'unsubscribe').length,
    suppressed: await isSuppressed(ledger, { shop: 'demo', address }),
    consent: (await consentsInForce(ledger, 'demo')).find((consent) => consent.customerId === customerId)?.state,
  });
  const untouched = { touches: 0, suppressed: false, consent: undefined };
  const gone = { touches: 1, suppressed: true, consent: 'revoked' };

  test('asks on GET and changes nothing, nor on HEAD', async () => {
    const recipient = await mailed();
    const link = path(links.unsubscribe(recipient.key));
    const answer = await appWith().request(link, { headers: person });
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(text).toMatch(/<form method="post">/);
    expect(text).toContain('Linden &lt;b&gt;&amp; Co');
    expect(text).not.toContain(recipient.address);
    expect((await appWith().request(link, { method: 'HEAD' })).status).toBe(200);
    expect(await standing(recipient)).toEqual(untouched);
  });

  test.each([['the one click of RFC 8058', 'List-Unsubscribe=One-Click'], ['the form', 'confirm=yes']])('unsubscribes on POST by %s, once however often it is repeated', async (_, body) => {
    const recipient = await mailed();
    for (let time = 0; time < 3; time += 1) {
      now = new Date(now.getTime() + 1000);
      expect((await appWith().request(path(links.unsubscribe(recipient.key)), { method: 'POST', headers: form, body })).status).toBe(200);
    }
    expect(await standing(recipient)).toEqual(gone);
  });

  test('unsubscribes by a multipart one click', async () => {
    const recipient = await mailed();
    const body = new FormData();
    body.set('List-Unsubscribe', 'One-Click');
    await appWith().request(path(links.unsubscribe(recipient.key)), { method: 'POST', body });
    expect(await standing(recipient)).toEqual(gone);
  });

  test('does nothing on a POST that says neither, or whose signature is wrong', async () => {
    const recipient = await mailed();
    const link = path(links.unsubscribe(recipient.key));
    expect((await appWith().request(link, { method: 'POST', headers: form, body: '' })).status).toBe(400);
    expect((await appWith().request(link, { method: 'POST', headers: { 'content-type': 'multipart/form-data' }, body: 'broken' })).status).toBe(400);
    expect((await appWith().request(`${link}x`, { method: 'POST', headers: form, body: 'confirm=yes' })).status).toBe(404);
    expect((await appWith().request(path(links.unsubscribe('0'.repeat(32))), { method: 'POST', headers: form, body: 'confirm=yes' })).status).toBe(404);
    expect(await standing(recipient)).toEqual(untouched);
  });

  test('speaks Chinese to who asks for it', async () => {
    const { key } = await mailed();
    const text = await (await appWith().request(path(links.unsubscribe(key)), { headers: { 'accept-language': 'zh-CN,zh;q=0.9' } })).text();
    expect(text).toContain('lang="zh-CN"');
    expect(text).toContain('退订');
  });

  test('of a proof says that it is one', async () => {
    expect(await (await appWith().request('/u/proof')).text()).toContain('Nothing was changed');
  });
});

describe('a coupon', () => {
  const redeem = (body: unknown, app = appWith(), headers: Record<string, string> = {}) => app.request('/coupons/redeem', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) });

  test('is redeemed once; the same order may ask again', async () => {
    const { key, code } = await mailed();
    const outcomes = [];
    for (const [typed, order] of [[` ${code.toLowerCase()} `, 'o1'], [code, 'o1'], [code, 'o2'], ['ZZZZ-ZZZZ', 'o3']] as const) {
      const answer = await redeem({ code: typed, order_id: order });
      outcomes.push([answer.status, await answer.json()]);
    }
    expect(outcomes).toEqual([[200, { outcome: 'redeemed' }], [200, { outcome: 'repeated' }], [409, { outcome: 'already_redeemed' }], [404, { outcome: 'unknown' }]]);
    expect(await touches(key)).toEqual([{ kind: 'redeem', bot: false, detail: 'o1' }]);
  });

  test.each([['no JSON', '{'], ['no order', { code: 'AAAA-BBBB' }], ['another key', { code: 'AAAA-BBBB', order_id: '1', more: 1 }], ['an odd code', { code: "x' or 1=1", order_id: '1' }]])('with %s is refused', async (_, body) => {
    const answer = await redeem(body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'invalid' });
  });

  test('needs the shop’s token where there is one, and always one on a public address', async () => {
    const { code } = await mailed();
    const closed = appWith({ shopToken: 'token of the shop' });
    const ask = { code, order_id: 'o1' };
    expect((await redeem(ask, closed)).status).toBe(401);
    expect((await redeem(ask, closed, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await redeem(ask, appWith({ loopback: false }))).status).toBe(401);
    expect((await redeem(ask, appWith({ loopback: false, shopToken: '' }), { authorization: 'Bearer ' })).status).toBe(401);
    expect((await redeem(ask, closed, { authorization: 'Bearer token of the shop' })).status).toBe(200);
  });
});

describe('the approval page', () => {
  const plan: WaitingPlan = { campaign, hash: 'hash-1', toSend: 3408, holdout: 379, budget: 6000, expectedCost: 4712.5, offers: [{ segment: 'Regulars <script>', offer: 'ten', customers: 902, cost: 1240 }], leftOut: [{ reason: 'no consent', customers: 611 }] };
  const workflowId = 'cycle/demo/2026-W48';
  const link = path(links.approval({ workflowId, hash: plan.hash, expiresAt: '2026-11-26T00:00:00Z' }));
  const doorTo = (progress: object | undefined, refusal?: Error) => {
    const said: [string, string, Verdict][] = [];
    const say = (word: string) => async (id: string, verdict: Verdict): Promise<void> => {
      if (refusal !== undefined) throw refusal;
      said.push([word, id, verdict]);
    };
    return { said, temporal: { ...quietDoor, progress: async (id) => (id === workflowId ? progress as CycleProgress : undefined), approve: say('approve'), reject: say('reject') } satisfies CycleDoor };
  };
  const waiting = { shop: 'demo', cycle: '2026-W48', waitsFor: 'approval', plan };
  const post = (app: ReturnType<typeof appWith>, body: string) => app.request(link, { method: 'POST', headers: form, body });

  test('shows the plan and decides nothing on GET', async () => {
    const { said, temporal } = doorTo(waiting);
    const text = await (await appWith({ temporal }).request(link)).text();
    for (const words of ['3,408', '379', '€4,712.50', '€6,000.00', 'Regulars &lt;script&gt;', '902', 'no consent', '611', 'hash-1']) expect(text).toContain(words);
    expect(text).not.toContain('<script');
    expect(said).toEqual([]);
  });

  test('shows the real letter in a frame where nothing runs', async () => {
    const { temporal } = doorTo(waiting);
    await mkdir(join(root, 'lake/demo/2026-W48'), { recursive: true });
    await writeFile(join(root, 'lake/demo/2026-W48/proof.html'), '<p>Hello Ada</p>');
    const app = appWith({ temporal });
    const source = /<iframe[^>]* sandbox src="([^"]+)"/.exec(await (await app.request(link)).text())![1]!;
    const letter = await app.request(new URL(source, `http://127.0.0.1:8080${link}`).pathname);
    expect(await letter.text()).toBe('<p>Hello Ada</p>');
    expect(letter.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
  });

  test.each([['approve', 'Approved'], ['reject', 'Rejected']])('passes on who said %s, about which plan', async (decision, words) => {
    const { said, temporal } = doorTo(waiting);
    const answer = await post(appWith({ temporal }), `decision=${decision}&by=Mara%0D%0AX&comment=good`);
    expect(await answer.text()).toContain(words);
    expect(said).toEqual([[decision, workflowId, { by: 'Mara X', comment: 'good', hash: 'hash-1' }]]);
  });

  test('asks again where name or choice is missing', async () => {
    const { said, temporal } = doorTo(waiting);
    for (const body of ['decision=approve', 'decision=approve&by=%20', 'decision=maybe&by=Mara', '']) expect((await post(appWith({ temporal }), body)).status).toBe(400);
    expect(said).toEqual([]);
  });

  test.each([
    ['another plan waits', { ...waiting, plan: { ...plan, hash: 'hash-2' } }, 'The plan has changed'],
    ['it was decided', { ...waiting, waitsFor: 'outcomes' }, 'decided on already'],
    ['the cycle is gone', undefined, 'not there any more'],
  ] as const)('decides nothing when %s', async (_, progress, words) => {
    const { said, temporal } = doorTo(progress);
    for (const answer of [await appWith({ temporal }).request(link), await post(appWith({ temporal }), 'decision=approve&by=Mara')]) {
      expect(answer.status).toBe(409);
      expect(await answer.text()).toContain(words);
    }
    expect(said).toEqual([]);
  });

  test('says so when the cycle refuses at the last moment', async () => {
    const { temporal } = doorTo(waiting, new ClienteleError('CYCLE_NOT_WAITING', { cycle: '2026-W48', command: 'approve', state: 'done' }));
    expect((await post(appWith({ temporal }), 'decision=approve&by=Mara')).status).toBe(409);
    expect(errors).toEqual([]);
  });

  test('is refused when the link has expired or was altered', async () => {
    const { temporal } = doorTo(waiting);
    expect((await appWith({ temporal }).request(`${link}x`)).status).toBe(404);
    now = new Date('2026-11-26T00:00:01Z');
    expect((await appWith({ temporal }).request(link)).status).toBe(404);
  });
});

describe('every answer', () => {
  test.each(['/', '/health', '/nowhere', '/u/proof', '/c/x/y'])('%s has the security headers', async (where) => {
    const { headers } = await appWith().request(`http://127.0.0.1${where}`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe(where === '/' ? 'same-origin' : 'no-referrer');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|data:|\*/);
  });

  test('to a fault of ours tells no more than that, and the fault is told inside', async () => {
    const broken: Ledger = { ...ledger, query: async () => { throw new Error('password of the database'); } };
    const { key } = await mailed();
    const answer = await appWith({ ledger: broken }).request(path(links.unsubscribe(key)));
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toMatch(/password|\bat \w+/);
    expect(errors).toHaveLength(1);
  });

  test('to a body that is too large is a refusal', async () => {
    expect((await appWith().request('/coupons/redeem', { method: 'POST', headers: { 'content-length': '20000' }, body: 'x'.repeat(20_000) })).status).toBe(413);
  });

  test('of health says that the ledger answers', async () => {
    expect(await (await appWith().request('/health')).json()).toEqual({ status: 'ok', ledger: 'pglite' });
  });
});
