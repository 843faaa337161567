import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JourneysFound } from '../../activities/journeys/contract.ts';
import { createJourneyActivities } from '../../activities/journeys/index.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { makeSmallDemo } from './support/small-demo.ts';

let home: string;
let warehouse: Warehouse;
let session: WarehouseSession;
let found: JourneysFound;
const folder = { shop: 'demo', cycle: '2026-W48' };
const study = () => createJourneyActivities({ warehouse, openShop: (name) => openShopFolder(join(import.meta.dirname, '../../shops'), name), cancellation: () => undefined }).studyJourneys({ shop: 'demo' });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'study-'));
  const demo = await makeSmallDemo(home, { customers: 1_000, friction: { channel: 'web', device: 'phone', share: 0.25 } });
  warehouse = demo.warehouse;
  // The campaign writes to half of those it would: the others are free for a reminder.
  await using planner = await warehouse.open(demo.relations);
  await planner.materialise(folder, { name: 'plan.recipients', sql: "-- grain: customer_id\nselect * replace (case when customer_id[-1] in ('1', '3', '5', '7', '9') then 'none' else decision end as decision) from plan.recipients", external: 'half of the plan' });
  found = await study();
  session = await warehouse.open(await warehouse.list(folder));
}, 240_000);
afterAll(async () => {
  await session.close();
  await rm(home, { recursive: true, force: true });
});

describe('a study of a cycle', () => {
  test('is of the latest cycle, and says what the device loses in words and money', () => {
    expect(found).toMatchObject({ shop: 'demo', cycle: '2026-W48', asOf: '2026-11-23T00:00:00.000Z', days: 90 });
    expect(found.frictions[0]).toMatch(/^With device phone, \d+\.\d % fail at the payment and are lost, against 0\.0 % .* €/);
  });

  test('its funnel narrows from step to step, and the parts of a dimension are the whole', async () => {
    const rows = await session.rows<Record<'sessions' | 'carts' | 'checkouts' | 'purchases', number> & { dimension: string }>('select * from journeys.funnel');
    for (const row of rows) expect(row.sessions >= row.carts && row.carts >= row.checkouts && row.checkouts >= row.purchases).toBe(true);
    for (const dimension of ['channel', 'device', 'segment']) expect(rows.filter((row) => row.dimension === dimension).reduce((sum, row) => sum + row.sessions, 0), dimension).toBe(found.sessions);
  });

  test('the same again computes nothing: the same relations', async () => {
    expect((await study()).relations).toEqual(found.relations);
  });
});

describe('reminders of carts', () => {
  test('go only to who left a cart and gets no letter of the campaign', async () => {
    expect(found.reminders!.toSend).toBeGreaterThan(5);
    const wrong = await session.rows("select customer_id from journeys.cart_recipients where customer_id not in (select customer_id from journeys.abandoned_carts) or customer_id in (select customer_id from plan.recipients where decision = 'send')");
    expect(wrong).toEqual([]);
  });

  test('keep the campaign’s rules: consent, and the holdout stays the same people', async () => {
    const sent = await session.rows("select customer_id from journeys.cart_recipients inner join snapshot.customers using (customer_id) where decision = 'send' and (consent is distinct from 'granted' or email is null)");
    expect(sent).toEqual([]);
    const held = await session.rows<{ decision: string; held: number; all: number }>("select carts.decision, count_if(plan.arm = 'holdout') as held, count(*) as all from journeys.cart_recipients as carts inner join plan.recipients as plan using (customer_id) where carts.decision in ('send', 'holdout') and plan.arm is not null group by carts.decision order by carts.decision");
    expect(held.find(({ decision }) => decision === 'holdout')).toMatchObject({ held: held.find(({ decision }) => decision === 'holdout')!.all });
    expect(held.find(({ decision }) => decision === 'send')).toMatchObject({ held: 0 });
  });

  test('name what is in the cart', async () => {
    const [row] = await session.rows<{ product_1: string; title: string }>("select product_1, title from journeys.cart_recipients inner join (select customer_id, title from journeys.cart_products where rank = 1) using (customer_id) where decision = 'send' order by customer_id limit 1");
    expect(row!.product_1).toBe(row!.title);
  });
});
