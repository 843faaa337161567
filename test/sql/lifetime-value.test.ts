import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { estimateLifetimeValue } from '../../activities/profile/lifetime-value.ts';
import { BgNbd } from '../../algorithms/lifetime-value/bg-nbd.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

const folder = { shop: 'tea', cycle: '2026-W10', asOf: '2026-03-02T00:00:00Z' };

/** Some hundred customers whose days and baskets follow from a hash of their number. */
const made = `
  with purchases as (
    select 'c' || lpad(i::varchar, 3, '0') as customer_id, i, n, hash(i, n) as h
    from range(300) customers(i), range(8) purchases(n) where n <= hash(i) % 8
  )
  select
    customer_id, 'o' || i || '-' || n as order_id, timestamp '2025-06-01 09:00:00' + interval 1 day * (hash(i, 'first') % 60 + n * (h % 30)) as ordered_at,
    false as is_return, (10 + h % 40 + i % 20)::decimal(18, 4) as revenue
  from purchases`;

type Row = { customer_id: string; frequency: number; recency_weeks: number; age_weeks: number; p_alive: number | null; expected_purchases_90d: number | null; expected_value_90d: number | null; clv_1y: number | null };

describe('features.lifetime_value', () => {
  test('has every customer who bought, in order, with what the fitted models expect', () => withOrders(made, async (session) => {
    const { relations, figures } = await estimateLifetimeValue(session, folder);
    const rows = await session.rows<Row>('from features.lifetime_value');
    expect(rows.length).toBe(300);
    expect(rows.map((row) => row.customer_id)).toEqual(rows.map((row) => row.customer_id).toSorted());
    const model = Object.fromEntries((await session.rows<{ parameter: string; value: number }>('from features.lifetime_value_model')).map(({ parameter, value }) => [parameter, value]));
    const again = BgNbd.of({ r: model['r']!, alpha: model['alpha']!, a: model['a']!, b: model['b']! });
    for (const row of rows.slice(0, 20)) {
      const history = { frequency: Float64Array.of(row.frequency), recency: Float64Array.of(row.recency_weeks), age: Float64Array.of(row.age_weeks) };
      expect(row.p_alive).toBeCloseTo(again.probabilityAlive(history)[0]!, 9);
      expect(row.expected_purchases_90d).toBeCloseTo(again.expectedPurchases(90 / 7, history)[0]!, 9);
      // The next year holds the next 90 days, and some discount.
      expect(row.clv_1y!).toBeGreaterThan(row.expected_value_90d! * 0.9);
    }
    expect(relations['features.lifetime_value']!.rows).toBe(300);
    expect(figures.find(({ label }) => label === 'still customers')!.value).toBe(Math.round(rows.reduce((sum, row) => sum + row.p_alive!, 0)));
  }));

  test('counts a day once, returns not at all, and time in weeks until as_of', () => withOrders(`
    ${made} where i > 0 union all by name
    select unnest(['o-a', 'o-b', 'o-c', 'o-d', 'o-r']) as order_id, 'b1' as customer_id, unnest([timestamp '2026-01-05 23:00:00', timestamp '2026-01-19 08:00:00', timestamp '2026-01-19 21:00:00', timestamp '2026-02-02', timestamp '2026-02-20']) as ordered_at,
      unnest([false, false, false, false, true]) as is_return, 20::decimal(18, 4) as revenue`, async (session) => {
    await estimateLifetimeValue(session, folder);
    const [row] = await session.rows<Row>("from features.lifetime_value where customer_id = 'b1'");
    expect(row).toMatchObject({ frequency: 2, recency_weeks: 4, age_weeks: 8 });
  }));

  test('says nothing of the future where nobody bought again', () => withOrders("select 'c' || i as customer_id, 'o' || i as order_id, timestamp '2026-01-05' as ordered_at, false as is_return, 20::decimal(18, 4) as revenue from range(5) t(i)", async (session) => {
    const { figures } = await estimateLifetimeValue(session, folder);
    for (const row of await session.rows<Row>('from features.lifetime_value')) expect(row).toMatchObject({ frequency: 0, age_weeks: 8, p_alive: null, expected_purchases_90d: null, clv_1y: null });
    expect(await session.rows('from features.lifetime_value_model')).toEqual([]);
    expect(figures.map(({ value }) => value)).toEqual(Array.from({ length: 3 }, () => 'nobody bought again'));
  }));

  test('is not computed again from the same orders, and has the same bytes from them in another lake', async () => {
    const prints = await Promise.all([1, 2].map(() => withOrders(made, async (session) => {
      const { relations } = await estimateLifetimeValue(session, folder);
      expect((await estimateLifetimeValue(session, folder)).relations).toEqual(relations);
      return relations;
    })));
    expect(prints[0]).toEqual(prints[1]);
  });

  test('finds the published parameters in CDNOW, 39 weeks', (context) => {
    const file = fileURLToPath(new URL('../../../shared/datasets/cdnow/CDNOW_sample.txt', import.meta.url));
    if (!existsSync(file)) return context.skip('the CDNOW data set is not present on this machine');
    return withOrders(`
      with lines as (select string_split_regex(trim(unnest(string_split(trim(content), chr(10)))), '\\s+') as words from read_text('${file}'))
      select words[2] as customer_id, 'o' || row_number() over () as order_id, strptime(words[3], '%Y%m%d') as ordered_at, false as is_return, words[5]::decimal(18, 4) as revenue
      from lines where words[3] <= '19970930'`, async (session) => {
      await estimateLifetimeValue(session, { ...folder, asOf: '1997-09-30T00:00:00Z' });
      const model = Object.fromEntries((await session.rows<{ parameter: string; value: number }>('from features.lifetime_value_model')).map(({ parameter, value }) => [parameter, value]));
      // Fader, Hardie and Lee 2005; Fader and Hardie, note 025
      for (const [name, figure] of [['r', 0.243], ['alpha', 4.414], ['a', 0.793], ['b', 2.426]] as const) expect(model[name]).toBeCloseTo(figure, 3);
      for (const [name, figure] of [['p', 6.25], ['q', 3.74], ['v', 15.44]] as const) expect(model[name]).toBeCloseTo(figure, 2);
    });
  });
});

/** A session that has been handed `features.orders`, made by a select. */
async function withOrders<T>(sql: string, work: (session: WarehouseSession) => Promise<T>): Promise<T> {
  const lake = await mkdtemp(join(tmpdir(), 'clientele-lifetime-'));
  try {
    const warehouse = await openWarehouse({ lake });
    await using session = await warehouse.open({});
    await session.materialise(folder, { name: 'features.orders', sql: `-- grain: customer_id, ordered_at, order_id\n${sql}`, inputs: [] });
    return await work(session);
  } finally {
    await rm(lake, { recursive: true, force: true });
  }
}
