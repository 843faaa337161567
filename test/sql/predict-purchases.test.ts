import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { predictPurchases } from '../../activities/analyse/predict/predict-purchases.ts';
import { hashOfRelation } from '../../gateways/warehouse/relation-file.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { Cell } from '../../gateways/warehouse/warehouse.ts';
import { asOf, giveOrders, orders, type Order } from './support/ordering-customers.ts';

const day = 86_400_000;
const everyPrediction = 'select customer_id, probability, will_buy from segments.predictions order by customer_id';
const folder = { shop: 'test', cycle: '2026-W09' };

/** Predicts in a lake of its own; what was written is asked before the lake goes. */
async function predicted(given: readonly Order[], questions: readonly string[]): Promise<{ readonly answers: Record<string, Cell>[][]; readonly hash: string; readonly champion: string }> {
  const lake = await mkdtemp(join(tmpdir(), 'clientele-predict-'));
  try {
    const warehouse = await openWarehouse({ lake });
    await using session = await warehouse.open({});
    await giveOrders(session, folder, given);
    for (const [name, at] of [['features.customers', asOf], ['features.customers_earlier', new Date(Date.parse(asOf) - 30 * day).toISOString()], ['features.customers_earliest', new Date(Date.parse(asOf) - 60 * day).toISOString()]] as const) {
      await session.materialise(folder, { name, sql: await readSql('features.customers'), parameters: { as_of: at } });
    }
    const { relations, champion } = await predictPurchases(session, { ...folder, asOf, days: 30, seed: 1, resamples: 200 });
    const answers: Record<string, Cell>[][] = [];
    for (const question of questions) answers.push(await session.rows(question));
    return { answers, champion, hash: await hashOfRelation(join(lake, relations['segments.predictions']!.uri)) };
  } finally {
    await rm(lake, { recursive: true, force: true });
  }
}

describe('predictPurchases', () => {
  test('tells who will buy, and judges every model on customers it has not seen, with intervals', async () => {
    const { answers: [figures, quality, bins, importances, people], champion } = await predicted(orders(), [
      'select model, is_champion, metric, value, lower, upper from segments.model_comparison',
      'from segments.prediction_quality', 'select sum(customers) as customers from segments.calibration', 'from segments.importances', 'select count(*) as customers, count_if(reasons <> \'\') as told from segments.predictions',
    ]);
    expect(new Set(figures!.map((row) => row['model']))).toEqual(new Set(['logistic', 'network', 'trees']));
    expect(figures!).toHaveLength(27);
    expect(figures!.every((row) => Number(row['lower']) <= Number(row['value']) + 1e-12 && Number(row['value']) <= Number(row['upper']) + 1e-12)).toBe(true);
    const auc = figures!.find((row) => row['model'] === champion && row['metric'] === 'auc')!;
    expect(auc['value']).toBeGreaterThan(0.8);
    expect(quality![0]).toMatchObject({ auc: auc['value'] });
    // Three of ten parts judge.
    expect(quality![0]!['customers']).toBeGreaterThan(600 * 0.2);
    expect(quality![0]!['customers']).toBeLessThan(600 * 0.4);
    expect(bins![0]!['customers']).toBe(quality![0]!['customers']);
    expect(importances!.toSorted((a, b) => Number(b['auc_lost']) - Number(a['auc_lost']))[0]).toMatchObject({ feature: expect.stringMatching(/recency_days|orders_90d|revenue_90d|gap|frequency|monetary/) as unknown });
    expect(people![0]!['told']).toBe(people![0]!['customers']);
  }, 30_000);

  test('gives the same bytes again, and what comes after as_of changes none of them', async () => {
    const first = await predicted(orders(), [everyPrediction]);
    expect((await predicted(orders(), [])).hash).toBe(first.hash);
    // Other inputs are another fingerprint in the file, so its rows are compared.
    expect((await predicted(orders({ until: Date.parse(asOf) + 60 * day }), [everyPrediction])).answers).toEqual(first.answers);
  }, 30_000);

  test('learns from other customers of the same time where the history is too short for two horizons', async () => {
    const { answers: [figures] } = await predicted(orders({ since: Date.parse('2026-01-02') }), ["select value from segments.model_comparison where metric = 'auc' and is_champion"]);
    expect(figures![0]!['value']).toBeGreaterThan(0.55);
  }, 30_000);

  test('knows nothing but the rate where nobody bought', async () => {
    const { answers: [rows], champion } = await predicted(orders({ until: Date.parse('2026-01-15') }), ['select distinct probability, will_buy from segments.predictions']);
    expect(champion).toBe('the base rate');
    expect(rows).toEqual([{ probability: 0, will_buy: false }]);
  }, 30_000);
});
