import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { productsInStock } from '../../activities/campaign/products-in-stock.ts';
import { readDailySeries } from '../../activities/forecast/daily-series.ts';
import { knownMarks } from '../../activities/forecast/known-marks.ts';
import { makeForecasts } from '../../activities/forecast/make-forecasts.ts';
import { planDeliveries } from '../../activities/forecast/plan-deliveries.ts';
import { readDemand } from '../../activities/forecast/read-demand.ts';
import { byWeek, protectedDemand, sumForecasts } from '../../activities/forecast/sum-forecasts.ts';
import { SeededRandom } from '../../algorithms/random/seeded-random.ts';
import { forecastSettings } from '../../gateways/shop-folder/forecast-settings.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { giveRows, rowsOf, withSession, type GivenRows } from './support/run-relation.ts';

const asOf = '2026-11-23T00:00:00.000Z';
const parameters = { as_of: asOf, bulk_factor: 50, slow_days: 60, over_days: 120 };
const lineColumns = { product_id: 'varchar', category: 'varchar', customer_id: 'varchar', ordered_at: 'timestamp', quantity: 'decimal(18,3)', is_return: 'boolean' };

const lines = (session: WarehouseSession, rows: GivenRows): Promise<void> =>
  giveRows(session, 'features.order_lines', rows.map((row) => ({ product_id: 'p1', category: 'tea', customer_id: 'c1', ordered_at: '2026-11-20T10:00:00', quantity: 1, is_return: false, ...row })), lineColumns);

describe('demand.daily_sales', () => {
  test('adds up the units of a day; returns and what came later are no demand', () => withSession(parameters, async (session) => {
    await lines(session, [{ quantity: 2 }, { quantity: 3 }, { quantity: 1, ordered_at: '2026-11-21T09:00:00' }, { quantity: 4, is_return: true }, { quantity: 5, ordered_at: '2026-11-23T00:00:00' }]);
    expect(await rowsOf(session, 'demand.daily_sales', 'product_id, day::varchar as day, units', 'day')).toEqual([{ product_id: 'p1', day: '2026-11-20', units: 5 }, { product_id: 'p1', day: '2026-11-21', units: 1 }]);
  }));

  test('a line of a thousand where one is usual counts as one', () => withSession(parameters, async (session) => {
    await lines(session, [{}, {}, { quantity: 1000 }, { quantity: 40, ordered_at: '2026-11-21T09:00:00' }]);
    expect(await rowsOf(session, 'demand.daily_sales', 'units', 'day')).toEqual([{ units: 3 }, { units: 40 }]);
  }));
});

test('demand.region_sales go by the customer’s region, or the city, or nothing known', () => withSession(parameters, async (session) => {
  await lines(session, [{ customer_id: 'c1' }, { customer_id: 'c2', quantity: 2 }, { customer_id: 'c3', quantity: 3 }, { customer_id: 'nobody', quantity: 4 }]);
  await giveRows(session, 'snapshot.customers', [{ customer_id: 'c1', region: 'Bayern', city: 'Ulm' }, { customer_id: 'c2', city: 'Wien' }, { customer_id: 'c3' }]);
  expect(await rowsOf(session, 'demand.region_sales', 'region, units', 'region')).toEqual([{ region: 'Bayern', units: 1 }, { region: 'Wien', units: 2 }, { region: 'unknown', units: 7 }]);
}));

test('demand.stock says what is out, short, enough, slow, too much and not known', () => withSession(parameters, async (session) => {
  await giveRows(session, 'snapshot.products', [['out', 0], ['short', 5], ['enough', 30], ['slow', 30], ['over', 500], ['unknown', null], ['gone', 0], ['never', 3]].map(([product_id, stock]) => ({ product_id: product_id!, category: 'tea', title: 'T', stock: stock!, unit_cost: 2 })));
  await giveRows(session, 'demand.daily_sales', ['out', 'short', 'enough', 'over', 'unknown'].map((product_id) => ({ product_id, day: '2026-11-20' })).concat([{ product_id: 'slow', day: '2026-06-01' }, { product_id: 'gone', day: '2026-06-01' }]), { product_id: 'varchar', day: 'date' });
  await giveRows(session, 'demand.levels', ['out', 'short', 'enough', 'over', 'unknown'].map((product_id) => ({ product_id, daily: 1, service_level: 0.95, safety_stock: 6, order_up_to: 20.5 })).concat([{ product_id: 'gone', daily: 0, service_level: 0.95, safety_stock: 0, order_up_to: 0 }]), { product_id: 'varchar', daily: 'double', service_level: 'double', safety_stock: 'double', order_up_to: 'double' });
  expect(await rowsOf(session, 'demand.stock', 'product_id, state, to_order, money_tied_up::double as bound', 'product_id')).toEqual([
    { product_id: 'enough', state: 'enough', to_order: 0, bound: 60 }, { product_id: 'gone', state: 'gone', to_order: 0, bound: 0 }, { product_id: 'never', state: 'slow', to_order: 0, bound: 6 },
    { product_id: 'out', state: 'out', to_order: 21, bound: 0 }, { product_id: 'over', state: 'over', to_order: 0, bound: 1000 }, { product_id: 'short', state: 'short', to_order: 16, bound: 10 },
    { product_id: 'slow', state: 'slow', to_order: 0, bound: 60 }, { product_id: 'unknown', state: 'unknown', to_order: 21, bound: null },
  ]);
}));

