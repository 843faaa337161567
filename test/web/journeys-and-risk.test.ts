import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLinks } from '../../activities/campaign/signed-link.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { listVerdicts, openAlerts } from '../../gateways/ledger/risk-alerts.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { createApp, type App } from '../../web/create-app.ts';
import { appParts, memoryAudit } from './app-parts.ts';

const host = 'http://127.0.0.1';
const folder = { shop: 'demo', cycle: '2026-W49' };
const hostile = '<script>alert(1)</script>';
const relations: Readonly<Record<string, string>> = {
  'journeys.funnel': "select * from (values ('all', 'all', 1000, 420, 250, 180, 12, 0.18), ('device', 'phone', 300, 120, 70, 40, 12, 0.133), ('segment', 'Champions', 700, 300, 180, 140, 0, 0.2)) as funnel(dimension, value, sessions, carts, checkouts, purchases, lost_at_payment, conversion)",
  'journeys.paths': "select * from (values ('start', 'view', 1000, 1.0), ('view', 'cart_add', 420, 0.42), ('view', 'end', 580, 0.58)) as paths(from_step, to_step, sessions, share)",
  'journeys.frictions': `select 'fault' as kind, 'With device phone ${hostile}, 14.8 % fail at the payment and are lost: about 137 orders' as words, 7075.0 as cost`,
  'journeys.drop_rules': "select 'payment' as step, 'device phone' as conditions, 928 as sessions, 0.148 as rate, 6.5 as lift, 1e-90 as p_value, 1e-88 as false_discovery_rate",
  'journeys.step_times': "select 'view to cart' as step, 'web' as channel, 1 as place, 420 as sessions, 30 as seconds_quarter, 50 as seconds_median, 90 as seconds_three_quarters",
  'journeys.abandoned_carts': 'select 1 as customer_id, 12.5::decimal(18, 4) as cart_value',
  'risk.scores': "select 'Y1' as payment_id, 0.9 as score",
  'risk.quality': "select * from (values ('boosted trees', true, 0.262, 0.2, 0.33, 50.0, 0.4, 0.5, 900.0), ('isolation forest', false, 0.02, 0.01, 0.04, 50.0, 0.1, 0.1, -100.0)) as quality(scorer, is_used, average_precision, lower, upper, alerts, precision, recall, saved)",
  'risk.cost_curve': 'select 10.0 * i as alerts, 0.5 as precision, 0.1 * i as recall, 100.0 * i as saved from range(1, 6) as curve(i)',
  'risk.coupon_abuse': "select 'C1' as person, 3 as accounts, 2 as accounts_with_coupons, 4 as coupon_orders, 'address, device' as linked_by",
};

let root: string;
let ledger: Ledger;
let warehouse: Warehouse;
let app: App;
const audit = memoryAudit();
const openApp = (): App => createApp(appParts({
  ledger, warehouse, shops: (name) => openShopFolder(join(import.meta.dirname, '../../shops'), name), clock: () => new Date('2026-11-30T12:00:00Z'), audit,
  links: createLinks({ publicUrl: host, secret: 'a secret of the shop that nobody knows' }), onError: (error) => { throw error; },
}));

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'journeys-web-'));
  ledger = await openLedger({ folder: join(root, 'ledger') });
  warehouse = await openWarehouse({ lake: join(root, 'lake') });
  await using session = await warehouse.open({});
  for (const [name, sql] of Object.entries(relations)) await session.materialise(folder, { name, sql, external: 'example' });
  await session.materialise({ ...folder, cycle: '2026-W48' }, { name: 'segments.rules', sql: 'select 1 as one', external: 'example' });
  await openAlerts(ledger, { ...folder, now: new Date(), alerts: ['Y1', 'Y2'].map((paymentId) => ({ paymentId, orderId: `O-${paymentId}`, customerId: 'C2', amount: 120.5, paidAt: null, score: 0.9, reasons: [`from ${hostile}`] })) });
  app = openApp();
}, 120_000);
afterAll(async () => {
  await app.close();
  await ledger.close();
  await rm(root, { recursive: true, force: true });
});
const get = async (path: string): Promise<string> => (await app.request(`${host}${path}`)).text();
const decide = (body: Record<string, string>, to = app): Response | Promise<Response> => to.request(`${host}/shops/demo/2026-W49/risk/decide`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: host }, body: new URLSearchParams(body).toString() });

describe('/journeys', () => {
  test('shows the funnel, the ways, what is lost and what that costs, and escapes what comes from data', async () => {
    const text = await get('/shops/demo/2026-W49/journeys');
    for (const words of ['18.0 %', 'device phone', 'about 137 orders', 'Fault', 'cart add', 'view to cart', '&quot;flow&quot;'.replaceAll('&quot;', '"'), '€12.50']) expect(text).toContain(words);
    expect(text).not.toContain(hostile);
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });

  test('says how to study the visits where nobody has', async () => {
    expect(await get('/shops/demo/2026-W48/journeys')).toContain('npm run journeys -- demo/2026-W48');
  });
});

describe('/risk', () => {
  test('shows the queue with its reasons, how good the scores are, and who has many accounts', async () => {
    const text = await get('/shops/demo/2026-W49/risk');
    for (const words of ['Y1', 'O-Y2', '€120.50', 'It is fraud', '0.262', 'boosted trees (used)', 'address, device']) expect(text).toContain(words);
    expect(text).not.toContain(hostile);
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  });

  test('takes a verdict, which leaves the queue and is written to the audit log', async () => {
    const csrf = /name="csrf" value="([^"]*)"/.exec(await get('/shops/demo/2026-W49/risk'))![1]!;
    const answer = await decide({ csrf, payment: 'Y1', verdict: 'fraud', comment: 'stolen card', by: 'Mara' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/shops/demo/2026-W49/risk?done=verdict']);
    expect(await listVerdicts(ledger, 'demo')).toEqual([{ paymentId: 'Y1', customerId: 'C2', verdict: 'fraud' }]);
    expect(audit.entries.at(-1)).toMatchObject({ who: 'Mara', action: 'decide on a payment', subject: 'demo/Y1', outcome: 'fraud' });
    const text = await get('/shops/demo/2026-W49/risk?done=verdict');
    expect(text).toContain('Written down');
    expect(text).not.toMatch(/name="payment" value="Y1"/);
  });

  test('takes none on what does not wait, none that is no verdict, and none from a form of another page', async () => {
    const csrf = /name="csrf" value="([^"]*)"/.exec(await get('/shops/demo/2026-W49/risk'))![1]!;
    expect((await decide({ csrf, payment: 'nothing', verdict: 'fraud' })).status).toBe(400);
    expect((await decide({ csrf, payment: 'Y2', verdict: 'perhaps' })).status).toBe(400);
    expect((await decide({ payment: 'Y2', verdict: 'fraud' })).status).toBe(403);
    expect((await listVerdicts(ledger, 'demo')).length).toBe(1);
  });
});
