import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalTables, bookkeepingColumns } from '../../activities/collect/canonical-tables.ts';
import { openShopFolder, type ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';

const shops = resolve(import.meta.dirname, '../../shops');
const datasets = resolve(process.env['CLIENTELE_DATASETS'] ?? join(import.meta.dirname, '../../../shared/datasets'));

const isPresent = async (file: string): Promise<boolean> => access(join(datasets, file)).then(() => true, () => false);

/** Runs the tests where the shop's files are, and says so where they are not. */
async function describeShop(shop: string, files: readonly string[], tests: (read: () => ShopData) => void): Promise<void> {
  const absent = (await Promise.all(files.map(async (file) => ((await isPresent(file)) ? [] : [file])))).flat();
  if (absent.length > 0) {
    describe(shop, () => {
      it(`is not tested: ${absent.join(', ')} not present under ${datasets} (set CLIENTELE_DATASETS)`, (test) => test.skip());
    });
    return;
  }
  describe(shop, () => {
    let data: ShopData | undefined;
    beforeAll(async () => { data = await readShop(shop); }, 120_000);
    tests(() => data!);
  });
}

interface ShopData {
  readonly shop: ShopFolder;
  readonly columns: Readonly<Record<string, readonly string[]>>;
  rows(sql: string): Promise<readonly Record<string, unknown>[]>;
}

async function readShop(name: string): Promise<ShopData> {
  const shop = await openShopFolder(shops, name);
  const connection: DuckDBConnection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  await connection.run(`set variable data = '${datasets.replaceAll("'", "''")}'`);
  const rows = async (sql: string): Promise<readonly Record<string, unknown>[]> => (await connection.runAndReadAll(sql)).getRowObjectsJson();
  const columns: Record<string, readonly string[]> = {};
  for (const table of canonicalTables) {
    const source = shop.sources[table.name];
    if (source === undefined) continue;
    await connection.run(`create table raw_${table.name} as ${source}`);
    columns[table.name] = (await rows(`describe raw_${table.name}`)).map((row) => String(row['column_name']));
    const canonical = Object.entries(table.columns).filter(([column]) => columns[table.name]!.includes(column));
    const bookkeeping = bookkeepingColumns.filter((column) => columns[table.name]!.includes(column));
    await connection.run(`create table ${table.name} as select ${[...canonical.map(([column, type]) => `${column}::${type} as ${column}`), ...bookkeeping].join(', ')} from raw_${table.name}`);
  }
  const discount = columns['order_lines']!.includes('discount') ? 'discount' : '0';
  await connection.run(`create view kept as select * exclude (quarantine_reason), ${discount}::decimal(18, 4) as given, quantity::decimal(18, 0) * unit_price - given as revenue from order_lines where quarantine_reason is null`);
  return { shop, columns, rows };
}

const reasonsOf = async (data: ShopData): Promise<Record<string, number>> =>
  Object.fromEntries((await data.rows('select quarantine_reason as reason, count(*)::integer as n from order_lines where quarantine_reason is not null group by all order by n desc, reason')).map((row) => [String(row['reason']), Number(row['n'])]));

function sharedRules(read: () => ShopData): void {
  it('gives only columns the canonical tables have, and all that they require', () => {
    for (const table of canonicalTables) {
      const given = read().columns[table.name];
      if (given === undefined) continue;
      expect(table.required.filter((column) => !given.includes(column))).toEqual([]);
      expect(given.filter((column) => !(column in table.columns) && !bookkeepingColumns.includes(column))).toEqual([]);
    }
  });

  it('keeps no line that collect would refuse', async () => {
    const [row] = await read().rows(`select
        count(*) filter (order_id is null or line_no is null or customer_id is null or ordered_at is null or product_id is null or quantity is null or unit_price is null)::integer as incomplete,
        count(*) filter (quantity = 0)::integer as empty,
        count(*) filter (quantity < 0 and not returned)::integer as negative,
        count(*) filter (unit_price < 0 or given < 0)::integer as below_zero,
        (count(*) - count(distinct (order_id, line_no)))::integer as repeated,
        count(*) filter (ordered_at >= timestamp '${read().shop.settings.as_of}')::integer as late
      from kept`);
    expect(row).toEqual({ incomplete: 0, empty: 0, negative: 0, below_zero: 0, repeated: 0, late: 0 });
  });

  it('names the file and the line of every row, each once', async () => {
    const [row] = await read().rows('select count(*)::integer as lines, count(distinct (source_file, source_line))::integer as places, min(source_line)::integer as first from order_lines');
    expect(row).toMatchObject({ first: 1, places: row!['lines'] });
  });

  it('gives every product and customer once', async () => {
    for (const [table, key] of [['products', 'product_id'], ['customers', 'customer_id']] as const) {
      if (read().columns[table] === undefined) continue;
      const [row] = await read().rows(`select (count(*) - count(distinct ${key}))::integer as repeated from ${table}`);
      expect(row).toEqual({ repeated: 0 });
    }
  });
}

await describeShop('online-retail', ['online_retail/online_retail.parquet', 'online_retail_II_2009_2010/online_retail_II_2009_2010.parquet'], (read) => {
  sharedRules(read);

  it('reads both sheets whole: 525,461 + 541,909 lines', async () => {
    expect(await read().rows('select source_file as file, count(*)::integer as lines from order_lines group by all order by lines')).toEqual([
      { file: 'online_retail_II_2009_2010/online_retail_II_2009_2010.parquet', lines: 525_461 },
      { file: 'online_retail/online_retail.parquet', lines: 541_909 },
    ]);
  });

  it('gives every refused line one reason, and kept + refused is 1,067,370', async () => {
    const reasons = await reasonsOf(read());
    const refused = Object.values(reasons).reduce((sum, lines) => sum + lines, 0);
    const [kept] = await read().rows('select count(*)::integer as lines from kept');
    expect(reasons).toEqual({
      'customer_id is missing': 229_734,
      'also in sheet Year 2010-2011 (overlap 2010-12-01 to 2010-12-09)': 22_523,
      'not a product: postage or carriage': 3_868,
      'not a sale: stock correction (negative quantity outside a cancellation)': 3_392,
      'not a product: manual entry': 1_403,
      'not a product: discount': 173,
      'not a product: fee or commission': 152,
      'not a product: sample': 102,
      'not a product: gift voucher': 101,
      'not a product: adjustment or bad debt': 70,
      'unit_price is zero: a gift, a sample or a correction': 61,
      'not a product: test entry': 17,
      'not a sale: accounting adjustment (invoice begins with A)': 6,
    });
    expect(Number(kept!['lines']) + refused).toBe(1_067_370);
  });

  it('counts the overlap once: both sheets hold the same lines there', async () => {
    const [row] = await read().rows(`select count(*)::integer as only_in_one from (
      (select order_id, product_id, quantity, unit_price, ordered_at from order_lines where quarantine_reason like 'also in sheet%')
      except all
      (select order_id, product_id, quantity, unit_price, ordered_at from order_lines where source_file like 'online_retail/%' and ordered_at < timestamp '2010-12-10')
    )`);
    expect(row).toEqual({ only_in_one: 0 });
  });

  it('takes cancellations as returns', async () => {
    const [row] = await read().rows(`select count(*) filter (returned and quantity > 0)::integer as wrong, bool_and(returned = starts_with(order_id, 'C')) as is_marked from kept`);
    expect(row).toEqual({ wrong: 0, is_marked: true });
  });
});

await describeShop('cdnow', ['cdnow/CDNOW_master.txt'], (read) => {
  sharedRules(read);

  it('gives 23,570 customers, 69,659 transactions and $2,500,315.63, with nothing refused', async () => {
    const [row] = await read().rows('select count(distinct customer_id)::integer as customers, count(distinct order_id)::integer as orders, count(*)::integer as lines, sum(revenue)::decimal(18, 4) as revenue, sum(quantity)::integer as cds from kept');
    expect(row).toEqual({ customers: 23_570, orders: 69_659, lines: 69_659, revenue: '2500315.6300', cds: 167_881 });
    expect(await reasonsOf(read())).toEqual({});
  });

  it('keeps the orders of one day apart', async () => {
    const [row] = await read().rows('select max(orders)::integer as most from (select count(distinct order_id) as orders from kept group by customer_id, ordered_at)');
    expect(row!['most']).toBeGreaterThan(1);
  });
});

await describeShop('complete-journey', ['complete_journey/transactions.parquet', 'complete_journey/products.parquet', 'complete_journey/demographics.parquet'], (read) => {
  sharedRules(read);

  it('reads 1,469,307 lines and keeps the 2,469 households', async () => {
    const [row] = await read().rows('select (select count(*) from order_lines)::integer as lines, count(*)::integer as kept, count(distinct customer_id)::integer as households from kept');
    expect(row).toEqual({ lines: 1_469_307, kept: 1_460_438, households: 2_469 });
    expect(await reasonsOf(read())).toEqual({ 'quantity is 0': 5_891, 'not a product: coupon line of a basket': 2_978 });
  });

  it('comes to sales_value on every kept line, to the cent', async () => {
    const [row] = await read().rows(`select count(*) filter (revenue <> round(sales_value, 2)::decimal(18, 4))::integer as different, sum(revenue)::decimal(18, 2) as revenue
      from kept inner join read_parquet('${datasets.replaceAll("'", "''")}/complete_journey/transactions.parquet', file_row_number = true) on file_row_number + 1 = source_line`);
    expect(row).toEqual({ different: 0, revenue: '4596027.06' });
  });

  it('counts a filling of fuel as one item', async () => {
    const [row] = await read().rows(`select max(quantity)::integer as most from kept inner join products using (product_id) where title like 'GASOLINE%'`);
    expect(row).toEqual({ most: 1 });
  });
});
