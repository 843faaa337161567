import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { predictTargets, type PredictTargets } from '../../activities/analyse/predict/predict-targets.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { readSql } from '../../gateways/warehouse/sql-file.ts';
import type { Cell, Column, Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { asOf, giveOrders, orders } from './support/ordering-customers.ts';

const cycle = '2026-W09';
let lake: string;
let warehouse: Warehouse;
beforeAll(async () => {
  lake = await mkdtemp(join(tmpdir(), 'clientele-targets-'));
  warehouse = await openWarehouse({ lake });
});
afterAll(() => rm(lake, { recursive: true, force: true }));

/** Customers of a cycle, and what came of its campaign where there was one: who orders a lot opens, and nearly nobody redeems. */
async function makeCycle(shop: string, name: string, at: string, mailed: boolean): Promise<void> {
  await using session = await warehouse.open({});
  const folder = { shop, cycle: name };
  await giveOrders(session, folder, orders());
  await session.materialise(folder, { name: 'features.customers', sql: await readSql('features.customers'), parameters: { as_of: at } });
  if (!mailed) return;
  const people = await session.rows<{ customer_id: string; frequency: number }>('select customer_id, frequency from features.customers order by customer_id');
  const flag = (title: string, value: (person: (typeof people)[number], place: number) => boolean): Column => ({ name: title, type: 'BOOLEAN', values: people.map(value) });
  const text = (title: string, value: (person: (typeof people)[number], place: number) => string): Column => ({ name: title, type: 'VARCHAR', values: people.map(value) });
  await session.write(folder, {
    name: 'outcomes.customers', algorithm: 'given', inputs: [], external: 'given',
    columns: () => [
      text('customer_id', ({ customer_id: id }) => id), text('decision', (_, place) => (place % 10 === 0 ? 'holdout' : 'send')),
      flag('opened', ({ frequency }, place) => frequency + ((place * 7) % 9) > 11), flag('redeemed', (_, place) => place % 100 === 7),
    ],
  });
}

const settings: Omit<PredictTargets, 'shop' | 'cycle' | 'targets'> = { asOf, churnDays: 30, incumbents: new Map(), seed: 1, resamples: 100 };

async function told(shop: string, targets: PredictTargets['targets'], questions: readonly string[]): Promise<Record<string, Cell>[][]> {
  await using session = await warehouse.open(await warehouse.list({ shop, cycle }));
  await predictTargets(warehouse, session, { ...settings, shop, cycle, targets });
  const answers: Record<string, Cell>[][] = [];
  for (const question of questions) answers.push(await session.rows(question));
  return answers;
}

describe('what else is told of customers', () => {
  test('who churns: of those who ordered lately, who does not order for as long', async () => {
    await makeCycle('quiet', cycle, asOf, false);
    const [targets, auc, people, likely] = await told('quiet', ['churns', 'opens'], [
      'from segments.targets', "select value from segments.target_comparison where target = 'churns' and metric = 'auc' and is_champion",
      'select count(*) as customers, min(recency_days) <= 30 as active, max(recency_days) <= 30 as all_active from segments.target_predictions inner join features.customers using (customer_id)',
      'select corr(probability, recency_days) as with_recency from segments.target_predictions inner join features.customers using (customer_id)',
    ]);
    expect(targets).toEqual([
      { target: 'churns', champion: expect.any(String) as string, why: expect.stringMatching(/^told of \d+ customers, judged on \d+ of whom \d+ did it$/) as string },
      { target: 'opens', champion: null, why: 'left out: no earlier cycle has outcomes' },
    ]);
    expect(auc![0]!['value']).toBeGreaterThan(0.6);
    expect(people).toEqual([{ customers: expect.any(Number) as number, active: true, all_active: true }]);
    expect(likely![0]!['with_recency']).toBeGreaterThan(0.3);
  });

  test('who opens, from the mails of earlier cycles; who redeems is left out while too few have', async () => {
    for (const [name, at] of [['2026-W07', '2026-02-15T00:00:00.000Z'], ['2026-W08', '2026-02-22T00:00:00.000Z']] as const) await makeCycle('mailing', name, at, true);
    await makeCycle('mailing', cycle, asOf, false);
    const [targets, auc, people, frequent] = await told('mailing', ['opens', 'redeems'], [
      'from segments.targets', "select value from segments.target_comparison where target = 'opens' and metric = 'auc' and is_champion",
      'select target, count(*) = (select count(*) from features.customers) as everybody from segments.target_predictions group by target', 'select corr(probability, frequency) as with_frequency from segments.target_predictions inner join features.customers using (customer_id)',
    ]);
    expect(targets).toMatchObject([{ target: 'opens', champion: expect.any(String) as string }, { target: 'redeems', champion: null, why: expect.stringMatching(/^left out: \d of \d+ customers redeemed the mail of 2026-W08, and 20/) as string }]);
    expect(auc![0]!['value']).toBeGreaterThan(0.8);
    expect(people).toEqual([{ target: 'opens', everybody: true }]);
    expect(frequent![0]!['with_frequency']).toBeGreaterThan(0.5);
  });
});