test('a series begins with the first sale and has its empty days', () => withSession(parameters, async (session) => {
  await giveRows(session, 'demand.daily_sales', [{ product_id: 'a', day: '2026-11-18', units: 2 }, { product_id: 'a', day: '2026-11-21', units: 3 }, { product_id: 'b', day: '2026-11-22', units: 1 }], { product_id: 'varchar', day: 'date', units: 'double' });
  const series = await readDailySeries(session, 'demand.daily_sales', 'product_id', asOf);
  expect(series.map(({ key, units }) => [key, ...units])).toEqual([['a', 2, 0, 0, 3, 0], ['b', 1]]);
}));

describe('holidays and promotions', () => {
  const settings = forecastSettings.parse({ holidays: [{ name: 'feast', dates: ['2026-11-21', '2026-11-24'] }], promotions: [{ name: 'tea week', from: '2026-11-19', to: '2026-11-20', category: 'tea' }, { name: 'later', from: '2026-12-01', to: '2026-12-02' }] });

  it('stand where their days are, behind and ahead; what never was teaches nothing', () => {
    const marks = knownMarks(settings, asOf, 3);
    expect(marks(4, 'tea').map((column) => [...column])).toEqual([[0, 0, 1, 0, 0, 1, 0], [1, 1, 0, 0, 0, 0, 0]]);
    expect(marks(4, 'coffee')).toHaveLength(1);
  });

  it('are refused where a date is none, and where there is more to wait for than is forecast', () => {
    expect(forecastSettings.safeParse({ holidays: [{ name: 'x', dates: ['soon'] }] }).success).toBe(false);
    expect(forecastSettings.safeParse({ weeks: 1 }).error?.issues[0]?.message).toContain('lead_days and review_days');
  });
});

