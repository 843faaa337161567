import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { liveWeek, type LiveWeekSummary } from '../../simulator/live-week.ts';
import { makeHistory } from '../../simulator/make-history.ts';
import { writeMail } from './write-mail.ts';

interface Line {
  readonly order: string;
  readonly customer: string;
  readonly orderedAt: string;
  readonly quantity: number;
  readonly price: number;
  readonly discount: number;
  readonly coupon: string;
}

const home = mkdtempSync(join(tmpdir(), 'live-'));
const week = { from: '2026-11-23T00:00:00.000Z', to: '2026-11-30T00:00:00.000Z' } as const;
const at = (name: string): string => join(home, name);
const requests: { readonly method: string; readonly url: string; readonly body: string }[] = [];
const classes = new Map<string, string>();
let server: Server;
let web: string;
let mailed: LiveWeekSummary;
let unmailed: LiveWeekSummary;

function lines(shop: string, file = 'week-2026-11-23'): Line[] {
  return readFileSync(join(at(shop), 'orders', `${file}.csv`), 'utf8').trim().split('\n').slice(1).map((line) => line.split(',')).map((cells) => ({
    order: cells[0]!, customer: cells[2]!, orderedAt: cells[3]!, quantity: Number(cells[5]), price: Number(cells[6]), discount: Number(cells[7]), coupon: cells[8]!,
  }));
}
const orders = (shop: string): Map<string, string> => new Map(lines(shop).map(({ order, customer }) => [order, customer]));
const of = (shop: string, responseClass: string): number => [...orders(shop).values()].filter((customer) => classes.get(customer) === responseClass).length;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
    request.on('end', () => {
      requests.push({ method: request.method!, url: request.url!, body });
      // A redirect that nobody may follow leads back here.
      if (request.url!.startsWith('/c/')) response.writeHead(302, { location: '/followed' });
      else response.writeHead(200);
      response.end();
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  await makeHistory({ folder: at('past'), customers: 1_200, seed: 4, months: 8, ordersPerCustomer: 3, eventsPerCustomer: 25, dirt: false });
  for (const shop of ['mailed', 'unmailed', 'shuffled']) cpSync(at('past'), at(shop), { recursive: true });
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  for (const [customer, responseClass] of (await duckdb.runAndReadAll(`select customer_id, response_class from read_parquet('${at('past')}/truth/traits.parquet')`)).getRows() as [string, string][]) classes.set(customer, responseClass);
  const addresses = readFileSync(join(at('past'), 'customers.csv'), 'utf8').trim().split('\n').slice(1).map((line) => line.split(',')[1]!);
  for (const [i, to] of addresses.entries()) {
    writeMail({ outbox: at('outbox'), number: i + 1, to, web });
    // The same mail, come in the other order.
    writeMail({ outbox: at('shuffled-outbox'), number: addresses.length - i, to, web, messageId: `${i + 1}@demo.example` });
  }
  writeMail({ outbox: at('outbox'), number: 9_000, to: 'marketing@demo.example', web });

  unmailed = await liveWeek({ folder: at('unmailed'), outbox: at('no-outbox'), ...week });
  mailed = await liveWeek({ folder: at('mailed'), outbox: at('outbox'), ...week });
});

afterAll(() => {
  server.close();
  rmSync(home, { recursive: true });
});

test('everybody opens, clicks and unsubscribes at the public endpoints, and follows no redirect', () => {
  const count = (method: string, path: string): number => requests.filter((request) => request.method === method && request.url.startsWith(path)).length;
  expect(mailed).toMatchObject({ week: '2026-W48', from: '2026-11-23', to: '2026-11-30', mailsRead: 1_201, mailed: 1_200, failedVisits: 0 });
  expect(count('GET', '/o/')).toBe(mailed.opens);
  expect(count('GET', '/c/')).toBe(mailed.clicks);
  expect(count('POST', '/u/')).toBe(mailed.unsubscribes);
  expect(mailed.unsubscribes).toBeGreaterThan(0);
  expect(mailed.clicks).toBeLessThan(mailed.opens);
  expect(requests).toHaveLength(mailed.opens + mailed.clicks + mailed.unsubscribes);
});

