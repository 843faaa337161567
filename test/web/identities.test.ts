import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLinks } from '../../activities/campaign/signed-link.ts';
import { readIdentityReviews, recordIdentityReview } from '../../gateways/ledger/identity-reviews.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { createApp, type App } from '../../web/create-app.ts';
import { appParts, memoryAudit } from './app-parts.ts';
import { makeExampleLake } from './example-lake.ts';

const host = 'http://127.0.0.1:8080';
const page = `${host}/shops/demo/2026-W49/identities`;
const now = new Date('2026-11-30T12:00:00.000Z');
const audit = memoryAudit();
let root: string;
let ledger: Ledger;
let app: App;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'identities-page-'));
  ledger = await openLedger({ folder: join(root, 'ledger') });
  const warehouse = await openWarehouse({ lake: join(root, 'lake') });
  await makeExampleLake(warehouse, { customers: 20 });
  app = createApp(appParts({ ledger, warehouse, audit, shops: (name) => openShopFolder(join(import.meta.dirname, '../../shops'), name), clock: () => now, links: createLinks({ publicUrl: host, secret: 'a secret of the shop that nobody knows' }), onError: (error) => { throw error; } }));
}, 60_000);
afterAll(async () => {
  await app?.close();
  await ledger?.close();
  await rm(root, { recursive: true, force: true });
});

async function decide(fields: Readonly<Record<string, string>>): Promise<Response> {
  const text = await (await app.request(page)).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
  return app.request(`${page}/review`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: host }, body: new URLSearchParams({ csrf, by: 'Mara', ...fields }).toString() });
}

describe('a pair of records on the review list', () => {
  test('is shown with both records, and decided by a button; who said what is written down', async () => {
    const shown = await (await app.request(page)).text();
    for (const words of ['C0000003', 'C0000004', 'person.3@', 'One person', 'Two people']) expect(shown).toContain(words);
    const answer = await decide({ one: 'C0000004', other: 'C0000003', verdict: 'different' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/shops/demo/2026-W49/identities?done=review']);
    expect(await readIdentityReviews(ledger, 'demo')).toEqual([{ customerId: 'C0000003', otherCustomerId: 'C0000004', verdict: 'different', by: 'Mara', comment: '', at: now }]);
    expect(audit.entries.at(-1)).toMatchObject({ who: 'Mara', action: 'decide on a pair of records', outcome: 'different' });
    expect(await (await app.request(page)).text()).toContain('Two people · Mara');
  });

  test('is the only thing that can be decided', async () => {
    expect((await decide({ one: 'C0000001', other: 'C0000002', verdict: 'same' })).status).toBe(400);
    expect((await decide({ one: 'C0000003', other: 'C0000004', verdict: 'perhaps' })).status).toBe(400);
    expect(await readIdentityReviews(ledger, 'demo')).toHaveLength(1);
  });
});

describe('what people said of two records', () => {
  const said = { customerId: 'z', otherCustomerId: 'a', by: 'Ada', comment: '', at: now };

  test('is of the pair, whichever way it is named; the latest word counts, a repeat is not another', async () => {
    await recordIdentityReview(ledger, 'other', { ...said, verdict: 'same' });
    await recordIdentityReview(ledger, 'other', { ...said, verdict: 'same', at: new Date(0) });
    await recordIdentityReview(ledger, 'other', { ...said, customerId: 'a', otherCustomerId: 'z', verdict: 'different' });
    expect(await readIdentityReviews(ledger, 'other')).toMatchObject([{ customerId: 'a', otherCustomerId: 'z', verdict: 'different' }]);
    expect(await ledger.query('select verdict from identity_reviews where shop = $1 order by id', ['other'])).toEqual([{ verdict: 'same' }, { verdict: 'different' }]);
  });

  test('is never of one record', async () => {
    await expect(recordIdentityReview(ledger, 'other', { ...said, customerId: 'a', verdict: 'same' })).rejects.toThrow('same person as itself');
  });
});
