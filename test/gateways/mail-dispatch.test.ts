import { spawn } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDispatchActivities, type DispatchDependencies } from '../../activities/campaign/dispatch/index.ts';
import { contentHash, planHash } from '../../activities/campaign/plan-hash.ts';
import { previewLetter } from '../../activities/campaign/dispatch/preview-letter.ts';
import type { CampaignPlan, DispatchActivities } from '../../activities/campaign/contract.ts';
import { recordApproval } from '../../gateways/ledger/approvals.ts';
import { claimSends } from '../../gateways/ledger/claim-sends.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { suppress } from '../../gateways/ledger/suppressions.ts';
import { unsubscribe } from '../../gateways/ledger/unsubscribe.ts';
import { sendKey } from '../../gateways/ledger/send-key.ts';
import { openRelay, type Relay } from '../../gateways/mail/relay.ts';
import { openRelayLog } from '../../gateways/mail/relay-log.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { Column, Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { plainLetters } from './mail-dispatch-letters.ts';
import { startDroppingSink, startMailSink, type MailSink } from './mail-sink.ts';

interface Line { customer_id: string; decision: string; address: string; given_name: string | null; locale: string; arm: string; segment: string; segment_name: string; offer: string; offer_kind: string; offer_value: number }

const line = (customer_id: string, more: Partial<Line> = {}): Line => ({ customer_id, decision: 'send', address: `${customer_id}@example.com`, given_name: customer_id, locale: 'en', arm: 'A', segment: '1', segment_name: 'Regulars', offer: 'Ten off', offer_kind: 'percentage', offer_value: 10, ...more });
const people = (count: number, prefix = 'p'): Line[] => Array.from({ length: count }, (_, i) => line(`${prefix}${String(i).padStart(4, '0')}`, { arm: i % 2 === 0 ? 'A' : 'B' }));

let root: string;
let ledger: Ledger;
let warehouse: Warehouse;
let shops = 0;
const opened: (Relay | MailSink)[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'dispatch-'));
  ledger = await openLedger({ folder: join(root, 'ledger') });
  warehouse = await openWarehouse({ lake: join(root, 'lake') });
});
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await ('stop' in thing ? thing.stop() : thing.close());
});
afterAll(async () => {
  await ledger.close();
  await rm(root, { recursive: true, force: true });
});
const keep = <Thing extends Relay | MailSink>(thing: Thing): Thing => { opened.push(thing); return thing; };

/** One campaign of one shop of its own, from the lake's plan to the sink. */
interface Stage {
  readonly scope: { readonly shop: string; readonly cycle: string; readonly asOf: string; readonly campaign: string; readonly plan: CampaignPlan };
  readonly sink: MailSink;
  readonly log: string;
  dispatch(more?: Partial<DispatchDependencies>): DispatchActivities;
  page(dispatch: DispatchActivities, more?: { page?: number; stoppedArms?: string[]; mailsPerSecond?: number }): ReturnType<DispatchActivities['dispatchPage']>;
  states(): Promise<Record<string, string>>;
}

async function planOf(shop: string, lines: readonly Line[], hash: string): Promise<CampaignPlan> {
  await using session = await warehouse.open({});
  const columns = (Object.keys(line('x')) as (keyof Line)[]).map((name): Column => ({ name, type: name === 'offer_value' ? 'DOUBLE' : 'VARCHAR', values: lines.map((one) => one[name]) }));
  const recipients = await session.write({ shop, cycle: '2026-W48' }, { name: 'plan.recipients', algorithm: 'test', inputs: [], parameters: { hash }, columns: () => columns });
  return { campaign: `${shop}/2026-W48/weekly`, relations: { 'plan.recipients': recipients }, toSend: lines.length, holdout: 0, leftOut: [], hash, offers: [], budget: 0, expectedCost: 0 };
}

