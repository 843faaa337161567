import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { partitionPattern } from '../../activities/collect/source-partitions.ts';
import { openShopFolder, type ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { dirtRates, isInPlace } from '../../simulator/dirt-rates.ts';
import { makeHistory, type HistorySummary } from '../../simulator/make-history.ts';
import { expectedRepeats, type ShopModel } from '../../simulator/shop-model.ts';

const home = mkdtempSync(join(tmpdir(), 'history-'));
const folder = join(home, 'shop');
let summary: HistorySummary;
let shop: ShopFolder;
let duckdb: DuckDBConnection;

const rows = async (sql: string): Promise<Record<string, number>[]> => (await duckdb.runAndReadAll(sql)).getRowObjectsJS()
  .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value])) as Record<string, number>);
const row = async (sql: string): Promise<Record<string, number>> => (await rows(sql))[0]!;
/** A table as the shop's own select gives it, all partitions at once. */
const source = (table: string): string => `(${shop.sources[table]!.replaceAll("getvariable('partition')", `'${folder}/${partitionPattern(shop.sources[table]!) ?? ''}'`)})`;

beforeAll(async () => {
  summary = await makeHistory({ folder, customers: 3_000, seed: 11 });
  shop = await openShopFolder(join(import.meta.dirname, '../../shops'), 'demo');
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  await duckdb.run(`set variable data = '${folder}'`);
});

afterAll(() => {
  duckdb.closeSync();
  rmSync(home, { recursive: true });
});

function fingerprints(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(files.map((file) => [file.slice(path.length + 1), createHash('sha256').update(readFileSync(file)).digest('hex')]));
}

describe('the same request', () => {
  const request = { customers: 300, months: 4, ordersPerCustomer: 3, eventsPerCustomer: 25 } as const;

  test('gives the same bytes of every file, and leaves no file of an earlier history', async () => {
    await makeHistory({ folder: join(home, 'first'), seed: 5, ...request });
    await makeHistory({ folder: join(home, 'second'), seed: 6, ...request, months: 7 });
    const other = fingerprints(join(home, 'second'));
    await makeHistory({ folder: join(home, 'second'), seed: 5, ...request });
    const [first, second] = [fingerprints(join(home, 'first')), fingerprints(join(home, 'second'))];
    expect(second).toEqual(first);
    expect(other['customers.csv']).not.toBe(first['customers.csv']);
    expect(Object.keys(first)).toEqual(expect.arrayContaining(['clock.json', 'customers.csv', 'products.csv', 'orders/2026-11.csv', 'events/2026-11.parquet', 'payments/2026-11.csv', 'social/2026-11.csv', 'truth/dirt.json', 'truth/model.json', 'truth/traits.parquet']));
  });

  test.each([[{ customers: 1 }], [{ productsPerCategory: 5 }], [{ months: 0 }], [{ ordersPerCustomer: 1e6 }]])('that makes no shop is refused: %o', async (wrong) => {
    await expect(makeHistory({ folder: join(home, 'wrong'), seed: 1, ...request, ...wrong })).rejects.toThrow(RangeError);
  });
});

describe("the demo shop's sources", () => {
  test.each(['customers', 'products', 'order_lines', 'events', 'payments', 'social'])('read %s: every clean row and every spoilt one', async (table) => {
    await duckdb.run('drop table if exists reject_errors; drop table if exists reject_scans');
    // A reader that is asked for no column casts none, so the lines are counted after they are read whole.
    await duckdb.run(`create or replace temp table whole as from ${source(table)}`);
    const { read } = await row('select count(*) as read from whole') as { read: number };
    const refused = table === 'events' ? 0 : (await row('select count(distinct (file_id, line)) as refused from reject_errors'))['refused']!;
    const kinds = summary.dirt[table]!;
    const unreadable = ['too_few_columns', 'too_many_columns', 'bad_number', 'bad_date'].reduce((sum, kind) => sum + (kinds[kind] ?? 0), 0);
    const added = Object.entries(kinds).reduce((sum, [kind, count]) => sum + (isInPlace(kind) ? 0 : count), 0);
    const clean = { customers: summary.customers, products: summary.products, order_lines: summary.orderLines, events: summary.events, payments: summary.payments, social: summary.social }[table]!;
    expect(refused).toBe(unreadable);
    expect(read).toBe(clean + added - unreadable);
  });

  test('leave out the folder they are read from in the name of a file', async () => {
    expect(await rows(`select distinct source_file from ${source('customers')}`)).toEqual([{ source_file: 'customers.csv' }]);
  });
});