test('unsubscribing is the one-click POST, never a GET', () => {
  expect(requests.filter(({ url }) => url.startsWith('/u/')).map(({ method, body }) => `${method} ${body}`).filter((what) => what !== 'POST List-Unsubscribe=One-Click')).toEqual([]);
});

test('a link keeps its query as the letter had it', () => {
  expect(requests.find(({ url }) => url.startsWith('/c/'))!.url).toMatch(/\/signature\?to=aHR0cHM&x=1$/);
});

test('a redeemed coupon is an order with the code and twenty per cent less', () => {
  const redeemed = lines('mailed').filter(({ coupon }) => coupon !== '');
  expect(new Set(redeemed.map(({ order }) => order)).size).toBe(mailed.redemptions);
  expect(mailed.redemptions).toBeGreaterThan(mailed.extraOrders);
  expect(new Set(redeemed.map(({ coupon }) => coupon)).size).toBe(mailed.redemptions);
  for (const { coupon, quantity, price, discount } of redeemed) {
    expect(coupon).toMatch(/^CODE-[A-K]{4}$/);
    expect(discount).toBeGreaterThan(quantity * price * 0.2 - 0.01);
  }
  expect(lines('unmailed').filter(({ coupon }) => coupon !== '')).toEqual([]);
});

test('orders of the week are those there would have been without mail, fewer from the annoyed and more from the persuadable', () => {
  const [withMail, without] = [orders('mailed'), orders('unmailed')];
  const gained = [...withMail].filter(([order]) => !without.has(order));
  const lost = [...without].filter(([order]) => !withMail.has(order));
  expect(gained).toHaveLength(mailed.extraOrders);
  expect(lost).toHaveLength(mailed.lostOrders);
  expect(new Set(gained.map(([, customer]) => classes.get(customer)))).toEqual(new Set(['persuadable']));
  expect([...new Set(lost.map(([, customer]) => classes.get(customer)))].filter((name) => name !== 'sleeping_dog')).toEqual([]);
  expect(of('mailed', 'persuadable')).toBeGreaterThan(of('unmailed', 'persuadable'));
  expect(of('mailed', 'sleeping_dog')).toBeLessThan(of('unmailed', 'sleeping_dog'));
  expect(of('mailed', 'sure_thing')).toBe(of('unmailed', 'sure_thing'));
  expect(unmailed).toMatchObject({ mailsRead: 0, mailed: 0, extraOrders: 0, lostOrders: 0, trueEffect: { mailed: 0, orders: 0, conversion: 0, revenue: 0 } });
});

test('the true effect is near what the draws gave, and goes the way of each class', () => {
  const realised = (mailed.extraOrders - mailed.lostOrders) / mailed.mailed;
  // Three standard errors of about as many independent orders.
  expect(Math.abs(realised - mailed.trueEffect.orders)).toBeLessThan(3 * Math.sqrt(mailed.extraOrders + mailed.lostOrders) / mailed.mailed);
  const revenue = (shop: string): number => lines(shop).reduce((sum, { quantity, price, discount }) => sum + quantity * price - discount, 0);
  const gained = (revenue('mailed') - revenue('unmailed')) / mailed.mailed;
  expect(gained / mailed.trueEffect.revenue).toBeGreaterThan(0.6);
  expect(gained / mailed.trueEffect.revenue).toBeLessThan(1.5);
  const { byResponseClass } = JSON.parse(readFileSync(join(at('mailed'), 'truth', '2026-W48.json'), 'utf8')) as { byResponseClass: { responseClass: string; mailed: number; orders: number; revenue: number }[] };
  const signs = Object.fromEntries(byResponseClass.map(({ responseClass, orders: effect, revenue: money }) => [responseClass, [Math.sign(effect), Math.sign(money)]]));
  expect(signs).toEqual({ persuadable: [1, 1], sleeping_dog: [-1, -1], sure_thing: [0, -1], lost_cause: [0, -1] });
  expect(byResponseClass.reduce((sum, effect) => sum + effect.mailed, 0)).toBe(1_200);
});