async function stage(lines: readonly Line[], options: { approve?: boolean; sink?: MailSink; accept?: () => Promise<void> } = {}): Promise<Stage> {
  const shop = `shop-${shops += 1}`;
  const log = join(root, `${shop}.log.jsonl`);
  await writeFile(log, '');
  const plan = await planOf(shop, lines, 'h1');
  if (options.approve !== false) await recordApproval(ledger, { campaign: plan.campaign, hash: plan.hash, decision: 'approved', by: 'mara', comment: '', at: new Date() });
  // As the sink of the simulator: the line is in the log before the answer.
  const sink = keep(options.sink ?? await startMailSink({ accept: async ({ messageId }) => {
    await options.accept?.();
    await appendFile(log, `${JSON.stringify({ messageId })}\n`);
  } }));
  const scope = { shop, cycle: '2026-W48', asOf: '2026-11-23T00:00:00Z', campaign: plan.campaign, plan };
  return {
    scope, sink, log,
    dispatch: (more = {}) => createDispatchActivities({
      warehouse, ledger, relay: keep(openRelay({ url: sink.url, maximumConnections: 3, connectTimeoutSeconds: 2 })), relayLog: openRelayLog(log), letters: plainLetters,
      clock: () => new Date(), cancellation: () => undefined, settleAfterSeconds: 0.4, ...more,
    }),
    page: (dispatch, more = {}) => dispatch.dispatchPage({ ...scope, page: 0, mailsPerSecond: 2000, stoppedArms: [], ...more }),
    states: async () => Object.fromEntries((await ledger.query<{ customer_id: string; state: string }>('select customer_id, state from sends where campaign = $1 order by customer_id', [plan.campaign])).map((row) => [row.customer_id, row.state])),
  };
}

/** Edits of a shop's folder, each of something that was approved. */
const edits = {
  'a letter': ['letters/offer-a.mjml', /<\/mj-text>/, ' and more</mj-text>'],
  'a letter in another language': ['letters/offer-b.zh-CN.mjml', /<\/mj-text>/, '。</mj-text>'],
  'the value of an offer': ['shop.yaml', /value: 20,/, 'value: 50,'],
  'a subject': ['shop.yaml', /Your code is inside/, 'Your code is outside'],
  'the sender': ['shop.yaml', /address: hello@/, 'address: stranger@'],
  'the schedule': ['shop.yaml', /mails_per_second: \d+/, 'mails_per_second: 7'],
} as const;

