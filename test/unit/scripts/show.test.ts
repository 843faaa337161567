import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWarehouse } from '../../../gateways/warehouse/open-warehouse.ts';
import type { Warehouse } from '../../../gateways/warehouse/warehouse.ts';
import { readCycle } from '../../../scripts/show/read-cycle.ts';
import { renderCycle } from '../../../scripts/show/render-cycle.ts';
import { renderShop } from '../../../scripts/show/render-shop.ts';

const folder = { shop: 'corner', cycle: '2026-W48' };
let lake: string;
let warehouse: Warehouse;
beforeAll(async () => {
  lake = mkdtempSync(join(tmpdir(), 'show-'));
  warehouse = await openWarehouse({ lake, threads: 1 });
});
afterAll(() => { rmSync(lake, { recursive: true, force: true }); });

async function write(relations: Readonly<Record<string, string>>): Promise<void> {
  await using session = await warehouse.open({});
  for (const [name, sql] of Object.entries(relations)) await session.materialise(folder, { name, sql, inputs: [] });
}

test('a cycle shows what it has come to, and no more', async () => {
  await expect(readCycle(warehouse, folder)).rejects.toMatchObject({ code: 'CYCLE_NOT_FOUND' });
  await write({ 'segments.summaries': "select 1 as segment, 'Lost' as name, 2::bigint as customers, 10.5 as average_spend, 1.5 as average_orders, 300.0 as average_recency_days union all select 0, 'Champions', 1, 900.0, 9.0, 3.0" });
  const begun = await readCycle(warehouse, folder);
  expect(begun).toMatchObject({ outcome: undefined, relations: 1, offers: [], audience: [], effects: [], models: [], decisions: [] });
  expect(begun.segments.map(({ name }) => name)).toEqual(['Champions', 'Lost']);
  expect(renderCycle(begun, { currency: 'EUR', color: false, state: 'runs: campaign' })).toBe(`Cycle corner/2026-W48
  runs: campaign
  1 relations

Segments
  segment    customers  spend each  orders each  days since last
  Champions          1  900.00 EUR          9.0                3
  Lost               2   10.50 EUR          1.5              300`);
});

test('a finished cycle shows its offers, audience, mails, lift and decisions', async () => {
  await write({
    'plan.recipients': `select * from (values ('a', 'send', null, 'A', 'Lost', '20 %', 0.1), ('b', 'send', null, 'B', 'Lost', '20 %', 0.2), ('c', 'holdout', null, 'holdout', 'Lost', '20 %', 0.3), ('d', 'none', 'no address', null, null, null, null))
      as t(customer_id, decision, why, arm, segment_name, offer, expected_cost)`,
    'sends.sends': "select * from (values ('k1', 'A', 'delivered'), ('k2', 'B', 'delivered')) as t(key, arm, state)",
    'outcomes.effects': "select * from (values ('conversion', 'all', 'all', 0.5, 0.25, 0.25, 0.1, 0.4, 0.0001), ('conversion', 'all', 'Lost', 0.5, 0.25, 0.25, -0.1, 0.6, 0.2)) as t(metric, arm, segment, treated_mean, control_mean, difference, lower, upper, p_value)",
    'segments.model_comparison': "select * from (values ('logistic', false, 'auc', 0.7, 0.65, 0.75, 0.0002), ('trees', true, 'auc', 0.8, 0.75, 0.85, 1.0), ('trees', true, 'f1', 0.4, 0.3, 0.5, 1.0)) as t(model, is_champion, metric, value, lower, upper, p_value)",
    'feedback.decisions': "select '1' as id, 'More of A.' as words, 'A sold more' as evidence, 'thompson 1' as rule",
  });
  mkdirSync(join(lake, 'corner', '2026-W48'), { recursive: true });
  writeFileSync(join(lake, 'corner', '2026-W48', 'report.json'), JSON.stringify({ outcome: { state: 'finished', words: 'It worked.' }, results: { measured: true, why: '', from: null, to: null, effects: [] }, steps: [{ name: 'collect', seconds: 61, rows: 1234 }], asOf: '', madeAt: '', version: '' }));
  const cycle = await readCycle(warehouse, folder);
  expect(cycle).toMatchObject({
    outcome: 'It worked.', relations: 6,
    offers: [{ segment: 'Lost', offer: '20 %', customers: 2, expectedCost: 0.3 }],
    audience: [{ decision: 'send', arm: 'A', customers: 1 }, { decision: 'send', arm: 'B', customers: 1 }, { decision: 'none', why: 'no address', customers: 1 }, { decision: 'holdout', customers: 1 }],
    sends: [{ arm: 'A', state: 'delivered', sends: 1 }, { arm: 'B', state: 'delivered', sends: 1 }],
  });
  expect(cycle.effects.map(({ segment }) => segment)).toEqual(['all', 'Lost']);
  const text = renderCycle(cycle, { currency: 'EUR', color: false });
  const words = text.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '));
  for (const line of ['  It worked.', '  collect  1,234  1 min 01 s', '  Lost     20 %           2       0.30 EUR', '  none                       1  no address', '  A    delivered      1', '  conversion  all  0.5000    0.2500  +0.2500  +0.1000 to +0.4000  <0.001', '  trees 0.800 0.750 to 0.850 champion', '  logistic 0.700 0.650 to 0.750 <0.001', '  More of A.', '    because A sold more']) expect(words).toContain(line.trim().replaceAll(/ +/g, ' '));
  expect(text).not.toContain('0.6000');
});

test("a shop's cycles stand in a table", () => {
  expect(renderShop([{ shop: 'corner', cycle: '2026-W49', outcome: '', hasReport: false, seconds: null }, { shop: 'corner', cycle: '2026-W48', outcome: 'It worked.', hasReport: true, seconds: 42 }])).toBe(
    ['cycle              time  outcome', 'corner/2026-W49          not finished', 'corner/2026-W48  42.0 s  It worked.'].join('\n'));
});
