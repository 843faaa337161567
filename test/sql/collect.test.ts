import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { canonicalTables } from '../../activities/collect/canonical-tables.ts';
import { takeSnapshot, type Snapshot } from '../../activities/collect/take-snapshot.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

const readAll = "select * from read_csv(getvariable('data') || '/orders.csv', header = true, all_varchar = true, store_rejects = true, delim = ',', quote = '\"')";
const header = 'order_id,line_no,customer_id,ordered_at,product_id,quantity,unit_price\n';

/** Collects one orders.csv by one source and hands the open session over. */
async function collect(csv: string, source: string, work: (snapshot: Snapshot, session: WarehouseSession) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'clientele-collect-'));
  try {
    await writeFile(join(folder, 'orders.csv'), csv);
    const warehouse = await openWarehouse({ lake: join(folder, 'lake') });
    const shop = { name: 'test', sources: { order_lines: source } } as unknown as ShopFolder;
    const snapshot = await takeSnapshot(warehouse, { shop, folder: { shop: 'test', cycle: '2026-W09' }, layer: 'snapshot', tables: canonicalTables.map((table) => table.name), mark: 'first', data: folder, until: '2026-03-01T00:00:00Z' });
    await using session = await warehouse.open(snapshot.relations);
    await work(snapshot, session);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('collect', () => {
  test('keeps or quarantines every line, each refusal with its reason and the line as it was read', () => collect(`${header}o1,1,c1,2026-01-05 10:00:00,tea,2,3.50
o1,1,c1,2026-01-05 10:00:00,tea,2,3.50
o2,1,,2026-01-06,tea,1,3.50
o3,1,c2,not a day,tea,1,3.50
o4,1,c2,2026-01-06,tea,many,3.50
o5,1,c2,2026-01-06,tea,-1,3.50
o6,1,c2,2026-01-06,tea,1
o7,1,c2,2026-01-06,tea,1,3.50,extra
o8,1,c2,2026-03-01,tea,1,3.50
o9,1,c2,2026-01-07,tea,0,3.50
`, readAll, async ({ tallies }, session) => {
    const [tally] = tallies;
    expect(tally).toMatchObject({ table: 'order_lines', read: 10, kept: 1, quarantined: 9 });
    expect(Object.fromEntries(tally!.reasons.map(({ reason, rows }) => [reason, rows]))).toEqual({
      'duplicate of an earlier line': 1, 'customer_id is missing': 1, 'ordered_at is not a timestamp': 1, 'quantity is not a number': 1,
      'quantity is negative and the line is not a return': 1, 'the line has fewer columns than the header': 1, 'the line has more columns than the header': 1,
      'ordered_at is at or after the end of what this cycle may know': 1, 'quantity is zero': 1,
    });
    expect(await session.rows("select source_file, line from snapshot.quarantine where reason = 'quantity is not a number'")).toEqual([
      { source_file: 'sources/order_lines.sql', line: expect.stringContaining('"quantity":"many"') as unknown as string },
    ]);
    expect(await session.rows('select order_id, quantity, unit_price from snapshot.order_lines')).toEqual([{ order_id: 'o1', quantity: 2, unit_price: 3.5 }]);
  }));

  test("a shop's own refusal comes before every other reason", () => collect(`${header}o1,1,,2026-01-05,fee,1,2\n`, `${readAll.replace('select *', "select *, case when product_id = 'fee' then 'not a product: fee' end as quarantine_reason")}`, async ({ tallies }) => {
    expect(tallies[0]!.reasons).toEqual([{ reason: 'not a product: fee', rows: 1 }]);
  }));

  test.each([
    { name: 'a missing column stops the cycle with its name', csv: 'order_id,line_no\no1,1\n', source: readAll, code: 'SOURCE_COLUMN_MISSING', words: 'customer_id, ordered_at, product_id, quantity, unit_price' },
    { name: 'an unknown column stops the cycle with its name', csv: `${header}o1,1,c1,2026-01-05,tea,1,2\n`, source: readAll.replace('select *', 'select *, 1 as colour'), code: 'SOURCE_COLUMN_UNKNOWN', words: 'colour' },
    { name: 'a missing file stops the cycle with the source it is missing from', csv: header, source: readAll.replace('orders.csv', 'no-such.csv'), code: 'SOURCE_UNREADABLE', words: 'sources/order_lines.sql' },
  ])('$name', async ({ csv, source, code, words }) => {
    await expect(collect(csv, source, async () => {})).rejects.toMatchObject({ code, message: expect.stringContaining(words) as unknown });
  });
});