test('neither the order of mails nor a mail that comes twice changes anything', async () => {
  writeMail({ outbox: at('shuffled-outbox'), number: 9_001, to: readFileSync(join(at('past'), 'customers.csv'), 'utf8').split('\n')[1]!.split(',')[1]!, web, messageId: '1@demo.example' });
  const shuffled = await liveWeek({ folder: at('shuffled'), outbox: at('shuffled-outbox'), ...week });
  expect(shuffled.trueEffect).toEqual(mailed.trueEffect);
  expect([...orders('shuffled')]).toEqual([...orders('mailed')]);
  expect(readFileSync(join(at('shuffled'), 'events', 'week-2026-11-23.parquet'))).toEqual(readFileSync(join(at('mailed'), 'events', 'week-2026-11-23.parquet')));
});

test('a week is lived once', async () => {
  const before = requests.length;
  const written = statSync(join(at('mailed'), 'orders', 'week-2026-11-23.csv')).mtimeMs;
  expect(await liveWeek({ folder: at('mailed'), outbox: at('outbox'), ...week })).toEqual(mailed);
  expect(requests).toHaveLength(before);
  expect(statSync(join(at('mailed'), 'orders', 'week-2026-11-23.csv')).mtimeMs).toBe(written);
});

test('a process that ended before it moved the clock has nothing to do again', async () => {
  const before = requests.length;
  const clock = JSON.parse(readFileSync(join(at('mailed'), 'clock.json'), 'utf8')) as { today: string };
  expect(clock.today).toBe('2026-11-30');
  writeFileSync(join(at('mailed'), 'clock.json'), JSON.stringify({ ...clock, today: '2026-11-23' }));
  expect(await liveWeek({ folder: at('mailed'), outbox: at('outbox'), ...week })).toEqual(mailed);
  expect(requests).toHaveLength(before);
  expect(JSON.parse(readFileSync(join(at('mailed'), 'clock.json'), 'utf8'))).toEqual(clock);
});

test('the next week begins where the last ended, reads no mail twice, and those driven away stay away', async () => {
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  const away = new Set((await duckdb.runAndReadAll(`select customer_id from read_parquet('${at('mailed')}/truth/responses-2026-11-23.parquet') where leaves`)).getRows().map(([customer]) => customer as string));
  expect(away.size).toBe(mailed.drivenAway);
  const next = await liveWeek({ folder: at('mailed'), outbox: at('outbox'), from: '2026-11-23', to: '2026-12-07' });
  expect(next).toMatchObject({ week: '2026-W49', from: '2026-11-30', to: '2026-12-07', mailsRead: 0 });
  expect(lines('mailed', 'week-2026-11-30').filter(({ customer, orderedAt }) => away.has(customer) || orderedAt < '2026-11-30' || orderedAt >= '2026-12-07')).toEqual([]);
});

test('a folder without a history, and a week that ends before it begins, are refused', async () => {
  await expect(liveWeek({ folder: at('nowhere'), outbox: at('outbox'), ...week })).rejects.toThrow('has no simulated history');
  await expect(liveWeek({ folder: at('mailed'), outbox: at('outbox'), from: week.to, to: week.from })).rejects.toThrow('must end after it begins');
});

test('a web server that is down for a moment is asked again, and one that stays down is counted', async () => {
  cpSync(at('past'), at('unlucky'), { recursive: true });
  let asked = 0;
  const flaky: typeof globalThis.fetch = async (input) => {
    const { url } = new Request(input);
    asked += 1;
    if (url.includes('/o/') && asked % 2 === 0) throw new TypeError('fetch failed');
    return new Response(null, { status: url.includes('/c/') ? 404 : 200 });
  };
  const unlucky = await liveWeek({ folder: at('unlucky'), outbox: at('outbox'), ...week, fetch: flaky });
  expect(unlucky).toMatchObject({ opens: mailed.opens, clicks: mailed.clicks });
  expect(unlucky.failedVisits).toBeGreaterThanOrEqual(mailed.clicks);
  expect(asked).toBeGreaterThan(mailed.opens + mailed.clicks + mailed.unsubscribes);
  expect(existsSync(join(at('unlucky'), 'read-mail.json'))).toBe(true);
});