async function edit(folder: string, [file, from, to]: (typeof edits)[keyof typeof edits]): Promise<() => Promise<void>> {
  const path = join(folder, file);
  const before = await readFile(path, 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  await writeFile(path, after);
  return () => writeFile(path, before);
}

describe('an approval', () => {
  /** A plan that was approved as the shop's folder then was. */
  async function approvedPlan() {
    const folder = await mkdtemp(join(root, 'shops-'));
    await cp('shops/demo', join(folder, 'demo'), { recursive: true });
    const openShop = () => openShopFolder(folder, 'demo');
    const { dispatch, scope, sink, page } = await stage(people(40), { approve: false });
    const plan = { ...scope.plan, hash: planHash(await openShop(), scope, scope.plan.relations), contentHash: contentHash(await openShop()) };
    await recordApproval(ledger, { campaign: plan.campaign, hash: plan.hash, decision: 'approved', by: 'mara', comment: '', at: new Date() });
    return { folder: join(folder, 'demo'), activities: dispatch({ openShop }), scope: { ...scope, plan }, sink, page };
  }

  it.each(Object.entries(edits))('is void after %s was changed, and good again when the change is taken back', async (_, change) => {
    const { folder, activities, scope, sink } = await approvedPlan();
    const undo = await edit(folder, change);
    await expect(activities.openDispatch(scope)).rejects.toMatchObject({ code: 'PLAN_CHANGED' });
    expect(await ledger.query('select key from sends where campaign = $1', [scope.campaign])).toEqual([]);
    expect(sink.accepted).toEqual([]);
    await undo();
    expect(await activities.openDispatch(scope)).toEqual({ recipients: 40, pages: 1 });
  });

  it('is void for another audience, other offers, or another week', async () => {
    const { activities, scope } = await approvedPlan();
    const other = (await planOf(scope.shop, people(41), 'another')).relations['plan.recipients']!;
    await expect(activities.openDispatch({ ...scope, plan: { ...scope.plan, relations: { 'plan.recipients': other } } })).rejects.toMatchObject({ code: 'PLAN_CHANGED' });
    await expect(activities.openDispatch({ ...scope, plan: { ...scope.plan, relations: { ...scope.plan.relations, 'plan.offers': other } } })).rejects.toMatchObject({ code: 'PLAN_CHANGED' });
    await expect(activities.openDispatch({ ...scope, asOf: '2026-11-30T00:00:00Z' })).rejects.toMatchObject({ code: 'PLAN_CHANGED' });
  });

  it('covers every page: a letter that is edited half-way goes to nobody', async () => {
    const { folder, activities, scope, sink, page } = await approvedPlan();
    await activities.openDispatch(scope);
    const { contentHash: approved } = scope.plan;
    const undo = await edit(folder, edits['a letter']);
    await expect(activities.dispatchPage({ ...scope, page: 0, mailsPerSecond: 2000, stoppedArms: [], contentHash: approved })).rejects.toMatchObject({ code: 'PLAN_CHANGED' });
    expect(sink.accepted).toEqual([]);
    await undo();
    await activities.dispatchPage({ ...scope, page: 0, mailsPerSecond: 2000, stoppedArms: [], contentHash: approved });
    expect(sink.accepted).toHaveLength(40);
    expect(await page(activities)).toMatchObject({ handedOver: 0 });
  });
});

const addresses = (sink: MailSink): string[] => sink.accepted.map(({ to }) => to).sort();

describe('opening a dispatch', () => {
  it('is refused for a plan that was not approved, was rejected, or has changed', async () => {
    const { dispatch, scope } = await stage([line('ann')], { approve: false });
    const activities = dispatch();
    await expect(activities.openDispatch(scope)).rejects.toMatchObject({ code: 'PLAN_NOT_APPROVED' });
    const approval = { campaign: scope.campaign, hash: 'h1', by: 'mara', comment: '', at: new Date() };
    await recordApproval(ledger, { ...approval, decision: 'approved' });
    await expect(activities.openDispatch({ ...scope, plan: { ...scope.plan, hash: 'h2' } })).rejects.toMatchObject({ code: 'PLAN_NOT_APPROVED' });
    await recordApproval(ledger, { ...approval, decision: 'rejected' });
    await expect(activities.openDispatch(scope)).rejects.toMatchObject({ code: 'PLAN_NOT_APPROVED' });
  });

  it('plans pages of 250 in the order of customers, with a coupon each, once', async () => {
    const { dispatch, scope } = await stage([...people(600), line('held', { decision: 'holdout' }), line('out', { decision: 'none' })]);
    const activities = dispatch();
    expect(await activities.openDispatch(scope)).toEqual({ recipients: 600, pages: 3 });
    expect(await activities.openDispatch(scope)).toEqual({ recipients: 600, pages: 3 });
    const pages = await ledger.query('select page, count(*) as sends, min(customer_id) as first from sends where campaign = $1 group by page order by page', [scope.campaign]);
    expect(pages).toEqual([{ page: 0, sends: 250, first: 'p0000' }, { page: 1, sends: 250, first: 'p0250' }, { page: 2, sends: 100, first: 'p0500' }]);
    expect(await ledger.query('select count(*) as many, count(distinct code) as codes, min(value) as value from coupons where campaign = $1', [scope.campaign])).toEqual([{ many: 600, codes: 600, value: 10 }]);
  });

  it('sends nothing where one letter in the plan lacks a variable, and says which customer', async () => {
    const { dispatch, scope, sink, states } = await stage([...people(20), line('nameless', { given_name: null })]);
    await expect(dispatch().openDispatch(scope)).rejects.toMatchObject({ code: 'LETTER_VARIABLE_MISSING', message: expect.stringContaining('customer nameless') });
    expect([await states(), sink.accepted]).toEqual([{}, []]);
  });

  it('of an empty plan has no pages, and closes with nothing', async () => {
    const { dispatch, scope } = await stage([line('held', { decision: 'holdout' })]);
    const activities = dispatch();
    expect(await activities.openDispatch(scope)).toEqual({ recipients: 0, pages: 0 });
    const closed = await activities.closeDispatch(scope);
    expect(closed.relations['sends.sends']?.rows).toBe(0);
  });
});

describe('sending a page', () => {
  it('delivers every letter once, with its coupon, name and Message-ID, and a repeat sends nothing', async () => {
    const { dispatch, scope, sink, page } = await stage(people(60));
    const activities = dispatch();
    await activities.openDispatch(scope);
    const { arms, ...result } = await page(activities);
    expect(result).toEqual({ handedOver: 60, failed: 0, suppressed: 0, relayDown: false });
    expect(arms).toEqual([{ arm: 'A', handedOver: 30, unsubscribed: 0, complained: 0 }, { arm: 'B', handedOver: 30, unsubscribed: 0, complained: 0 }]);
    expect((await page(activities)).handedOver).toBe(0);
    expect(addresses(sink)).toEqual(people(60).map(({ address }) => address));
    const [{ code }] = await ledger.query<{ code: string }>('select code from coupons where send_key = $1', [sendKey(scope.campaign, 'p0007')]) as [{ code: string }];
    const letter = sink.accepted.find(({ to }) => to === 'p0007@example.com');
    expect(letter?.messageId).toBe(`<${sendKey(scope.campaign, 'p0007')}@shop.example>`);
    expect(letter?.raw).toContain(code);
    expect(letter?.raw).toContain('Ten off for p0007');
  });

  it('looks at suppressions and consents again, between the opening and the page', async () => {
    const { dispatch, scope, sink, page } = await stage(people(5));
    const activities = dispatch();
    await activities.openDispatch(scope);
    await suppress(ledger, [{ shop: scope.shop, address: 'P0001@example.com', reason: 'complaint', source: 'console', at: new Date() }]);
    await unsubscribe(ledger, { key: sendKey(scope.campaign, 'p0003'), source: 'form', at: new Date() });
    expect(await page(activities)).toMatchObject({ handedOver: 3, suppressed: 2 });
    expect(addresses(sink)).toEqual(['p0000@example.com', 'p0002@example.com', 'p0004@example.com']);
  });

  it('leaves a stopped arm alone; cancelling marks it', async () => {
    const { dispatch, scope, sink, page } = await stage(people(6));
    const activities = dispatch();
    await activities.openDispatch(scope);
    expect(await page(activities, { stoppedArms: ['B'] })).toMatchObject({ handedOver: 3 });
    expect(await activities.cancelDispatch(scope)).toEqual({ cancelled: 3 });
    expect(addresses(sink)).toEqual(['p0000@example.com', 'p0002@example.com', 'p0004@example.com']);
  });

  it('gives the page back when the relay is down, and sends it when the relay is up', async () => {
    const { dispatch, scope, states, sink, page } = await stage(people(10));
    const down = dispatch({ relay: keep(openRelay({ url: 'smtp://127.0.0.1:1', connectTimeoutSeconds: 1 })) });
    await down.openDispatch(scope);
    expect(await page(down)).toMatchObject({ handedOver: 0, failed: 0, relayDown: true });
    expect(new Set(Object.values(await states()))).toEqual(new Set(['planned']));
    expect(await page(dispatch())).toMatchObject({ handedOver: 10, relayDown: false });
    expect(sink.accepted).toHaveLength(10);
  });

  it('stops at once when cancelled, and everything not begun is planned again', async () => {
    const abort = new AbortController();
    const { dispatch, scope, states, sink, page } = await stage(people(40), { accept: async () => { if (sink.accepted.length >= 4) abort.abort(new Error('cancelled')); } });
    const activities = dispatch({ cancellation: () => abort.signal });
    await dispatch().openDispatch(scope);
    await expect(page(activities)).rejects.toThrow('cancelled');
    const after = Object.values(await states());
    expect(after.filter((state) => state === 'handed_over')).toHaveLength(sink.accepted.length);
    expect(after.filter((state) => state === 'planned')).toHaveLength(40 - sink.accepted.length);
    expect(sink.accepted.length).toBeLessThan(40);
  });

  it('hands bounces to their states, retries what may be tried again, and suppresses dead mailboxes', async () => {
    const sink = await startMailSink({ refuse: (address) => address.startsWith('dead') ? { code: 550, words: '5.1.1 no such user' } : address.startsWith('full') ? { code: 452, words: '4.2.2 full' } : undefined });
    const { dispatch, scope, states, page } = await stage([line('ann'), line('dead'), line('full')], { sink });
    const activities = dispatch();
    await activities.openDispatch(scope);
    expect(await page(activities)).toMatchObject({ handedOver: 1, failed: 2 });
    expect(await activities.retryFailed(scope)).toEqual({ returned: 1 });
    await page(activities);
    expect(await activities.retryFailed(scope)).toEqual({ returned: 1 });
    await page(activities);
    expect(await activities.retryFailed(scope)).toEqual({ returned: 0 });
    expect(await states()).toEqual({ ann: 'handed_over', dead: 'hard_bounced', full: 'soft_bounced' });
    expect(await ledger.query('select reason from suppressions where shop = $1', [scope.shop])).toEqual([{ reason: 'hard bounce' }]);
  });
});

describe('a domain that asks for patience', () => {
  it('gets its letters later, and the others go on', async () => {
    let patient = true;
    const sink = await startMailSink({ refuse: (address) => patient && address.endsWith('@slow.example') ? { code: 451, words: '4.7.0 slow down' } : undefined });
    const lines = people(40).map((one, place) => place % 4 === 0 ? { ...one, address: one.address.replace('example.com', 'slow.example') } : one);
    const { dispatch, scope, states, page } = await stage(lines, { sink });
    const activities = dispatch();
    await activities.openDispatch(scope);
    const { handedOver, failed, putOff = 0, againAfterMs = 0 } = await page(activities);
    expect(handedOver).toBe(30);
    // What was on its way together was refused; the rest was not even offered.
    expect([failed + putOff, failed >= 1, putOff >= 1]).toEqual([10, true, true]);
    expect(Object.values(await states()).filter((state) => state === 'planned')).toHaveLength(putOff);
    expect(await page(activities)).toMatchObject({ handedOver: 0, putOff });
    patient = false;
    await new Promise((resolve) => { setTimeout(resolve, againAfterMs + 50); });
    await activities.retryFailed(scope);
    let handed = handedOver;
    for (let turn = 0; turn < 40 && handed < 40; turn += 1) {
      const result = await page(activities);
      handed += result.handedOver;
      await new Promise((resolve) => { setTimeout(resolve, Math.min(result.againAfterMs ?? 0, 500)); });
    }
    expect(addresses(sink)).toEqual(lines.map(({ address }) => address).sort());
  });
});

describe('a letter whose answer was lost', () => {
  it('is in doubt where there is no log, and is never sent again', async () => {
    const { dispatch, scope, states, sink, page } = await stage([line('ann')], { sink: await startDroppingSink('final dot', 1) });
    const activities = dispatch({ relayLog: openRelayLog() });
    await activities.openDispatch(scope);
    await page(activities);
    expect(await activities.reconcileInDoubt(scope)).toEqual({ delivered: 0, returned: 0, inDoubt: 1 });
    await activities.retryFailed(scope);
    await page(activities);
    expect([await states(), sink.accepted.length]).toEqual([{ ann: 'in_doubt' }, 1]);
  });

  it('is delivered where the log has it', async () => {
    const { dispatch, scope, states, sink, page, log } = await stage([line('ann')], { sink: await startDroppingSink('final dot', 1) });
    const activities = dispatch();
    await activities.openDispatch(scope);
    await page(activities);
    await appendFile(log, `${JSON.stringify({ messageId: sink.accepted[0]?.messageId })}\n`);
    expect(await activities.reconcileInDoubt(scope)).toEqual({ delivered: 1, returned: 0, inDoubt: 0 });
    expect(await states()).toEqual({ ann: 'delivered' });
  });

  it('is sent again where the log proves that it never came', async () => {
    const { dispatch, scope, states, sink, page } = await stage([line('ann')], { sink: await startDroppingSink('mid data', 1) });
    const activities = dispatch();
    await activities.openDispatch(scope);
    await page(activities);
    expect(await activities.reconcileInDoubt(scope)).toEqual({ delivered: 0, returned: 1, inDoubt: 0 });
    await page(activities);
    expect([await states(), sink.accepted.length]).toEqual([{ ann: 'handed_over' }, 1]);
  });
});

describe('what a dead process had claimed', () => {
  it('is settled by the log before the page goes on, also what reaches the log only while we wait', async () => {
    const { dispatch, scope, states, sink, page, log } = await stage(people(6));
    const activities = dispatch();
    await activities.openDispatch(scope);
    const { claimed } = await claimSends(ledger, { campaign: scope.campaign, page: 0, limit: 3, stoppedArms: [], claimant: 'dead', now: new Date() });
    const [logged, late, never] = claimed as [typeof claimed[number], typeof claimed[number], typeof claimed[number]];
    await appendFile(log, `${JSON.stringify({ messageId: logged.messageId })}\n`);
    const looks: number[] = [];
    const relayLog = openRelayLog(log);
    await page(dispatch({ relayLog: { accepted: async (ids) => {
      looks.push(ids.length);
      // Between the first look and the second the relay finishes what the dead process had sent.
      if (looks.length === 2) await appendFile(log, `${JSON.stringify({ messageId: late.messageId })}\n`);
      return relayLog.accepted(ids);
    } } }));
    const after = await states();
    expect([after[logged.customerId], after[late.customerId], after[never.customerId]]).toEqual(['delivered', 'delivered', 'handed_over']);
    expect(addresses(sink)).toEqual(people(6).map(({ address }) => address).filter((address) => address !== logged.address && address !== late.address));
  });

  it('is in doubt where there is no log', async () => {
    const { dispatch, scope, states, sink, page } = await stage(people(4));
    const activities = dispatch({ relayLog: openRelayLog() });
    await activities.openDispatch(scope);
    await claimSends(ledger, { campaign: scope.campaign, page: 0, limit: 2, stoppedArms: [], claimant: 'dead', now: new Date() });
    await page(activities);
    expect(Object.values(await states()).sort()).toEqual(['handed_over', 'handed_over', 'in_doubt', 'in_doubt']);
    expect(sink.accepted).toHaveLength(2);
  });

  it.each([3, 60])('after SIGKILL with %i letters accepted: the page is finished, and nobody has two', async (killAt) => {
    const folder = join(root, `killed-${killAt}`);
    const settings = (plan: CampaignPlan, own: Stage): string => JSON.stringify({ folder, lake: join(root, 'lake'), url: own.sink.url, log: own.log, campaign: plan.campaign });
    let child: ReturnType<typeof spawn> | undefined;
    let killed = false;
    // Sessions run side by side, so the count may pass the mark without meeting it.
    const killOnce = (): void => {
      if (killed || own.sink.accepted.length < killAt) return;
      killed = true;
      child?.kill('SIGKILL');
    };
    const own: Stage = await stage(people(100), { accept: async () => { killOnce(); await new Promise((resolve) => setTimeout(resolve, 2)); } });
    const { plan, campaign } = own.scope;
    const itsLedger = await openLedger({ folder });
    await recordApproval(itsLedger, { campaign, hash: plan.hash, decision: 'approved', by: 'mara', comment: '', at: new Date() });
    await own.dispatch({ ledger: itsLedger }).openDispatch(own.scope);
    await itsLedger.close();

    const run = async (): Promise<number | null> => {
      const started = child = spawn(process.execPath, [join(import.meta.dirname, 'mail-dispatch-process.ts'), settings(plan, own)], { stdio: ['ignore', 'ignore', 'inherit'] });
      return new Promise((resolve) => started.once('exit', resolve));
    };
    expect(await run()).toBeNull();
    expect(await run()).toBe(0);
    expect(addresses(own.sink)).toEqual(people(100).map(({ address }) => address));
    const again = await openLedger({ folder });
    const closed = await own.dispatch({ ledger: again }).closeDispatch(own.scope);
    await again.close();
    expect(closed.tally).toMatchObject({ delivered: 100, planned: 0, claimed: 0, inDoubt: 0, handedOver: 0 });
  });
});

describe('a preview', () => {
  it('has the very bytes that the relay gets, return path and signature among them, and sends and records nothing', async () => {
    const { dispatch, scope, sink, page } = await stage([...people(3), line('held', { decision: 'holdout' })]);
    const returnPath = (key: string): string => `bounces+${key}@shop.example`;
    const { campaign, shop, cycle } = scope;
    const preview = (customerId: string, date = new Date()) => previewLetter({ warehouse, letters: plainLetters, returnPath }, { shop, cycle, campaign, customerId, date });
    const before = await preview('p0001');
    expect([sink.accepted.length, await ledger.query('select key from sends where campaign = $1', [campaign])]).toEqual([0, []]);
    const activities = dispatch({ returnPath });
    await activities.openDispatch(scope);
    await page(activities);
    const sent = sink.accepted.find(({ to }) => to === 'p0001@example.com');
    const sentAt = /^Date: (.*)$/m.exec(sent?.raw ?? '')?.[1] ?? '';
    const after = await preview('p0001', new Date(sentAt));
    // A preview is written with its CRLF; the sink keeps what came before the final dot.
    expect(after.message.toString('utf8')).toBe(sent?.raw);
    expect(before.message.toString('utf8').replace(/^Date: .*$/m, '')).toBe(sent?.raw.replace(/^Date: .*$/m, ''));
    expect(after.letter).toMatchObject({ to: 'p0001@example.com', envelopeFrom: returnPath(sendKey(campaign, 'p0001')) });
  });

  it('of whoever is not to be written to says so, whatever the customer is called', async () => {
    const { dispatch: _, scope } = await stage([line('held', { decision: 'holdout' })]);
    const { campaign, shop, cycle } = scope;
    for (const customerId of ['held', 'nobody', '\' or 1=1 --', '../x']) {
      await expect(previewLetter({ warehouse, letters: plainLetters }, { shop, cycle, campaign, customerId, date: new Date() })).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
    }
    await expect(previewLetter({ warehouse, letters: plainLetters }, { shop, cycle: '2026-W01', campaign, customerId: 'held', date: new Date() })).rejects.toMatchObject({ code: 'RELATION_MISSING' });
  });
});

describe('closing a dispatch', () => {
  it('marks what the log has as delivered, and exports sends without address or time', async () => {
    const { dispatch, scope, page } = await stage([...people(3), line('shared', { address: 'p0000@example.com' })]);
    const activities = dispatch();
    const before = Date.now();
    await activities.openDispatch(scope);
    await page(activities);
    const closed = await activities.closeDispatch(scope);
    expect(closed.tally).toMatchObject({ delivered: 3, handedOver: 0, suppressed: 1 });
    expect(closed.figures).toEqual([{ label: 'delivered', value: 3 }, { label: 'suppressed', value: 1 }]);
    expect(Date.parse(closed.openedAt)).toBeGreaterThanOrEqual(before);
    await using session = await warehouse.open(closed.relations);
    const rows = await session.rows<Record<string, string | null>>('select * from sends.sends order by key');
    expect(Object.keys(rows[0] ?? {})).toEqual(['key', 'campaign', 'customer_id', 'arm', 'segment', 'offer', 'state', 'coupon_code']);
    expect(rows.map(({ key }) => key)).toEqual(['p0000', 'p0001', 'p0002', 'shared'].map((customer) => sendKey(scope.campaign, customer)).sort());
    expect(rows.find(({ customer_id: customer }) => customer === 'shared')).toMatchObject({ state: 'suppressed', coupon_code: null });
    expect(JSON.stringify(rows)).not.toContain('@');
    expect(JSON.stringify(closed)).not.toContain('@');
  });

  it('gives the same bytes for an undisturbed run and for one that was disturbed, and writes anew what has changed since', async () => {
    const lines = people(30);
    const { dispatch, scope, page } = await stage(lines);
    const activities = dispatch();
    await activities.openDispatch(scope);
    await claimSends(ledger, { campaign: scope.campaign, page: 0, limit: 7, stoppedArms: [], claimant: 'dead', now: new Date() });
    const halfWay = await activities.closeDispatch(scope);
    await page(activities);
    const disturbed = await activities.closeDispatch(scope);
    expect(disturbed.relations['sends.sends']?.fingerprint).not.toBe(halfWay.relations['sends.sends']?.fingerprint);
    expect(await activities.closeDispatch(scope)).toEqual(disturbed);
    const bytes = await readFile(join(root, 'lake', disturbed.relations['sends.sends']!.uri));

    // The same campaign in a fresh ledger, without a disturbance.
    const fresh = await openLedger({ folder: join(root, 'fresh') });
    await recordApproval(fresh, { campaign: scope.campaign, hash: 'h1', decision: 'approved', by: 'mara', comment: '', at: new Date() });
    const undisturbed = dispatch({ ledger: fresh });
    await undisturbed.openDispatch(scope);
    await page(undisturbed);
    await rm(join(root, 'lake', disturbed.relations['sends.sends']!.uri));
    const closed = await undisturbed.closeDispatch(scope);
    await fresh.close();
    expect(closed.relations).toEqual(disturbed.relations);
    expect(await readFile(join(root, 'lake', closed.relations['sends.sends']!.uri))).toEqual(bytes);
  });

  it('reopened under another approved plan writes to nobody twice', async () => {
    const { dispatch, scope, sink, page } = await stage(people(300));
    const activities = dispatch();
    await activities.openDispatch(scope);
    await page(activities);
    const plan = await planOf(scope.shop, [...people(300).slice(100).map((one) => ({ ...one, offer: 'Better' })), line('zoe')], 'h2');
    await recordApproval(ledger, { campaign: scope.campaign, hash: 'h2', decision: 'approved', by: 'mara', comment: '', at: new Date() });
    expect(await activities.openDispatch({ ...scope, plan })).toEqual({ recipients: 201, pages: 1 });
    await page(activities);
    expect(addresses(sink)).toEqual([...people(300).map(({ address }) => address), 'zoe@example.com']);
    expect(sink.accepted.filter(({ raw }) => raw.includes('Better'))).toHaveLength(50);
  });
});
