import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLinks } from '../../activities/campaign/signed-link.ts';
import { openLiveRecommender, type LiveRecommendation } from '../../activities/recommend/live-recommender.ts';
import { openLedger } from '../../gateways/ledger/open-ledger.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { createApp } from '../../web/create-app.ts';
import { appParts } from './app-parts.ts';

const host = 'https://shop.example';
const token = 'a-token-of-the-shop';
let home: string;
let ledger: Ledger;
let warehouse: Warehouse;
let now = new Date('2026-11-23T09:00:00Z');

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'live-'));
  ledger = await openLedger({ folder: join(home, 'ledger') });
  warehouse = await openWarehouse({ lake: join(home, 'lake') });
  const folder = { shop: 'demo', cycle: '2026-W48' };
  await using session = await warehouse.open({});
  const write = (name: string, columns: Readonly<Record<string, readonly (string | number | boolean)[]>>) => session.write(folder, {
    name, algorithm: 'made', inputs: [], columns: () => Object.entries(columns).map(([column, values]) => ({ name: column, type: typeof values[0] === 'number' ? 'INTEGER' as const : typeof values[0] === 'boolean' ? 'BOOLEAN' as const : 'VARCHAR' as const, values })),
  });
  const products = ['cup', 'pot', 'tea', 'ball', 'net', 'shoe', 'gone'];
  await write('snapshot.products', { product_id: products, title: products.map((id) => `The ${id}`), stock: products.map((id) => (id === 'gone' ? 0 : 5)) });
  // Two tastes: cup, pot, tea; ball, net, shoe, gone. Ann has a cup.
  const lines = [['ann', 'cup'], ...['bob', 'cas'].flatMap((name) => ['cup', 'pot', 'tea'].map((product) => [name, product])), ...['dan', 'eve'].flatMap((name) => ['ball', 'net', 'shoe', 'gone'].map((product) => [name, product]))];
  await write('features.order_lines', { customer_id: lines.map(([customer]) => customer!), product_id: lines.map(([, product]) => product!), is_return: lines.map(() => false) });
  await write('recommendations.products', { customer_id: ['ann', 'ann'], rank: [1, 2], product_id: ['pot', 'tea'], reason: ['Because you bought The cup', 'Because you bought The cup'] });
});

afterAll(async () => {
  await ledger.close();
  await rm(home, { recursive: true, force: true });
});

const open = () => openLiveRecommender({ warehouse, folder: join(home, 'sessions'), clock: () => now });

function appOf(live: ReturnType<typeof open>) {
  const app = createApp(appParts({
    ledger, warehouse, live, shops: () => Promise.reject(new Error('not asked')), loopback: false, publicUrl: host, clock: () => now, links: createLinks({ publicUrl: host, secret: 'a secret of the shop that nobody knows' }), onError: (error) => { throw error; },
    accounts: { users: [], tokens: [{ name: 'shop', role: 'operator', sha256: createHash('sha256').update(token).digest('hex') }] },
  }));
  const headers = { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' };
  return {
    app,
    tell: (event: object) => app.request(`${host}/events`, { method: 'POST', headers, body: JSON.stringify(event) }),
    async list(customer: string): Promise<readonly LiveRecommendation[]> {
      const answer = await app.request(`${host}/recommendations/${customer}?shop=demo`, { headers });
      expect(answer.status).toBe(200);
      return (await answer.json() as { recommendations: readonly LiveRecommendation[] }).recommendations;
    },
  };
}

describe('recommendations while a customer is in the shop', () => {
  it('begin with the list of the batch, change with an event at once, and outlive the process', async () => {
    const live = open();
    const { app, tell, list } = appOf(live);
    expect(await list('ann')).toEqual([{ product: 'pot', title: 'The pot', reason: 'Because you bought The cup' }, { product: 'tea', title: 'The tea', reason: 'Because you bought The cup' }]);
    expect((await tell({ shop: 'demo', customer: 'ann', kind: 'view', product: 'ball' })).status).toBe(202);
    const after = await list('ann');
    expect(after.map(({ product }) => product)).toEqual(expect.arrayContaining(['net', 'shoe', 'pot', 'tea']));
    expect(after[0]).toEqual({ product: 'net', title: 'The net', reason: 'Because you looked at The ball' });
    await app.close();
    await live.close();

    // A crash may cut the last line off.
    await appendFile(join(home, 'sessions', 'demo.jsonl'), '{"customer":"ann","ki');
    const again = open();
    expect(await appOf(again).list('ann')).toEqual(after);
    await again.close();
  });

  it('hold nothing out of stock, bought, or in the cart', async () => {
    const live = open();
    const { tell, list } = appOf(live);
    await tell({ shop: 'demo', customer: 'ann', kind: 'cart_add', product: 'net' });
    const shown = (await list('ann')).map(({ product }) => product);
    for (const product of ['gone', 'cup', 'net']) expect(shown).not.toContain(product);
    expect((await list('nobody')).map(({ product }) => product)).toEqual(['cup', 'pot', 'ball', 'net', 'shoe', 'tea'].sort((a, b) => Number(b === 'cup') - Number(a === 'cup') || (a < b ? -1 : 1)));
    await live.close();
  });

  it('forget a session after half an hour, in the file too', async () => {
    now = new Date(now.getTime() + 31 * 60_000);
    const live = open();
    expect((await appOf(live).list('ann')).map(({ product }) => product)).toEqual(['pot', 'tea']);
    expect(await readFile(join(home, 'sessions', 'demo.jsonl'), 'utf8')).toBe('');
    await live.close();
  });

  it('want a token, a known product and a shop that has lists', async () => {
    const live = open();
    const { app, tell } = appOf(live);
    expect((await app.request(`${host}/recommendations/ann?shop=demo`)).status).toBe(401);
    expect((await app.request(`${host}/events`, { method: 'POST', body: '{}' })).status).toBe(401);
    expect((await tell({ shop: 'demo', customer: 'ann', kind: 'view', product: 'unheard of' })).status).toBe(404);
    expect((await tell({ shop: 'demo', customer: 'ann', kind: 'sneeze', product: 'cup' })).status).toBe(400);
    expect((await tell({ shop: 'none', customer: 'ann', kind: 'view', product: 'cup' })).status).toBe(404);
    await live.close();
  });
});
