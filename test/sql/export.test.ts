import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprintOfFile } from '../../gateways/warehouse/fingerprint.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { sealParts } from '../../gateways/warehouse/seal-parts.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { exportRelation, type ExportFormat } from '../../scripts/export/export-relation.ts';

const cycle = { shop: 'tea', cycle: '2026-W10' };
let folder: string;
let warehouse: Warehouse;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clientele-export-'));
  warehouse = await openWarehouse({ lake: join(folder, 'lake') });
  await using session = await warehouse.open({}, {}, undefined, 1);
  await session.materialise(cycle, {
    name: 'features.profiles', external: 'test', sql: `-- grain: customer_id
      select * from (values
        ('c1', '=cmd|''/c calc''!A1', 12.5::decimal(18, 4), 9007199254740991::bigint, true, date '1990-03-02', timestamp '2026-02-01 10:00:00', -0.5::double),
        ('c2', 'Müller, "the" one', null, null, null, null, null, null),
        ('c3', '+49 89', 0, -3, false, date '2001-01-01', timestamp '2026-02-01 23:59:59.5', 1e300)
      ) as rows(customer_id, name, spend, orders, loyal, born, seen, tone)`,
  });
  const parts = [];
  for (const [part, from] of [['2026-01', 0], ['2026-02', 12_000]] as const) parts.push(await session.writePart(cycle, { name: 'snapshot.events', part, sql: `select i as event_id, 'view' as kind from range(${from}, ${from} + 12000) as events(i)`, origin: {} }));
  await sealParts(warehouse.lake, cycle, { name: 'snapshot.events', parts, recipe: 'test', inputs: [], parameters: {}, external: 'test', seconds: 0 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = async (relation: string, format: ExportFormat): Promise<{ readonly file: string; readonly rows: number; readonly bytes: number }> => {
  const file = join(folder, 'out', `${relation}.${format}`);
  return { file, ...(await exportRelation(warehouse, { ...cycle, relation, format, out: file })) };
};

describe('a relation goes out', () => {
  test('as Parquet, the very bytes of the lake', async () => {
    const { file, rows, bytes } = await write('features.profiles', 'parquet');
    const lake = join(warehouse.lake, 'tea/2026-W10/features/profiles.parquet');
    expect(await fingerprintOfFile(file)).toBe(await fingerprintOfFile(lake));
    expect({ rows, bytes }).toEqual({ rows: 3, bytes: (await readFile(lake)).length });
  });

  test('as one Parquet file where the lake has several', async () => {
    const { file } = await write('snapshot.events', 'parquet');
    await using session = await warehouse.open({});
    expect(await session.rows(`select count(*) as rows, sum(event_id) as total from read_parquet('${file}')`)).toEqual([{ rows: 24_000, total: 23_999 * 12_000 }]);
    expect((await session.rows<{ event_id: number }>(`select event_id from read_parquet('${file}') limit 3`)).map((row) => row.event_id)).toEqual([0, 1, 2]);
  });

  test('as an Arrow file with types, in the order of the relation', async () => {
    const { file } = await write('features.profiles', 'arrow');
    const bytes = await readFile(file);
    // The file format begins and ends with its name; a stream does not.
    expect([bytes.subarray(0, 6).toString(), bytes.subarray(-6).toString()]).toEqual(['ARROW1', 'ARROW1']);
    const table = tableFromIPC(bytes);
    expect(table.schema.fields.map(({ name, type }) => `${name} ${String(type)}`)).toEqual(['customer_id Utf8', 'name Utf8', 'spend Float64', 'orders Int64', 'loyal Bool', 'born Date32<DAY>', 'seen Timestamp<MILLISECOND>', 'tone Float64']);
    expect(table.toArray().map((row) => (row as { toJSON(): object }).toJSON())).toMatchObject([
      { customer_id: 'c1', name: "=cmd|'/c calc'!A1", spend: 12.5, orders: 9007199254740991n, loyal: true, tone: -0.5 },
      { customer_id: 'c2', spend: null, orders: null, loyal: null, born: null, seen: null, tone: null },
      { customer_id: 'c3', spend: 0, orders: -3n, loyal: false, tone: 1e300 },
    ]);
    expect(tableFromIPC(await readFile((await write('snapshot.events', 'arrow')).file)).getChild('event_id')!.get(23_999)).toBe(23_999n);
  });

  test('as CSV, where no cell is a formula and numbers stay numbers', async () => {
    const { file } = await write('features.profiles', 'csv');
    expect(await readFile(file, 'utf8')).toBe([
      'customer_id,name,spend,orders,loyal,born,seen,tone',
      "c1,'=cmd|'/c calc'!A1,12.5,9007199254740991,true,1990-03-02,2026-02-01T10:00:00.000Z,-0.5",
      'c2,"Müller, ""the"" one",,,,,,',
      "c3,'+49 89,0,-3,false,2001-01-01,2026-02-01T23:59:59.500Z,1e+300",
      '',
    ].join('\r\n'));
  });

  test('or not at all: what is missing is named, and no half file is left', async () => {
    const out = join(folder, 'none', 'x.csv');
    await expect(exportRelation(warehouse, { ...cycle, relation: 'features.nothing', format: 'csv', out })).rejects.toMatchObject({ code: 'COMMAND_INVALID', message: expect.stringContaining('features.profiles, snapshot.events') as unknown });
    await expect(exportRelation(warehouse, { shop: 'tea', cycle: '2026-W11', relation: 'features.profiles', format: 'csv', out })).rejects.toMatchObject({ code: 'CYCLE_NOT_FOUND', message: expect.stringContaining('2026-W10') as unknown });
    await expect(exportRelation(warehouse, { shop: '../lake/tea', cycle: '2026-W10', relation: 'features.profiles', format: 'csv', out })).rejects.toMatchObject({ code: 'CYCLE_NOT_FOUND' });
    expect(await readdir(folder)).not.toContain('none');
  });
});
