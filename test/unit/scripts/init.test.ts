import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalTables } from '../../../activities/collect/canonical-tables.ts';
import { openShopFolder } from '../../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../../gateways/warehouse/open-warehouse.ts';
import type { Warehouse } from '../../../gateways/warehouse/warehouse.ts';
import { checkShop } from '../../../scripts/doctor/check-shop.ts';
import { ask } from '../../../scripts/init/ask.ts';
import { createShop } from '../../../scripts/init/create-shop.ts';
import { findFiles } from '../../../scripts/init/find-files.ts';
import { matchColumns } from '../../../scripts/init/match-columns.ts';

const letters = resolve(import.meta.dirname, '../../../shops/demo/letters');
let folder: string;
let warehouse: Warehouse;
const data = (): string => join(folder, 'data');
const shops = (): string => join(folder, 'shops');
const answers = { title: 'The "Corner": #1', timeZone: 'Europe/Berlin', currency: 'EUR', sender: 'hello@corner.example', postalAddress: 'Corner, 1 Street', marketer: 'm@corner.example', data: 'data', budget: 500 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'init-'));
  warehouse = await openWarehouse({ lake: join(folder, 'lake'), threads: 1 });
  mkdirSync(join(data(), 'orders'), { recursive: true });
  writeFileSync(join(data(), 'orders', '2026-01.csv'), 'Order ID,SKU,Qty,Price,Customer ID,Order Date,Foo\n2,b,1,1.00,00007,2026-01-02,z\n1,a,2,3.50,00042,2026-01-01,z\n2,c,1,1.00,00007,2026-01-02,z\n');
  writeFileSync(join(data(), 'orders', '2026-02.csv'), 'Order ID,SKU,Qty,Price,Customer ID,Order Date,Foo\n');
  writeFileSync(join(data(), 'Customers.csv'), 'id,Email,First Name,newsletter\n00042,ann@shop.example,Ann,yes\n');
  writeFileSync(join(data(), 'products.json'), '[{"sku":"a","name":"Tea","vendor":"Elm"}]');
  writeFileSync(join(data(), 'notes.md'), '');
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

test('files are known by their names, folders of them as partitions', async () => {
  expect(await findFiles(data())).toEqual([
    { table: 'order_lines', pattern: 'orders/*.csv', format: 'csv', example: 'orders/2026-01.csv' },
    { table: 'customers', pattern: 'Customers.csv', format: 'csv', example: 'Customers.csv' },
    { table: 'products', pattern: 'products.json', format: 'json', example: 'products.json' },
  ]);
});

