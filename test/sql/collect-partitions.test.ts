import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { takeSnapshot, type Snapshot, type SnapshotRequest } from '../../activities/collect/take-snapshot.ts';
import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';

const header = 'order_id,line_no,customer_id,ordered_at,product_id,quantity,unit_price\n';
const source = `-- grain: one row a line
-- partitions: orders/*.csv
select * from read_csv(getvariable('partition'), auto_detect = false, header = true, delim = ',', quote = '"', store_rejects = true,
  columns = {'order_id': 'VARCHAR', 'line_no': 'INTEGER', 'customer_id': 'VARCHAR', 'ordered_at': 'TIMESTAMP', 'product_id': 'VARCHAR', 'quantity': 'DECIMAL(18,3)', 'unit_price': 'DECIMAL(18,4)'})`;
const shop = { name: 'test', sources: { order_lines: source } } as unknown as ShopFolder;

let folder: string;
let warehouse: Warehouse;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clientele-partitions-'));
  await mkdir(join(folder, 'orders'));
  warehouse = await openWarehouse({ lake: join(folder, 'lake') });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const give = (month: string, lines: string): Promise<void> => writeFile(join(folder, 'orders', `${month}.csv`), header + lines);
const take = (cycle: string, until: string, more: Partial<SnapshotRequest> = {}): Promise<Snapshot> => takeSnapshot(warehouse, {
  shop, folder: { shop: 'test', cycle }, layer: 'snapshot', tables: ['order_lines'], mark: 'first', data: folder, until: `${until}T00:00:00Z`, ...more,
});
const orders = async ({ relations }: Snapshot, relation = 'snapshot.order_lines'): Promise<unknown[]> => {
  await using session = await warehouse.open(relations);
  return (await session.rows(`select order_id from ${relation}`)).map((row) => row['order_id']);
};
const file = (cycle: string, month: string): string => join(folder, 'lake', 'test', cycle, 'snapshot', 'order_lines', `${month}.parquet`);
const inode = async (path: string): Promise<number> => (await stat(path)).ino;

describe('a partitioned source', () => {
  test('gives one file a partition, in the order of the files and their lines, with the same bytes again', async () => {
    await give('2026-01', 'o2,1,c1,2026-01-05,tea,1,2\no1,1,c1,2026-01-04,tea,1,2\n');
    await give('2026-02', 'o3,1,c1,2026-02-05,tea,1,2\n');
    const first = await take('2026-W09', '2026-03-01');
    expect(await orders(first)).toEqual(['o2', 'o1', 'o3']);
    expect((await take('2026-W10', '2026-03-01')).relations['snapshot.order_lines']!.fingerprint).toBe(first.relations['snapshot.order_lines']!.fingerprint);
  });

  test('quarantines a line whose key an earlier file has, and only that', async () => {
    await give('2026-01', 'o1,1,c1,2026-01-04,tea,1,2\n');
    await give('2026-02', 'o1,1,c1,2026-01-04,tea,1,2\no2,1,c1,2026-02-05,tea,1,2\n');
    await give('2026-03', 'o2,1,c1,2026-02-05,tea,1,2\no3,1,c1,2026-03-01,tea,1,2\n');
    const snapshot = await take('2026-W12', '2026-03-20');
    expect(await orders(snapshot)).toEqual(['o1', 'o2', 'o3']);
    expect(snapshot.tallies).toEqual([{ table: 'order_lines', read: 5, kept: 3, quarantined: 2, reasons: [{ reason: 'duplicate of an earlier line', rows: 2 }] }]);
  });

  test('names what a typed reader refuses, with the line as it stands in the file', async () => {
    await give('2026-01', 'o1,1,c1,no day,tea,1,2\no2,1,c1,2026-01-04,tea,many,2\no3,1,c1,2026-01-04,tea,1,2\n');
    const { tallies, relations } = await take('2026-W09', '2026-03-01');
    expect(tallies[0]!.reasons).toEqual([{ reason: 'ordered_at is not a timestamp', rows: 1 }, { reason: 'quantity is not a number', rows: 1 }]);
    await using session = await warehouse.open(relations);
    expect(await session.rows('select source_file, source_line, line from snapshot.quarantine')).toEqual([
      { source_file: 'orders/2026-01.csv', source_line: 2, line: 'o1,1,c1,no day,tea,1,2' }, { source_file: 'orders/2026-01.csv', source_line: 3, line: 'o2,1,c1,2026-01-04,tea,many,2' },
    ]);
  });

  test('is read again only where a file changed, or held lines that were too late for the cycle before', async () => {
    await give('2026-01', 'o1,1,c1,2026-01-04,tea,1,2\no1,1,c1,2026-01-04,tea,1,2\n');
    await give('2026-02', 'o2,1,c1,2026-02-05,tea,1,2\no3,1,c1,2026-02-27,tea,1,2\n');
    const before = await take('2026-W08', '2026-02-20');
    expect(await orders(before)).toEqual(['o1', 'o2']);
    await give('2026-03', 'o4,1,c1,2026-03-02,tea,1,2\n');
    const next = { previousCycle: '2026-W08' };
    const after = await take('2026-W10', '2026-03-08', next);
    expect(await orders(after)).toEqual(['o1', 'o2', 'o3', 'o4']);
    expect(await inode(file('2026-W10', '2026-01'))).toBe(await inode(file('2026-W08', '2026-01')));
    expect(after.tallies[0]).toMatchObject({ read: 5, kept: 4, quarantined: 1 });

    await give('2026-01', 'o1,1,c1,2026-01-04,tea,1,3\n');
    await utimes(join(folder, 'orders', '2026-01.csv'), 1, 1);
    expect((await take('2026-W11', '2026-03-08', next)).tallies[0]).toMatchObject({ read: 4, kept: 4, quarantined: 0 });
  });

  test('gives outcomes only from partitions that may hold later lines, and knows a copy of an order that the snapshot has', async () => {
    await give('2026-01', 'o1,1,c1,2026-01-04,tea,1,2\n');
    await give('2026-02', 'o2,1,c1,2026-02-05,tea,1,2\no3,1,c1,2026-02-27,tea,1,2\n');
    await take('2026-W08', '2026-02-20');
    await give('2026-03', 'o1,1,c1,2026-03-02,tea,1,2\no4,1,c1,2026-03-02,tea,1,2\n');
    const outcomes = await take('2026-W08', '2026-03-08', { layer: 'outcomes', from: '2026-02-20T00:00:00Z' });
    expect(await orders(outcomes, 'outcomes.order_lines')).toEqual(['o3', 'o4']);
    expect(outcomes.tallies[0]).toMatchObject({ read: 4, quarantined: 1 });
  });

  test('of which no file is there stops the cycle with the pattern', async () => {
    await expect(take('2026-W09', '2026-03-01')).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE', message: expect.stringContaining('orders/*.csv') as unknown });
  });
});
