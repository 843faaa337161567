import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AnalyseResult } from '../../activities/analyse/contract.ts';
import { createAnalyseActivities } from '../../activities/analyse/index.ts';
import { championsInForce, listModels } from '../../gateways/ledger/models.ts';
import type { Ledger } from '../../gateways/ledger/ledger.ts';
import { openLedger } from '../../gateways/ledger/open-ledger.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Cell, Column, Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { emptyLedger } from './support/small-demo.ts';

const shops = join(import.meta.dirname, '../../shops');
/** The last of them lies within the horizon before as_of, and one within the horizon before that. */
const months = ['2025-12-10', '2026-02-19', '2026-02-26'];
const features = ['recency_days', 'frequency', 'monetary', 'average_order_value', 'tenure_days', 'discount_share'] as const;

/** Three kinds of customers, far apart: 60 who buy much, 90 who bought long ago, 50 who are new. `moved` of the first kind are now of the second. */
function customers(moved: number): { readonly ids: string[]; readonly values: number[][] } {
  const kinds = [[5, 20, 900, 45, 400, 0.1], [300, 2, 60, 30, 500, 0.2], [10, 1, 40, 40, 15, 0.6]];
  const kindOf = (number: number): number => (number < 60 - moved ? 0 : number < 150 ? 1 : 2);
  const ids = Array.from({ length: 200 }, (_, number) => `c${String(number).padStart(3, '0')}`);
  // A little of everything, by the number alone, so that no two are the same.
  return { ids, values: ids.map((_, number) => kinds[kindOf(number)]!.map((value, column) => value * (1 + (((number * 37 + column * 11) % 19) - 9) / 100))) };
}

/** Analyses such customers in a cycle of their own, as the demo shop would or with other settings. */
async function run({ warehouse, ledger, settings = {} }: { readonly warehouse: Warehouse; readonly ledger: Ledger; readonly settings?: Partial<ShopSettings['analyse']> }, cycle: string, moved: number, previousCycle?: string): Promise<AnalyseResult> {
  const openShop = async () => {
    const shop = await openShopFolder(shops, 'demo');
    return { ...shop, settings: { ...shop.settings, analyse: { ...shop.settings.analyse, ...settings } } };
  };
  const analyse = createAnalyseActivities({ warehouse, ledger, openShop, cancellation: () => undefined });
  const folder = { shop: 'test', cycle };
  const { ids, values } = customers(moved);
  const means = features.map((_, column) => values.reduce((sum, row) => sum + row[column]!, 0) / ids.length);
  const spreads = features.map((_, column) => Math.sqrt(values.reduce((sum, row) => sum + (row[column]! - means[column]!) ** 2, 0) / ids.length));
  const id: Column = { name: 'customer_id', type: 'VARCHAR', values: ids };
  const column = (name: string, place: number, standard: boolean): Column => ({ name, type: 'DOUBLE', values: values.map((row) => (standard ? (row[place]! - means[place]!) / spreads[place]! : row[place]!)) });
  const relations: Record<string, RelationRef> = {};
  await using session = await warehouse.open({});
  const give = async (name: string, columns: readonly Column[]): Promise<void> => { relations[name] = await session.write(folder, { name, algorithm: 'given', inputs: [], external: `given ${moved}`, columns: () => columns }); };
  await give('features.customers', [id, ...features.map((name, place) => column(name, place, false))]);
  for (const time of ['earlier', 'earliest']) await give(`features.customers_${time}`, [id, ...features.map((name, place) => column(name, place, false))]);
  await give('features.matrix', [id, { name: 'in_fit', type: 'BOOLEAN', values: ids.map(() => true) }, ...features.map((name, place) => column(name, place, true))]);
  // Every other customer buys every month; so the past tells who will.
  const orders = ids.flatMap((customer, number) => (number % 2 === 0 ? months : months.slice(0, 1)).map((at, place) => ({ customer, order: `${customer}-${place}`, at })));
  const text = (name: string, value: (order: (typeof orders)[number]) => string): Column => ({ name, type: 'VARCHAR', values: orders.map(value) });
  const at: Column = { name: 'ordered_at', type: 'TIMESTAMP', values: orders.map((order) => order.at) };
  const kept: Column = { name: 'is_return', type: 'BOOLEAN', values: orders.map(() => false) };
  await give('features.orders', [text('customer_id', (order) => order.customer), text('order_id', (order) => order.order), at, kept]);
  await give('features.order_lines', [text('order_id', (order) => order.order), text('product_id', () => 'tea'), kept]);
  await give('snapshot.products', [{ name: 'product_id', type: 'VARCHAR', values: ['tea'] }, { name: 'title', type: 'VARCHAR', values: ['Tea'] }]);
  return analyse.analyse({ ...folder, asOf: '2026-03-01T00:00:00Z', relations, analysis: 0, previousCycle });
}

