import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reuseSegmentation } from '../../activities/analyse/reuse-segmentation.ts';
import { chooseFeatures, writeChoice } from '../../activities/preprocess/choose-features.ts';
import { readMatrixColumns } from '../../activities/preprocess/column-units.ts';
import { prepareMatrix } from '../../activities/preprocess/prepare-matrix.ts';
import { selectFeatures } from '../../activities/preprocess/select-features.ts';
import { hashOfRelation, relationUri } from '../../gateways/warehouse/relation-file.ts';
import { shopSettingsSchema, type ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { Cell, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

const shop = 'demo';
const customers = 1200;

let lake: string;
let warehouse: Warehouse;
beforeAll(async () => {
  lake = await mkdtemp(join(tmpdir(), 'clientele-preprocess-'));
  warehouse = await openWarehouse({ lake });
});
afterAll(() => rm(lake, { recursive: true, force: true }));

const draw = (name: string, key = 'i'): string => `((md5_number_lower('${name}:' || ${key}) % 1000000)::double / 1000000)`;
/** Customers with a skewed column, one around 0, one with gaps, a loyal few, and two that say nothing. */
const columns = `
  'c' || lpad(i::varchar, 5, '0') as customer_id, floor(exp(4 * ${draw('frequency')})) as frequency, 60 * (${draw('monetary')} + ${draw('more')} - 0.8) as monetary,
  case when i % 5 > 0 then round(90 * ${draw('gap')} ** 3) end as gap_mean_days, ${draw('visits')} + (i % 40 = 0)::int * 30 as sessions_30d, 7.0::double as evening_share, null::double as views_30d,
  0.98 * floor(exp(4 * ${draw('frequency')})) + ${draw('twin')} as distinct_products`;

function settingsOf(preprocess: object): ShopSettings {
  return shopSettingsSchema.parse({
    name: 'Elm', time_zone: 'UTC', currency: 'EUR', sender: { name: 'Elm', address: 'elm@elm.example', postal_address: 'Elm 1' }, marketers: ['mara@elm.example'], data: 'data',
    preprocess: { feature_sets: [['frequency', 'monetary', 'gap_mean_days', 'sessions_30d', 'evening_share', 'views_30d'], ['frequency', 'monetary']], ...preprocess },
    campaign: { budget: 1, offers: [{ name: 'Ten', kind: 'percentage', value: 10, expected_cost: 1 }], arms: [{ name: 'A', letter: 'a', subject: 'Hello' }] },
  });
}

async function give(session: WarehouseSession, cycle: string, name: string, sql: string): Promise<void> {
  await session.materialise({ shop, cycle }, { name, sql, inputs: [] });
}

async function prepared(cycle: string, preprocess: object): Promise<{ session: WarehouseSession; figures: Awaited<ReturnType<typeof prepareMatrix>> }> {
  const settings = settingsOf(preprocess);
  const session = await warehouse.open({});
  await give(session, cycle, 'features.customers', `-- grain: customer_id\nselect ${columns} from range(${customers}) as t(i)`);
  return { session, figures: await prepareMatrix(session, { shop, cycle }, { features: settings.preprocess.feature_sets[0]!, featureSet: 0 }, settings.preprocess, settings.seed) };
}

describe('the matrix', () => {
  test('is filled with medians, clipped at three interquartile ranges and standardised where a shop says nothing', async () => {
    const { session, figures } = await prepared('2026-W01', {});
    await using _ = session;
    // The same in SQL, by DuckDB's own median and quantiles.
    const [off] = await session.rows<{ off: number; customers: number }>(`
      with filled as (select customer_id, coalesce(gap_mean_days, (select median(gap_mean_days) from features.customers)) as gap from features.customers),
      quartiles as (select quantile_cont(gap, 0.25) as low, quantile_cont(gap, 0.75) as high from filled),
      bounded as (select customer_id, least(greatest(gap, low - 3 * (high - low)), high + 3 * (high - low)) as gap from filled cross join quartiles),
      expected as (select customer_id, (gap - (select avg(gap) from bounded)) / (select stddev_pop(gap) from bounded) as z from bounded)
      select max(abs(z - gap_mean_days)) as off, count(*) as customers from expected inner join features.matrix using (customer_id)`);
    expect(off!.customers).toBe(customers);
    expect(off!.off).toBeLessThan(1e-9);
    expect(figures.imputed).toBe(customers / 5);
    expect(await session.rows('select feature, used, why from features.preprocessing where not used order by feature')).toEqual([
      { feature: 'evening_share', used: false, why: 'every customer has the same' }, { feature: 'views_30d', used: false, why: 'no customer has it' },
    ]);
    expect([...(await session.describe('from features.matrix')).keys()]).toEqual(['customer_id', 'in_fit', 'frequency', 'monetary', 'gap_mean_days', 'sessions_30d']);
  });

  test.each([
    ['standard', {}], ['min_max', {}], ['robust', { outliers: { method: 'robust_z' } }], ['log1p', { missing_default: 'mean' }], ['yeo_johnson', { outliers: { method: 'z_score', action: 'drop' } }],
    ['by_skew', { missing_indicators: true }], ['by_skew', { outliers: { method: 'isolation_forest', contamination: 0.05 } }], ['standard', { outliers: { action: 'flag' } }], ['min_max', { missing_default: 'constant', missing_constant: -1 }],
  ] as const)('scaled %s brings a later cycle into the same units (%j)', async (scaling, more) => {
    const { session } = await prepared('2026-W02', { scaling_default: scaling, ...more });
    await using _ = session;
    const units = await readMatrixColumns(session, 'features.preprocessing');
    const names = [...(await session.describe('from features.matrix')).keys()].filter((name) => name !== 'customer_id' && name !== 'in_fit').sort();
    expect(units.map(({ name }) => name)).toEqual(names);
    for (const { name, source, of } of units) {
      const { values } = await session.matrix(`select customers.${source} as given, matrix.${name} as made from features.customers inner join features.matrix using (customer_id) order by customer_id`);
      for (let row = 0; row < customers; row++) expect(of(values[row * 2]!)).toBe(values[row * 2 + 1]);
    }
  });

  test('of a cycle before transforms were known is read as it was', async () => {
    await using session = await warehouse.open({});
    await give(session, '2026-W08', 'features.preprocessing', "-- grain: feature\nselect 'frequency' as feature, true as used, 2.0::double as fill, 0.0::double as lower, 10.0::double as upper, 4.0::double as mean, 2.0::double as scale union all select 'web_share', false, 0, 0, 0, 0, 1");
    const [column, ...more] = await readMatrixColumns(session, 'features.preprocessing');
    expect([more, column!.name, column!.of(Number.NaN), column!.of(6), column!.of(99), column!.of(-99)]).toEqual([[], 'frequency', -1, 1, 3, -2]);
  });

  test("lets a later cycle use last cycle's segments again, whatever its scales and marks", async () => {
    const { session } = await prepared('2026-W09', { scaling_default: 'by_skew', missing_indicators: true });
    await using _ = session;
    const [preprocessing, given] = [await warehouse.find({ shop, cycle: '2026-W09' }, 'features.preprocessing'), await warehouse.find({ shop, cycle: '2026-W09' }, 'features.customers')];
    await using later = await warehouse.open({ 'previous.preprocessing': preprocessing!, 'features.customers': given! });
    // Two customers are the centres of two segments.
    await later.run('create table previous.centres (segment integer, feature varchar, centre double)');
    for (const [segment, customer] of ['c00001', 'c00005'].entries()) {
      const [row] = await session.rows<Record<string, number>>(`select * exclude (customer_id, in_fit) from features.matrix where customer_id = '${customer}'`);
      for (const [feature, centre] of Object.entries(row!)) await later.run(`insert into previous.centres values (${segment}, '${feature}', ${centre})`);
    }
    await later.run('create table previous.k_curve as select 0.5::double as silhouette, 0.9::double as stability, true as chosen');
    const reused = await reuseSegmentation(later);
    expect(reused.features).toContain('gap_mean_days_missing');
    for (const [segment, customer] of ['c00001', 'c00005'].entries()) {
      const place = reused.customers.indexOf(customer);
      expect(reused.segments[place]).toBe(segment);
      expect(reused.distances[place]).toBeLessThan(1e-5);
    }
    expect(Math.min(...Array.from(reused.distances))).toBeLessThan(Math.max(...Array.from(reused.distances)));
  });

  test('says who had no value, flags who is far out, and keeps them out of the fit, each where asked', async () => {
    const { session: marked } = await prepared('2026-W03', { missing_indicators: true });
    await using _ = marked;
    const [marks] = await marked.rows<Record<string, Cell>>('select count(distinct gap_mean_days_missing) as kinds, count_if(gap_mean_days_missing > 0) as marked, round(avg(gap_mean_days_missing::decimal(18, 9)), 6)::double as mean from features.matrix');
    expect(marks).toEqual({ kinds: 2, marked: customers / 5, mean: 0 });

    const { session: flagged, figures } = await prepared('2026-W04', { outliers: { action: 'flag' } });
    await using __ = flagged;
    expect(await flagged.rows('select count(*) as listed, count_if(customer_id in (select customer_id from features.customers where sessions_30d > 20)) as far from features.outliers')).toEqual([{ listed: figures.outlying, far: customers / 40 }]);
    expect((await flagged.rows<{ most: number }>('select max(sessions_30d) as most from features.matrix'))[0]!.most).toBeGreaterThan(5);

    const { session: dropped, figures: left } = await prepared('2026-W05', { outliers: { action: 'drop' } });
    await using ___ = dropped;
    expect(await dropped.rows('select count_if(not in_fit) as out, count_if(not in_fit and customer_id in (select customer_id from features.customers where sessions_30d > 20)) as far from features.matrix')).toEqual([{ out: left.dropped, far: customers / 40 }]);
  });

  test('takes the customers most alike for a gap where asked', async () => {
    const { session } = await prepared('2026-W06', { missing: { gap_mean_days: 'knn' } });
    await using _ = session;
    const [filled] = await session.rows<{ kinds: number }>('select count(distinct matrix.gap_mean_days) as kinds from features.matrix inner join features.customers using (customer_id) where customers.gap_mean_days is null');
    expect(filled!.kinds).toBeGreaterThan(50);
  });

  test('refuses a feature that nobody knows', async () => {
    await expect(prepared('2026-W07', { feature_sets: [['frequency', 'shoe_size']] })).rejects.toThrow(/shoe_size/);
  });
});

/** Decisions as the ledger's export gives them. */
const noDecision = "select null::varchar as id, null::varchar as kind, null::varchar as value where false";
const decided = (cycle: string, features: readonly string[]): string => `select '${shop}/${cycle}/feature-list' as id, 'feature_list' as kind, '${JSON.stringify({ features })}' as value`;
const finish = async (cycle: string): Promise<void> => { await mkdir(join(lake, shop, cycle), { recursive: true }); await writeFile(join(lake, shop, cycle, 'manifest.json'), '{}'); };
const changes = (session: WarehouseSession): Promise<Record<string, Cell>[]> => session.rows("select feature, change, why from features.selection where change in ('came', 'went') order by feature");

describe("features.selection of the shop's list", () => {
  async function choose(cycle: string, decisions: string, featureSet = 0): Promise<WarehouseSession> {
    const { session, figures } = await prepared(cycle, {});
    await give(session, cycle, 'snapshot.decisions', decisions);
    const choice = await chooseFeatures(session, settingsOf({}).preprocess.feature_sets, featureSet);
    const matrix = featureSet === 0 && choice.because === 'set 1 of shop.yaml' ? figures : await prepareMatrix(session, { shop, cycle }, { ...choice, featureSet }, settingsOf({}).preprocess, 1);
    await writeChoice(warehouse, session, { shop, cycle }, choice, matrix);
    return session;
  }

  test('names every column, and what went by a decision since the cycle before', async () => {
    await using first = await choose('2026-W10', noDecision);
    expect(await first.rows('select feature, used, change, why, missing_share from features.selection order by feature limit 4')).toEqual([
      { feature: 'distinct_products', used: false, change: null, why: 'not in the list: set 1 of shop.yaml', missing_share: null },
      { feature: 'evening_share', used: false, change: null, why: 'every customer has the same', missing_share: 0 },
      { feature: 'frequency', used: true, change: null, why: 'set 1 of shop.yaml', missing_share: 0 },
      { feature: 'gap_mean_days', used: true, change: null, why: 'set 1 of shop.yaml', missing_share: 0.2 },
    ]);
    await finish('2026-W10');
    await using second = await choose('2026-W11', decided('2026-W10', ['frequency', 'monetary', 'sessions_30d']));
    expect(await changes(second)).toEqual([{ feature: 'gap_mean_days', change: 'went', why: `decision ${shop}/2026-W10/feature-list` }]);
    await finish('2026-W11');
    await using third = await choose('2026-W12', noDecision);
    expect(await changes(third)).toEqual([{ feature: 'gap_mean_days', change: 'came', why: 'set 1 of shop.yaml' }]);
    await using other = await choose('2026-W12', noDecision, 1);
    expect(await changes(other)).toEqual([{ feature: 'sessions_30d', change: 'went', why: 'not in the list: set 2 of shop.yaml' }]);
  });
});

describe('features.selection by the data', () => {
  beforeAll(() => rm(join(lake, shop), { recursive: true }));
  const settings = settingsOf({ selection: { mode: 'dynamic', minimum_features: 2, maximum_features: 3 } });
  const buys = (key: string, weights: string): string => `${draw('buys', key)} < 1 / (1 + exp(2 - ${weights}))`;

  /** A cycle in which visits tell who bought in the horizon, and after which the middle of the gaps told who converted. */
  async function choose(cycle: string, decisions: string): Promise<WarehouseSession> {
    const asOf = '2026-11-30T00:00:00Z';
    const session = await warehouse.open({});
    const sql = `-- grain: customer_id\nselect ${columns.replace('+ (i % 40 = 0)::int * 30', '')} from range(${customers}) as t(i)`;
    await give(session, cycle, 'features.customers', sql);
    await give(session, cycle, 'features.customers_earlier', sql);
    await give(session, cycle, 'features.orders', `-- grain: customer_id\nselect customer_id, false as is_return, timestamp '2026-11-27' as ordered_at from features.customers where ${buys('customer_id', '4 * sessions_30d')}`);
    await give(session, cycle, 'snapshot.decisions', decisions);
    const { features, because } = await selectFeatures(warehouse, session, { shop, cycle, asOf }, settings);
    expect(features).toEqual(await session.texts('select feature from features.selection where used'));
    expect(because).toMatch(new RegExp(`^${features.length} of 7 chosen by who (bought in the last 7 days|converted in 2026-W2)`));
    return session;
  }

  test("goes by the horizon at first, then by the last cycle's outcomes, and heeds decisions", async () => {
    await using first = await choose('2026-W20', noDecision);
    expect(await first.rows("select judged_by, used, stability > 0.9 as stable, change from features.selection where feature = 'sessions_30d'")).toEqual([{ judged_by: 'who bought in the last 7 days', used: true, stable: true, change: null }]);
    expect(await first.rows("select feature, why from features.selection where feature in ('evening_share', 'views_30d') order by feature")).toEqual([
      { feature: 'evening_share', why: 'nearly every customer has the same' }, { feature: 'views_30d', why: 'no customer has it' },
    ]);
    expect(await first.rows("select count(*) as pruned, min(correlation) > 0.9 as alike from features.selection where rival is not null")).toEqual([{ pruned: 1, alike: true }]);
    // After the campaign those converted who spent much, whatever their visits.
    await give(first, '2026-W20', 'outcomes.customers', `-- grain: customer_id\nselect customer_id, ${buys('customer_id', 'monetary / 8 + ln(1 + frequency) / 2')} as converted from features.customers`);
    await finish('2026-W20');

    await using second = await choose('2026-W21', noDecision);
    expect(await second.rows("select judged_by, used, change from features.selection where feature = 'monetary'")).toEqual([{ judged_by: 'who converted in 2026-W20', used: true, change: 'came' }]);
    expect(await second.rows("select used, change, why from features.selection where feature = 'sessions_30d'")).toEqual([{ used: false, change: 'went', why: 'tells too little about who converted in 2026-W20' }]);
    await finish('2026-W21');

    const used = await second.texts('select feature from features.selection where used');
    const decision = decided('2026-W21', used.filter((feature) => feature !== 'monetary'));
    await using third = await choose('2026-W22', decision);
    const out = { used: false, taken_out_by: `${shop}/2026-W21/feature-list`, why: `taken out by decision ${shop}/2026-W21/feature-list` };
    expect(await third.rows("select used, taken_out_by, why from features.selection where feature = 'monetary'")).toEqual([out]);
    await finish('2026-W22');
    await using fourth = await choose('2026-W23', decision);
    expect(await fourth.rows("select used, taken_out_by, why from features.selection where feature = 'monetary'")).toEqual([out]);
    await using undone = await choose('2026-W24', noDecision);
    expect(await undone.rows("select taken_out_by from features.selection where feature = 'monetary'")).toEqual([{ taken_out_by: null }]);
  });

  test('gives the same bytes again', async () => {
    await using session = await choose('2026-W25', noDecision);
    const path = join(lake, relationUri({ shop, cycle: '2026-W25' }, 'features.selection'));
    const hash = await hashOfRelation(path);
    expect(await session.rows('select count(*) as rows from features.selection')).toEqual([{ rows: 7 }]);
    await rm(join(lake, shop, '2026-W25'), { recursive: true });
    await using _ = await choose('2026-W25', noDecision);
    expect(await hashOfRelation(path)).toBe(hash);
  });

  test('refuses a candidate that nobody knows', async () => {
    await using session = await choose('2026-W26', noDecision);
    const asked = settingsOf({ selection: { mode: 'dynamic', candidates: ['frequency', 'shoe_size'] } });
    await expect(selectFeatures(warehouse, session, { shop, cycle: '2026-W26', asOf: '2026-11-30T00:00:00Z' }, asked)).rejects.toThrow(/shoe_size/);
  });
});