describe('the dirt of truth/dirt.json', () => {
  test('is what the summary says, and every kind that is not rare occurs', () => {
    expect(JSON.parse(readFileSync(join(folder, 'truth', 'dirt.json'), 'utf8'))).toEqual(summary.dirt);
    const sizes: Record<string, number> = { customers: summary.customers, products: summary.products, order_lines: summary.orderLines, events: summary.events, payments: summary.payments, social: summary.social };
    const likely = Object.entries(dirtRates).flatMap(([table, kinds]) => Object.entries(kinds).filter(([, rate]) => rate * sizes[table]! > 20).map(([kind]) => ({ table, kind })));
    expect(likely.filter(({ table, kind }) => summary.dirt[table]![kind] === 0)).toEqual([]);
    expect(likely.length).toBeGreaterThan(10);
  });

  test('is what the files hold', async () => {
    await duckdb.run('drop table if exists reject_errors; drop table if exists reject_scans');
    await duckdb.run(`create or replace temp table whole as from ${source('order_lines')}`);
    const lines = await row(`select
        count(*) filter (customer_id is null) as without_customer,
        count(*) filter (quantity >= 1000) as quantity_outlier,
        count(*) filter (channel is null) as missing_channel,
        count(*) as all_lines, count(distinct (order_id, line_no)) as lines
      from whole`);
    const planted = summary.dirt['order_lines']!;
    expect(lines).toMatchObject({ without_customer: planted['without_customer'], lines: summary.orderLines });
    expect(lines['all_lines']).toBe(summary.orderLines + planted['without_customer']! + planted['duplicate']!);
    expect(await row("select count(*) filter (column_name = 'quantity') as bad_number, count(*) filter (column_name = 'ordered_at') as bad_date from reject_errors where error_type = 'CAST'"))
      .toEqual({ bad_number: planted['bad_number'], bad_date: planted['bad_date'] });
    // A spoilt copy carries its row's outlier or gap too, so these count at least the rows themselves.
    expect(lines['quantity_outlier']).toBeGreaterThanOrEqual(planted['quantity_outlier']!);
    expect(lines['missing_channel']).toBeGreaterThanOrEqual(planted['missing_channel']!);

    const customers = await row(`select
        count(*) filter (email is null) as missing_email, count(*) filter (email like '% at %') as malformed_email,
        count(*) filter (birth_date is null) as missing_birth_date, count(*) filter (gender is null) as missing_gender, count(*) filter (city is null) as missing_city,
        count(*) filter (email is not null) - count(distinct email) as shared_email
      from (select * from ${source('customers')} qualify row_number() over (partition by customer_id) = 1)`);
    const { duplicate: _, too_few_columns: __, bad_date: ___, ...inPlace } = summary.dirt['customers']!;
    expect(customers).toEqual(inPlace);

    const events = await row(`select count(*) filter (kind = 'vew') as unknown_kind, count(*) - count(distinct event_id) as copies,
        count(distinct event_id) filter (session_id is null and kind not in ('review', 'vew')) as missing_session from ${source('events')}`);
    const plantedEvents = summary.dirt['events']!;
    expect(events).toEqual({ unknown_kind: plantedEvents['unknown_kind'], copies: plantedEvents['unknown_kind']! + plantedEvents['duplicate']!, missing_session: plantedEvents['missing_session'] });
  });

  test('is none where none is wanted', async () => {
    const clean = await makeHistory({ folder: join(home, 'clean'), customers: 200, seed: 2, months: 3, ordersPerCustomer: 2, eventsPerCustomer: 20, dirt: false });
    expect(Object.values(clean.dirt).flatMap((kinds) => Object.values(kinds)).filter((count) => count > 0)).toEqual([]);
  });
});