test('columns are known by their names, their own before any other, each once', () => {
  const customers = canonicalTables.find(({ name }) => name === 'customers')!;
  expect([...matchColumns(customers, ['id', 'Name', 'given_name', 'E-Mail Address'])]).toEqual([['customer_id', 'id'], ['email', 'E-Mail Address'], ['given_name', 'given_name']]);
  fc.assert(fc.property(fc.constantFrom(...canonicalTables), fc.uniqueArray(fc.string({ maxLength: 12 })), (table, columns) => {
    const matched = matchColumns(table, [...columns, ...Object.keys(table.columns)].filter((column, index, all) => all.indexOf(column) === index));
    expect(new Set(matched.values()).size).toBe(matched.size);
    for (const column of Object.keys(table.columns)) expect(matched.get(column)?.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')).toBe(column.replaceAll('_', ''));
  }));
});

describe('a new shop', () => {
  test('has settings and sources that the doctor finds in order, and reads its files as they are', async () => {
    const written = await createShop({ shops: shops(), name: 'corner', answers, data: data(), letters, warehouse });
    expect(written.map(({ file }) => file)).toEqual(['corner/shop.yaml', 'corner/sources/order_lines.sql', 'corner/sources/customers.sql', 'corner/sources/products.sql', 'corner/letters/offer-a.mjml', 'corner/letters/offer-b.mjml']);
    expect(written.every(({ missing, explains }) => missing.length === 0 && explains !== '')).toBe(true);
    const { findings, shop } = await checkShop({ shops: shops(), name: 'corner', root: folder, warehouse });
    expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(shop?.settings).toMatchObject({ name: 'The "Corner": #1', campaign: { budget: 500 } });

    await using session = await warehouse.open({}, { data: data(), partition: join(data(), 'orders/2026-01.csv') }, undefined, 1);
    expect(await session.rows(shop?.sources['order_lines'] ?? '')).toEqual([
      { order_id: '2', line_no: 1, customer_id: '00007', ordered_at: '2026-01-02', product_id: 'b', quantity: '1', unit_price: '1.00', source_line: 1 },
      { order_id: '1', line_no: 1, customer_id: '00042', ordered_at: '2026-01-01', product_id: 'a', quantity: '2', unit_price: '3.50', source_line: 2 },
      { order_id: '2', line_no: 2, customer_id: '00007', ordered_at: '2026-01-02', product_id: 'c', quantity: '1', unit_price: '1.00', source_line: 3 },
    ]);
    expect(shop?.sources['order_lines']).toContain('-- not used: Foo');
  });

  test('is never written over another, and leaves nothing when it fails', async () => {
    mkdirSync(join(shops(), 'empty'), { recursive: true });
    const before = readdirSync(shops()).sort();
    await expect(createShop({ shops: shops(), name: 'empty', answers, letters, warehouse })).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
    await expect(createShop({ shops: shops(), name: 'odd', answers: { ...answers, timeZone: 'Mars' }, letters, warehouse })).rejects.toMatchObject({ code: 'SETTING_INVALID' });
    for (const name of ['../x', 'Corner', '', '.', 'a/b']) await expect(createShop({ shops: shops(), name, answers, letters, warehouse })).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
    expect(readdirSync(shops()).sort()).toEqual(before);
  });

  test('without files gets examples with every column; without a column says which', async () => {
    await createShop({ shops: shops(), name: 'bare', answers, letters, warehouse });
    const { sources } = await openShopFolder(shops(), 'bare');
    expect(Object.keys(sources)).toEqual(['customers', 'order_lines']);
    expect(sources['order_lines']).toMatch(/^-- grain: .*\n-- partitions: orders\/\*\.csv\n/);
    const odd = join(folder, 'odd');
    mkdirSync(odd);
    writeFileSync(join(odd, 'sales_2026-01.csv'), 'Order ID,Qty,Price,When\n');
    writeFileSync(join(odd, 'sales_2026-02.csv'), 'Order ID,Qty,Price,When\n');
    const written = await createShop({ shops: shops(), name: 'odd', answers, data: odd, letters, warehouse });
    expect(written[1]).toMatchObject({ missing: ['customer_id', 'ordered_at', 'product_id'] });
    const sql = readFileSync(join(shops(), 'odd/sources/order_lines.sql'), 'utf8');
    expect(sql).toContain('-- partitions: sales*.csv\n');
    expect(sql).toContain('-- ordered_at is required, and no column looks like it: name one');
  });
});

describe('what is not given is asked', () => {
  const questions = [{ key: 'title', words: 'Name?', proposal: 'corner' }, { key: 'currency', words: 'Currency?', proposal: 'EUR' }, { key: 'budget', words: 'Budget?', proposal: '1000' }] as const;
  test('and an empty answer takes the proposal', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const answered = ask(questions, { currency: 'USD' }, { input, output });
    input.write('The Corner\n');
    await new Promise((done) => { output.on('data', (chunk) => { if (String(chunk).includes('Budget?')) done(undefined); }); });
    input.write('\n');
    expect(await answered).toEqual({ title: 'The Corner', currency: 'USD', budget: '1000' });
    output.end();
    expect(await text(output)).not.toContain('Currency?');
  });
  test('and an input that ends is no answer', async () => {
    const input = new PassThrough();
    input.end();
    await expect(ask(questions, {}, { input, output: new PassThrough() })).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
  });
});