describe('sums of forecasts', () => {
  const one = { points: Float64Array.of(1, 1, 1, 1, 1, 1, 1), errors: Float64Array.of(1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0) };
  const young = { points: Float64Array.of(2, 2, 2, 2, 2, 2, 2), errors: Float64Array.of(-2, 0, 0, 0, 0, 0, 0) };

  it('are the parts together, errors at the same origins too', () => {
    const whole = sumForecasts([one, young], 7, 0.9);
    expect([...whole.points]).toEqual(new Array(7).fill(3));
    expect([...whole.errors]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('of a week have the errors of the week', () => {
    expect([...byWeek(one, 0.9).points]).toEqual([7]);
    expect([...byWeek(one, 0.9).errors]).toEqual([1, 2]);
    expect(protectedDemand(one, 3)).toEqual({ mean: 3, deviation: Math.sqrt(2.5) });
    expect(protectedDemand({ points: one.points, errors: new Float64Array(0) }, 4)).toEqual({ mean: 4, deviation: 2 });
  });
});

/** Two products of a year: one that sells more on Saturdays, one now and then. */
async function makeShop(session: WarehouseSession): Promise<void> {
  const random = new SeededRandom(4);
  const rows: string[] = [];
  for (let ago = 365; ago >= 1; ago--) {
    const day = new Date(Date.parse(asOf) - ago * 86_400_000);
    const sold = Math.max(0, Math.round(20 + (day.getUTCDay() === 6 ? 15 : 0) + 3 * random.normal()));
    rows.push(`('steady', 'tea', 'c1', timestamp '${day.toISOString().slice(0, 10)} 10:00:00', ${sold}, false)`);
    if (random.uniform() < 0.15) rows.push(`('rare', 'tea', 'c2', timestamp '${day.toISOString().slice(0, 10)} 11:00:00', 2, false)`);
  }
  await session.run('create schema if not exists given');
  await session.run(`create table given.lines as select * from (values ${rows.join(', ')}) as t(product_id, category, customer_id, ordered_at, quantity, is_return)`);
}

test('a shop’s forecast: Saturdays come again, parts add up, levels hold the promise, the same again is the same bytes', async () => {
  const lake = await mkdtemp(join(tmpdir(), 'clientele-demand-'));
  try {
    const warehouse = await openWarehouse({ lake });
    const folder = { shop: 'made', cycle: '2026-W48' };
    await using session = await warehouse.open({});
    await makeShop(session);
    const give = (name: string, sql: string) => session.materialise(folder, { name, sql, external: 'given' });
    await give('features.order_lines', 'select * from given.lines');
    await give('snapshot.customers', "select * from (values ('c1', 'North', null::varchar, null::varchar), ('c2', 'South', null, null)) as t(customer_id, region, city, country)");
    await give('snapshot.products', "select * from (values ('steady', 'Steady', 'tea', 10.0, 4.0, 100), ('rare', 'Rare', 'tea', 20.0, 8.0, 900)) as t(product_id, title, category, price, unit_cost, stock)");
    const settings = forecastSettings.parse({ service_level: 'newsvendor' });
    const relations = await makeForecasts(session, { folder, asOf, settings, threads: 1 });

    const days = await session.rows<{ weekday: number; forecast: number; lower: number; upper: number }>("select dayofweek(day) as weekday, forecast, lower, upper from demand.product_days where product_id = 'steady' order by day");
    expect(days).toHaveLength(28);
    for (const { weekday, forecast, lower, upper } of days) {
      expect(Math.abs(forecast - (weekday === 6 ? 35 : 20))).toBeLessThan(3);
      expect(lower).toBeLessThan(forecast);
      expect(upper).toBeGreaterThan(forecast);
    }
    const [apart] = await session.rows<{ off: number }>('select max(abs(category.forecast - parts.forecast)) as off from demand.category_days as category join (select day, sum(forecast) as forecast from demand.product_days group by day) as parts using (day)');
    expect(apart!.off).toBeLessThan(1e-9);
    const [weeks] = await session.rows<{ off: number }>("select max(abs(w.forecast - d.forecast)) as off from demand.product_weeks as w join (select product_id, date_trunc('week', day) as week, sum(forecast) as forecast from demand.product_days group by all) as d using (product_id, week)");
    expect(weeks!.off).toBeLessThan(1e-9);
    expect(await session.rows('select product_id, kind from demand.models order by product_id')).toEqual([{ product_id: 'rare', kind: 'intermittent' }, { product_id: 'steady', kind: 'regular' }]);
    // (10 - 4) / (10 - 4 + 0.2 * 4), and two weeks of about 155
    const [level] = await session.rows<{ service: number; demand: number; upTo: number }>('select service_level as service, protected_demand as demand, order_up_to as "upTo" from demand.levels where product_id = \'steady\'');
    expect(level!.service).toBeCloseTo(6 / 6.8, 12);
    expect(level!.demand).toBeGreaterThan(290);
    expect(level!.upTo).toBeGreaterThan(level!.demand);
    expect(await session.rows('select product_id, state from demand.stock order by product_id')).toEqual([{ product_id: 'rare', state: 'over' }, { product_id: 'steady', state: 'short' }]);

    const { delivery } = await planDeliveries(session, folder, { vehicle_capacity: 100, depots: [{ name: 'Kassel', latitude: 51.3, longitude: 9.5 }], regions: [{ region: 'North', latitude: 53.5, longitude: 10 }] });
    expect(delivery).toMatchObject({ routes: 2, regionsLeftOut: ['South'] });
    expect((await readDemand({ has: (name) => relations[name] !== undefined || name === 'demand.deliveries', rows: (sql) => session.rows(sql) }, 'rare'))).toMatchObject({ order: [{ productId: 'steady' }], clear: [{ productId: 'rare', state: 'over' }], deliveries: [{ depot: 'Kassel' }, { depot: 'Kassel' }] });

    const again = await mkdtemp(join(tmpdir(), 'clientele-demand-again-'));
    try {
      const other = await openWarehouse({ lake: again });
      await using second = await other.open({});
      await makeShop(second);
      for (const name of ['features.order_lines', 'snapshot.customers', 'snapshot.products']) await second.materialise(folder, { name, sql: `select * from read_parquet('${join(lake, 'made/2026-W48', name.replace('.', '/'))}.parquet')`, external: 'given' });
      const twice = await makeForecasts(second, { folder, asOf, settings, threads: 2 });
      for (const name of ['demand.product_days', 'demand.levels', 'demand.stock']) expect(await second.rows(`select * from ${name}`)).toEqual(await session.rows(`select * from ${name}`));
      expect(Object.keys(twice).sort()).toEqual(Object.keys(relations).sort());
    } finally {
      await rm(again, { recursive: true, force: true });
    }
  } finally {
    await rm(lake, { recursive: true, force: true });
  }
});

describe('letters that follow the stock', () => {
  const given = async (session: WarehouseSession): Promise<void> => {
    await giveRows(session, 'features.favourite_products', ['a', 'b', 'c'].map((product_id, place) => ({ customer_id: 'c1', rank: place + 1, product_id, title: product_id.toUpperCase(), times: 3 - place })).concat([{ customer_id: 'c2', rank: 1, product_id: 'b', title: 'B', times: 1 }]), { customer_id: 'varchar', rank: 'integer', product_id: 'varchar', title: 'varchar', times: 'integer' });
    await giveRows(session, 'features.interests', [{ customer_id: 'c1', rank: 1, category: 'tea' }, { customer_id: 'c2', rank: 1, category: 'books' }], { customer_id: 'varchar', rank: 'integer', category: 'varchar' });
    await giveRows(session, 'snapshot.products', [{ product_id: 'a', stock: 0 }, { product_id: 'b', stock: 5 }, { product_id: 'c' }, { product_id: 'old', stock: 90 }]);
  };

  test('leave out what is gone, keep what is there or not counted, and end with what is to be cleared in the favourite category', () => withSession(parameters, async (session) => {
    await given(session);
    await giveRows(session, 'plan.clearance', [{ product_id: 'old', title: 'Old tea', category: 'tea', money_tied_up: 9 }], { product_id: 'varchar', title: 'varchar', category: 'varchar', money_tied_up: 'double' });
    expect(await rowsOf(session, 'plan.products', 'customer_id, rank, title, is_cleared', 'customer_id, rank')).toEqual([
      { customer_id: 'c1', rank: 1, title: 'B', is_cleared: false }, { customer_id: 'c1', rank: 2, title: 'C', is_cleared: false }, { customer_id: 'c1', rank: 3, title: 'Old tea', is_cleared: true },
      { customer_id: 'c2', rank: 1, title: 'B', is_cleared: false },
    ]);
  }));

  it('clear what the latest forecast up to the cycle says, and nothing before there is one; the first look of a cycle holds', async () => {
    const lake = await mkdtemp(join(tmpdir(), 'clientele-clear-'));
    try {
      const warehouse = await openWarehouse({ lake });
      await using session = await warehouse.open({});
      const shown = async (cycle: string): Promise<readonly string[]> => {
        await using plan = await warehouse.open({});
        for (const relation of ['features.favourite_products', 'features.interests', 'snapshot.products']) {
          await plan.materialise({ shop: 'made', cycle: '2026-W01' }, { name: relation, external: 'given', sql: relation === 'features.interests' ? "select 'c1' as customer_id, 1 as rank, 'tea' as category" : relation === 'snapshot.products' ? "select 'a' as product_id, 4 as stock" : "select 'c1' as customer_id, 1 as rank, 'a' as product_id, 'A' as title, 2 as times" });
        }
        await productsInStock(plan, warehouse, { shop: 'made', cycle });
        return await plan.texts('select title from plan.products order by rank');
      };
      const forecast = (cycle: string, product: string) => session.materialise({ shop: 'made', cycle }, { name: 'demand.stock', external: product, sql: `select '${product}' as product_id, '${product}' as title, 'tea' as category, 'over' as state, 10 as stock, 5.0 as money_tied_up` });
      expect(await shown('2026-W47')).toEqual(['A']);
      await forecast('2026-W47', 'early');
      expect(await shown('2026-W47')).toEqual(['A']);
      expect(await shown('2026-W48')).toEqual(['A', 'early']);
      await forecast('2026-W49', 'late');
      expect(await shown('2026-W48')).toEqual(['A', 'early']);
      expect(await shown('2026-W50')).toEqual(['A', 'late']);
    } finally {
      await rm(lake, { recursive: true, force: true });
    }
  });
});
