import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeSnapshot } from '../../activities/collect/take-snapshot.ts';
import { readErasures } from '../../gateways/ledger/erasures.ts';
import { openLedger, type Ledger } from '../../gateways/ledger/open-ledger.ts';
import { isSuppressed } from '../../gateways/ledger/suppressions.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { sealParts } from '../../gateways/warehouse/seal-parts.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { erasePerson } from '../../scripts/erase/erase-person.ts';

const folder = { shop: 'corner', cycle: '2026-W48' };
const now = new Date('2026-11-24T12:00:00Z');
let home: string;
let ledger: Ledger;
let warehouse: Warehouse;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'erase-'));
  ledger = await openLedger({ folder: join(home, 'ledger') });
  warehouse = await openWarehouse({ lake: join(home, 'lake'), threads: 1 });
  for (const [key, shop, customer, address] of [['k1', 'corner', 'c1', ' Ann@Shop.example'], ['k2', 'corner', 'c2', 'bob@shop.example'], ['k3', 'other', 'c1', 'cy@shop.example']] as const) {
    await ledger.query(
      `insert into sends (key, shop, cycle, campaign, customer_id, address, locale, arm, segment, offer, page, variables, message_id, state, planned_at, updated_at)
       values ($1, $2, '2026-W48', $2, $3, $4, 'en', 'A', 'Lost', '', 0, '{}', $1, 'planned', now(), now())`, [key, shop, customer, address]);
    await ledger.query("insert into coupons (code, send_key, campaign, customer_id, offer, kind, value, issued_at) values ($1, $1, $2, $3, '', 'amount', 1, now())", [key, shop, customer]);
    await ledger.query("insert into touches (send_key, kind, at, bot) values ($1, 'open', now(), false)", [key]);
    await ledger.query("insert into consents (shop, customer_id, purpose, state, at, source) values ($1, $2, 'marketing', 'granted', now(), $3)", [shop, customer, key]);
  }
  await ledger.query("insert into identity_reviews (shop, customer_id, other_customer_id, verdict, by, at) values ('corner', 'c0', 'c1', 'same', 'mara', now())");
  await ledger.query("insert into suppressions (shop, address_hash, address, reason, source, suppressed_at) values ('*', address_hash_of('ann@shop.example'), 'ann@shop.example', 'complaint', 'relay', now())");

  await using session = await warehouse.open({}, {}, undefined, 1);
  for (const [name, sql] of Object.entries({
    'snapshot.customers': "select * from (values ('c2', 'bob@shop.example'), ('c1', 'Ann@old.example '), ('c10', 'x@shop.example')) as t(customer_id, email)",
    'snapshot.quarantine': `select * from (values ('{"customer_id":"c1"}'), ('c1;2026'), ('9,ANN@old.example'), ('{"customer_id":"c10"}'), (null)) as t(line)`,
    'snapshot.social': "select * from (values ('c2', 'c1'), ('c2', null)) as t(customer_id, other_customer_id)",
    'segments.summaries': 'select 1 as segment',
    'identities.people': "select 'p-' || left(md5(customer), 16) as person_id, customer from (values ('c1'), ('c2')) as t(customer)",
  })) await session.materialise(folder, { name, sql, inputs: [] });
  const parts = [];
  for (const [part, sql] of [['2026-10', "select 'c2' as customer_id"], ['2026-11', "select unnest(['c1', 'c3', 'c1', 'c2']) as customer_id"]] as const) parts.push(await session.writePart(folder, { name: 'snapshot.events', part, sql, origin: {} }));
  await sealParts(warehouse.lake, folder, { name: 'snapshot.events', parts, recipe: 'test', inputs: [], parameters: {}, external: 'test', seconds: 0 });
  writeFileSync(join(warehouse.lake, 'corner/2026-W48/manifest.json'), '{"shop":"corner"}');
});
afterAll(async () => {
  await ledger.close();
  rmSync(home, { recursive: true, force: true });
});

const run = (erase: boolean): ReturnType<typeof erasePerson> => erasePerson({ ledger, warehouse, shop: 'corner', customer: 'c1', now, erase });
const counted = async (): Promise<unknown> => (await ledger.query("select (select count(*)::integer from sends) as sends, (select count(*)::integer from coupons) as coupons, (select count(*)::integer from touches) as touches, (select count(*)::integer from consents) as consents"))[0];
const found = [['identities.people', 1], ['snapshot.customers', 1], ['snapshot.events', 2], ['snapshot.quarantine', 3], ['snapshot.social', 1]];

test('a look says where the person is and changes nothing', async () => {
  const seen = await run(false);
  expect(seen.ledger).toEqual({ rows: { sends: 1, coupons: 1, touches: 1, bounces: 0, survey_answers: 0, consents: 1, risk_alerts: 0, identity_reviews: 1 }, addresses: 2 });
  expect(seen.lake.map(({ relation, rows }) => [relation, rows])).toEqual(found);
  expect(await counted()).toEqual({ sends: 3, coupons: 3, touches: 3, consents: 3 });
});