describe('segments', () => {
  test('are chosen by four criteria, described, explained by customer, and followed from cycle to cycle', async () => {
    const lake = await mkdtemp(join(tmpdir(), 'clientele-segments-'));
    try {
      const warehouse = await openWarehouse({ lake });
      const ledger = await openLedger({ folder: `${lake}-ledger` });
      const first = await run({ warehouse, ledger }, '2026-W09', 0);
      expect((await whatIsSaid(warehouse, '2026-W09', ['chosen'])).chosen).toEqual([{ clusters: 3, why: 'silhouette, Calinski-Harabasz, gap and stability speak for it' }]);
      expect(first.segments.map(({ customers: count }) => count)).toEqual([90, 60, 50]);
      expect(first.stability).toBeGreaterThan(0.99);
      expect(Object.keys(first.relations)).not.toContain('segments.migration');
      const [champion, ...others] = await listModels(ledger, 'test');
      expect(champion).toMatchObject({ cycle: '2026-W09', target: 'buys', role: 'champion', pValue: 1, parameters: { seed: expect.any(Number) as number }, data: { 'features.customers_earlier': expect.any(String) as string, 'features.customers_earliest': expect.any(String) as string } });
      expect(others.map(({ role }) => role)).toEqual(['challenger', 'challenger']);
      expect(champion!.metrics['auc']!.value).toBeGreaterThan(0.5);

      await run({ warehouse, ledger }, '2026-W10', 6, '2026-W09');
      const second = await whatIsSaid(warehouse, '2026-W10', ['chosen', 'migration', 'matches', 'descriptions', 'reasons', 'coordinates', 'drift']);
      expect(second.chosen).toEqual([{ clusters: 3, why: 'as last cycle, and the criteria speak for it again' }]);
      expect((await championsInForce(ledger, 'test')).map(({ cycle }) => cycle)).toEqual(['2026-W10']);
      expect(await championsInForce(ledger, 'test', { before: '2026-W10' })).toEqual([champion]);
      expect(second.migration).toEqual([
        { previous_segment: 0, segment: 0, customers: 90 }, { previous_segment: 1, segment: 0, customers: 6 }, { previous_segment: 1, segment: 1, customers: 54 }, { previous_segment: 2, segment: 2, customers: 50 },
      ]);
      expect(second.matches.map(({ segment, previous_segment, similarity }) => [segment, previous_segment, Number(Number(similarity).toFixed(3))])).toEqual([[0, 0, 0.938], [1, 1, 0.9], [2, 2, 1]]);
      expect(second.descriptions.every(({ precision, recall }) => Number(precision) > 0.95 && Number(recall) > 0.95)).toBe(true);
      // The new ones are told by how short they have been customers and by their discounts.
      expect(second.reasons).toEqual([{ reasons: expect.stringContaining('discount_share') as unknown }]);
      // Six of two hundred moved: no feature is of another population.
      expect(second.drift).toEqual([{ features: features.length, shifted: 0 }]);
      expect(second.coordinates).toEqual([{ customers: 200 }]);
      await ledger.close();
    } finally {
      await rm(lake, { recursive: true, force: true });
      await rm(`${lake}-ledger`, { recursive: true, force: true });
    }
  });

  test('may be joined from below, with the dendrogram kept, and drawn by neighbourhoods', async () => {
    const lake = await mkdtemp(join(tmpdir(), 'clientele-segments-'));
    try {
      const warehouse = await openWarehouse({ lake });
      const settings = { clusters: { algorithm: 'hierarchical', minimum: 2, maximum: 5 }, neighbourhoods: 120 } as const;
      const result = await run({ warehouse, ledger: emptyLedger, settings }, '2026-W09', 0);
      expect(result.segments.map(({ customers: count }) => count)).toEqual([90, 60, 50]);
      const said = await whatIsSaid(warehouse, '2026-W09', ['dendrogram', 'last', 'neighbourhoods']);
      expect(said.dendrogram).toEqual([{ steps: 199, rising: true, first: 2 }]);
      // The last union is of everybody, at the height that keeps the two furthest groups apart.
      expect(said.last).toEqual([{ customers: 200 }]);
      expect(said.neighbourhoods).toEqual([{ customers: 120, segments: 3, placed: 120 }]);
      // Neither is there unless asked for, and neither travels with the workflow.
      await run({ warehouse, ledger: emptyLedger }, '2026-W10', 0);
      const unasked = Object.keys(await warehouse.list({ shop: 'test', cycle: '2026-W10' }));
      for (const name of ['segments.dendrogram', 'segments.neighbourhoods']) for (const names of [unasked, Object.keys(result.relations)]) expect(names).not.toContain(name);
    } finally {
      await rm(lake, { recursive: true, force: true });
    }
  });
});

const questions = {
  chosen: 'select clusters, why from segments.k_curve where chosen',
  migration: 'select previous_segment, segment, customers from segments.migration',
  matches: 'select segment, previous_segment, similarity from segments.matches',
  descriptions: 'select precision, recall from segments.descriptions',
  reasons: "select reasons from segments.memberships where customer_id = 'c199'",
  drift: 'select count(*) as features, count_if(shifted) as shifted from features.drift',
  dendrogram: 'select count(*) as steps, bool_and(height >= coalesce(below, 0)) as rising, min(customers) as first from (select *, lag(height) over (order by step) as below from segments.dendrogram)',
  last: 'select customers from segments.dendrogram order by step desc limit 1',
  neighbourhoods: 'select count(*) as customers, count(distinct segment) as segments, count_if(x is not null and y is not null) as placed from segments.neighbourhoods',
  coordinates: 'select count(*) as customers from segments.coordinates where x is not null and y is not null',
} as const;

/** Answers out of what the lake has of a cycle. */
async function whatIsSaid<Question extends keyof typeof questions>(warehouse: Warehouse, cycle: string, asked: readonly Question[]): Promise<Record<Question, Record<string, Cell>[]>> {
  await using session = await warehouse.open(await warehouse.list({ shop: 'test', cycle }));
  const answers: Partial<Record<Question, Record<string, Cell>[]>> = {};
  for (const question of asked) answers[question] = await session.rows(questions[question]);
  return answers as Record<Question, Record<string, Cell>[]>;
}