describe('the shop', () => {
  test('buys as BG/NBD foretells: repeats since the first order, over all customers, are near their expectation', async () => {
    const { rateScale } = JSON.parse(readFileSync(join(folder, 'truth', 'model.json'), 'utf8')) as ShopModel;
    // Average days of the calendar are what a purchase rate counts in; the history's end is their sum.
    const known = await rows(`select first_order_day from read_parquet('${folder}/truth/traits.parquet') where first_order_day is not null order by customer_id`);
    const { days } = await row(`select max(first_order_day) as days from read_parquet('${folder}/truth/traits.parquet')`) as { days: number };
    const expected = known.reduce((sum, { first_order_day: first }) => sum + expectedRepeats(days - first!, rateScale), 0);
    const observed = summary.orders - known.length;
    expect(observed / expected).toBeGreaterThan(0.85);
    expect(observed / expected).toBeLessThan(1.15);
  });

  test('has about the orders and events that were asked for', () => {
    expect(summary.orders / summary.customers).toBeGreaterThan(5 * 0.85);
    expect(summary.orders / summary.customers).toBeLessThan(5 * 1.15);
    expect(summary.events / summary.customers).toBeGreaterThan(60 * 0.9);
    expect(summary.events / summary.customers).toBeLessThan(60 * 1.1);
  });

  test('has products that are bought together far more often than by chance', async () => {
    const { lift } = await row(`with lines as (select distinct order_id, product_id from ${source('order_lines')} where customer_id is not null),
      totals as (select count(distinct order_id) as orders from lines),
      firsts as (select order_id from lines where product_id = 'P00000'), seconds as (select order_id from lines where product_id = 'P00040'),
      both_bought as (select order_id from firsts intersect select order_id from seconds)
      select (select count(*) from both_bought) * (select orders from totals) / ((select count(*) from firsts) * (select count(*) from seconds))::double as lift`) as { lift: number };
    expect(lift).toBeGreaterThan(2);
  });

  test('has sessions that go from view to cart to checkout to purchase, fewer at each step', async () => {
    const counts = Object.fromEntries((await duckdb.runAndReadAll(`select kind, count(distinct session_id)::integer from ${source('events')} group by kind`)).getRows() as [string, number][]) as Record<string, number>;
    expect(counts['view']).toBeGreaterThan(counts['cart_add']!);
    expect(counts['cart_add']).toBeGreaterThan(counts['checkout_start']!);
    expect(counts['checkout_start']).toBeGreaterThan(counts['purchase']!);
    expect(counts['purchase']).toBeGreaterThan(counts['payment_failed']!);
  });

  test.each([['order_lines', 'ordered_at'], ['events', 'occurred_at'], ['payments', 'occurred_at'], ['social', 'occurred_at'], ['customers', 'signed_up_at']])('keeps every moment of %s inside its history', async (table, column) => {
    const found = await row(`select count(*) filter (moment < '${summary.from}'::timestamp or moment >= '${summary.until}'::timestamp) as outside from (select ${column} as moment from ${source(table)})`);
    expect(found).toEqual({ outside: 0 });
  });

  test('has response classes that differ in what can be seen', async () => {
    const means = Object.fromEntries((await duckdb.runAndReadAll(`select response_class, avg(discounted) from (
        select customer_id, avg((discount > 0)::integer) as discounted from ${source('order_lines')} group by customer_id)
      inner join read_parquet('${folder}/truth/traits.parquet') using (customer_id) group by response_class`)).getRows() as [string, number][]);
    expect(means['persuadable']).toBeGreaterThan(means['sure_thing']! + 0.05);
    expect(Object.keys(means).sort()).toEqual(['lost_cause', 'persuadable', 'sleeping_dog', 'sure_thing']);
  });
});

describe('a planted friction', () => {
  test('loses a share of the orders of its device: they end at a failed payment, and no book has them', async () => {
    const request = { customers: 300, seed: 3, months: 4, ordersPerCustomer: 4, eventsPerCustomer: 25, dirt: false } as const;
    const whole = await makeHistory({ folder: join(home, 'whole'), ...request, devices: true });
    const broken = await makeHistory({ folder: join(home, 'broken'), ...request, friction: { channel: 'web', device: 'phone', share: 0.5 } });
    const truth = JSON.parse(readFileSync(join(home, 'broken', 'truth', 'friction.json'), 'utf8')) as { lostOrders: number; lostRevenue: number };
    expect(truth.lostOrders).toBeGreaterThan(10);
    expect(whole.orders - broken.orders).toBe(truth.lostOrders);
    const sum = async (folder: string): Promise<number> => Number((await duckdb.runAndReadAll(`select round(sum(amount) * 100)::bigint from read_csv('${join(home, folder, 'payments', '*.csv')}')`)).getRows()[0]![0]) / 100;
    expect(await sum('whole') - await sum('broken')).toBeCloseTo(truth.lostRevenue, 2);
    const lost = (await duckdb.runAndReadAll(`select device, channel, count(*)::integer from (select session_id, any_value(device) as device, any_value(channel) as channel from '${join(home, 'broken', 'events', '*.parquet')}' group by session_id having bool_or(kind = 'payment_failed') and not bool_or(kind = 'purchase')) group by all`)).getRows();
    expect(lost).toEqual([['phone', 'web', truth.lostOrders]]);
  });
});