test('a cycle that is not over keeps its rows, and says so; the ledger has none left', async () => {
  const erased = await run(true);
  expect(erased.lake.every(({ left }) => left)).toBe(true);
  expect(await counted()).toEqual({ sends: 2, coupons: 2, touches: 2, consents: 2 });
  expect(await ledger.query("select 1 from suppressions where address is not null")).toEqual([]);
  expect(await isSuppressed(ledger, { shop: 'corner', address: 'ann@shop.example' })).toBe(true);
  expect(await isSuppressed(ledger, { shop: 'corner', address: 'ANN@old.example' })).toBe(true);
  expect(await isSuppressed(ledger, { shop: 'corner', address: 'bob@shop.example' })).toBe(false);
});

test('a finished cycle loses the rows of the person alone, in their order, under its fingerprints, and its manifest says so', async () => {
  writeFileSync(join(warehouse.lake, 'corner/2026-W48/report.json'), '{}');
  const before = await warehouse.list(folder);
  const erased = await run(true);
  expect(erased.lake.map(({ relation, rows, left }) => [relation, rows, left])).toEqual(found.map(([relation, rows]) => [relation, rows, false]));
  const after = await warehouse.list(folder);
  for (const [name, { fingerprint }] of Object.entries(before)) expect(after[name]?.fingerprint).toBe(fingerprint);
  await using session = await warehouse.open(after, {}, undefined, 1);
  expect(await session.texts('select customer_id from snapshot.customers')).toEqual(['c2', 'c10']);
  expect(await session.texts('select customer_id from snapshot.events')).toEqual(['c2', 'c3', 'c2']);
  expect(after['snapshot.events']?.rows).toBe(3);
  expect(await session.rows('select line from snapshot.quarantine')).toEqual([{ line: '{"customer_id":"c10"}' }, { line: null }]);
  expect(after['segments.summaries']).toEqual(before['segments.summaries']);
  const manifest = readFileSync(join(warehouse.lake, 'corner/2026-W48/manifest.json'), 'utf8');
  expect(JSON.parse(manifest)).toEqual({ shop: 'corner', erasures: [{ at: now.toISOString(), relations: found.map(([relation]) => relation) }] });
  expect((await run(true)).lake).toEqual([]);
});

test('the next cycle leaves out what the shop’s files still say, as quarantined, and keeps none of its words', async () => {
  const data = join(home, 'data');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'customers.csv'), 'customer_id,email\nc1,ann@shop.example\nc2,bob@shop.example\nc9, ANN@old.example\nc10,x@shop.example\nc1,ann@shop.example,extra\nc2,bob@shop.example,extra\n');
  writeFileSync(join(data, 'orders.csv'), 'order_id,line_no,customer_id,ordered_at,product_id,quantity,unit_price\no1,1,c1,2026-11-20,tea,1,3\no2,1,c2,2026-11-20,tea,1,3\n');
  const csv = (name: string): string => `select * from read_csv(getvariable('data') || '/${name}.csv', header = true, all_varchar = true, store_rejects = true, delim = ',')`;
  const shop = { name: 'corner', sources: { customers: csv('customers'), order_lines: csv('orders') } } as unknown as ShopFolder;
  const collected = async (cycle: string, of: string) => takeSnapshot(warehouse, { shop, folder: { shop: 'corner', cycle }, layer: 'snapshot', tables: ['customers', 'order_lines'], mark: 'first', data, until: '2026-12-01T00:00:00Z', erased: await readErasures(ledger, of) });

  const { relations, tallies } = await collected('2026-W50', 'corner');
  await using session = await warehouse.open(relations);
  expect(await session.texts('select customer_id from snapshot.customers order by 1')).toEqual(['c10', 'c2']);
  expect(await session.texts('select customer_id from snapshot.order_lines')).toEqual(['c2']);
  expect(tallies.map(({ table, read, kept, reasons }) => [table, read, kept, Object.fromEntries(reasons.map(({ reason, rows }) => [reason, rows]))])).toEqual([
    ['customers', 6, 2, { 'erased at the person’s request': 3, 'the line has more columns than the header': 1 }], ['order_lines', 2, 1, { 'erased at the person’s request': 1 }],
  ]);
  const refused = JSON.stringify(await session.rows('select * from snapshot.quarantine'));
  expect(refused).toContain('bob@shop.example');
  expect(refused).not.toMatch(/c1\b|ann@/i);

  // Another shop's customer of the same id is somebody else.
  expect((await collected('2026-W51', 'other')).tallies.map(({ kept }) => kept)).toEqual([4, 2]);
  expect(JSON.stringify(await ledger.query('select * from erasures'))).not.toMatch(/ann|c1"/);
});

test('while a letter is being handed over nothing is erased', async () => {
  await ledger.query("update sends set state = 'claimed' where key = 'k2'");
  await expect(erasePerson({ ledger, warehouse, shop: 'corner', customer: 'c2', now, erase: true })).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
  expect(await counted()).toEqual({ sends: 2, coupons: 2, touches: 2, consents: 2 });
});
