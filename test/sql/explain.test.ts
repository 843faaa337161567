import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAnalyseActivities } from '../../activities/analyse/index.ts';
import type { Manifest } from '../../activities/feedback/write-manifest.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { appliedRules } from '../../scripts/explain/applied-rules.ts';
import { explainCustomer } from '../../scripts/explain/explain-customer.ts';
import type { Explanation, Fact } from '../../scripts/explain/explanation.ts';
import { renderExplanation } from '../../scripts/explain/render-explanation.ts';
import { giveRows, withSession } from './support/run-relation.ts';
import { emptyLedger, makeSmallDemo } from './support/small-demo.ts';

const shops = join(import.meta.dirname, '../../shops');
let folder: string;
let warehouse: Warehouse;
let session: WarehouseSession;
let relations: Readonly<Record<string, RelationRef>>;
let sources: Readonly<Record<string, string>>;
/** Customers who ordered, of different segments. */
let ordered: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clientele-explain-'));
  ({ warehouse, relations } = await makeSmallDemo(folder, { customers: 400 }));
  session = await warehouse.open(relations);
  ({ sources } = await openShopFolder(shops, 'demo'));
  ordered = await session.texts('select min(customer_id) from segments.memberships group by segment union select max(customer_id) from segments.memberships group by segment order by 1');
});
afterAll(async () => {
  await session.close();
  await rm(folder, { recursive: true, force: true });
});

const explain = (customer: string, more: { readonly showAddress?: boolean; readonly cycle?: string } = {}): Promise<Explanation> => explainCustomer(warehouse, { shop: 'demo', cycle: '2026-W48', customer, showAddress: false, sources, ...more });
const valueOf = (facts: readonly Fact[], column: string): unknown => facts.find(({ from }) => from.endsWith(`.${column}`))?.value;

describe('a customer is explained', () => {
  test('by its distance to its own and the next centre', async () => {
    for (const customer of ordered) {
      const { segment } = await explain(customer);
      const distances = await session.rows<{ segment: number; distance: number }>(`
        with place as (unpivot (select * exclude (customer_id, in_fit) from features.matrix where customer_id = ${quoteLiteral(customer)}) on columns(*) into name feature value level)
        select segment, sqrt(sum((level - centre) ** 2)) as distance from place inner join segments.centres using (feature) group by segment order by distance`);
      expect(segment).toMatchObject({ segment: distances[0]!.segment, next: { segment: distances[1]!.segment } });
      expect(segment!.distance).toBeCloseTo(distances[0]!.distance, 3);
      expect(segment!.next!.distance).toBeCloseTo(distances[1]!.distance, 3);
    }
  });

  test('by the three features that weigh most, the same that the segmentation named', async () => {
    for (const customer of ordered) {
      const { segment } = await explain(customer);
      const [member] = await session.rows<{ reasons: string }>(`select reasons from segments.memberships where customer_id = ${quoteLiteral(customer)}`);
      expect(segment!.reasons.map(({ feature }) => feature).join(', ')).toBe(member!.reasons);
      const weights = segment!.reasons.map(({ weight }) => weight);
      expect(weights).toEqual(weights.toSorted((a, b) => b - a));
      expect(segment!.reasons.every(({ weight, standardised, ownCentre, nextCentre }) => Math.abs(weight - ((standardised - nextCentre) ** 2 - (standardised - ownCentre) ** 2)) < 1e-9)).toBe(true);
    }
  });

  test('by scores with their horizon, and the decision of the plan with its reason', async () => {
    const { scores, plan, profile } = await explain(ordered[0]!);
    const is = `where customer_id = ${quoteLiteral(ordered[0]!)}`;
    const [prediction] = await session.rows<{ probability: number; will_buy: boolean }>(`select probability, will_buy from segments.predictions ${is}`);
    const [value] = await session.rows<{ p_alive: number; clv_1y: number }>(`select p_alive, clv_1y from features.lifetime_value ${is}`);
    const [decision] = await session.rows<{ decision: string; why: string }>(`select decision, why from plan.recipients ${is}`);
    expect({ probability: valueOf(scores, 'probability'), will_buy: valueOf(scores, 'will_buy') }).toEqual(prediction);
    expect({ p_alive: valueOf(scores, 'p_alive'), clv_1y: valueOf(scores, 'clv_1y') }).toEqual(value);
    expect(scores.find(({ from }) => from === 'segments.predictions.probability')!.name).toBe('buys within 7 days');
    expect(scores.find(({ from }) => from === 'features.lifetime_value.clv_1y')!.name).toBe('worth of the next 12 months, money discounted by 10 % a year');
    expect({ decision: valueOf(plan, 'decision'), why: valueOf(plan, 'why') }).toEqual(decision);
    expect(valueOf(profile, 'recency_score')).toBeGreaterThanOrEqual(1);
  });

  test('who has not ordered has no segment and no scores, but a decision', async () => {
    const [customer] = await session.texts('select customer_id from snapshot.customers anti join features.customers using (customer_id) order by customer_id limit 1');
    const explanation = await explain(customer!);
    expect(explanation).toMatchObject({ profile: [], scores: [], rules: [] });
    expect(explanation.segment).toBeUndefined();
    expect(valueOf(explanation.plan, 'why')).toBe('has not ordered yet, so there is no segment');
    expect(renderExplanation(explanation, { color: false })).toContain('none: segments are made of customers who have ordered');
  });

  test('nobody else is: a customer or a cycle that is not there is an error of the command', async () => {
    await expect(explain('somebody@mail.example')).rejects.toMatchObject({ code: 'COMMAND_INVALID', message: expect.not.stringContaining('somebody') as unknown });
    await expect(explain(ordered[0]!, { cycle: '2026-W40' })).rejects.toMatchObject({ code: 'CYCLE_NOT_FOUND' });
  });
});

describe('each number has its lineage', () => {
  test('from the relation it stands in through every input down to the files of the shop', async () => {
    const explanation = await explain(ordered[0]!);
    const { lineage } = explanation;
    const place = new Map(lineage.map(({ relation }, index) => [relation, index]));
    const facts = [...explanation.profile, ...explanation.scores, ...explanation.plan];
    for (const { from } of facts) expect(place.has(from.slice(0, from.lastIndexOf('.')))).toBe(true);
    for (const step of lineage) {
      expect(step).toMatchObject({ fingerprint: relations[step.relation]!.fingerprint, manifest: 'same' });
      // Whatever has no inputs came from outside, and says from where.
      expect(step.inputs.length > 0 || step.source !== undefined).toBe(true);
      for (const input of step.inputs) expect(place.get(input)).toBeGreaterThan(place.get(step.relation)!);
    }
    expect(lineage.find(({ relation }) => relation === 'segments.memberships')!.parameters).toMatchObject({ seed: 1 });
  });

  test('and the files are those that hold the customer', async () => {
    const { lineage } = await explain(ordered[0]!);
    const lines = lineage.find(({ relation }) => relation === 'snapshot.order_lines')!.source!;
    expect(lines.by).toBe('shops/demo/sources/order_lines.sql');
    const [{ rows }] = await session.rows<{ rows: number }>(`select count(*) as rows from snapshot.order_lines where customer_id = ${quoteLiteral(ordered[0]!)}`) as [{ rows: number }];
    expect(lines.files.reduce((sum, file) => sum + file.rows!, 0)).toBe(rows);
    for (const { file } of lines.files) expect(await readFile(join(folder, 'data', file), 'utf8')).toContain(ordered[0]!);
    const others = lineage.flatMap(({ source }) => source?.files ?? []);
    for (const { file } of others) expect((await stat(join(folder, 'data', file))).isFile()).toBe(true);
    expect(others.map(({ file }) => file)).toContain('products.csv');
  });

  test('and a relation that is not the one of the manifest says so', async () => {
    const path = join(warehouse.lake, 'demo/2026-W48/manifest.json');
    const text = await readFile(path, 'utf8');
    const manifest = JSON.parse(text) as Manifest;
    await writeFile(path, JSON.stringify({ ...manifest, relations: manifest.relations.filter(({ relation }) => relation !== 'features.orders').map((entry) => (entry.relation === 'features.habits' ? { ...entry, fingerprint: 'f00' } : entry)) }));
    try {
      const explanation = await explain(ordered[0]!);
      const verdicts = Object.fromEntries(explanation.lineage.map(({ relation, manifest: verdict }) => [relation, verdict]));
      expect(verdicts).toMatchObject({ 'features.habits': 'other fingerprint', 'features.orders': 'not in it', 'features.brands': 'same' });
      expect(renderExplanation(explanation, { color: false })).toContain('[manifest: other fingerprint]');
    } finally {
      await writeFile(path, text);
    }
  });
});

test('the address is printed only where it is asked for', async () => {
  const [person] = await session.rows<{ customer_id: string; address: string; given_name: string }>("select customer_id, address, given_name from plan.recipients where decision = 'send' order by customer_id limit 1");
  const hidden = await explain(person!.customer_id);
  for (const text of [JSON.stringify(hidden), renderExplanation(hidden, { color: false })]) expect(text).not.toContain('@');
  expect(valueOf((await explain(person!.customer_id, { showAddress: true })).plan, 'address')).toBe(person!.address);
});

test('segments carried over from the last cycle are explained in its units, before there is a plan or a manifest', async () => {
  const next = { shop: 'demo', cycle: '2026-W49', asOf: '2026-11-23T00:00:00.000Z' };
  await using open = await warehouse.open(relations);
  const given: Record<string, RelationRef> = {};
  for (const name of ['snapshot.customers', 'snapshot.products', 'snapshot.order_lines', 'features.order_lines', 'features.orders', 'features.customers', 'features.customers_earlier', 'features.customers_earliest', 'features.matrix', 'features.preprocessing', 'features.profiles']) {
    // Other units this week: only last week's fit the centres.
    const sql = name === 'features.matrix' ? 'select * replace (recency_days * 3 + 1 as recency_days) from features.matrix' : `from ${name}`;
    given[name] = await open.materialise(next, { name, sql: `-- grain: ${name === 'features.preprocessing' ? 'feature' : name.endsWith('products') ? 'product_id' : 'customer_id'}\n${sql}`, external: 'test' });
  }
  const analyse = createAnalyseActivities({ warehouse, ledger: emptyLedger, openShop: (name) => openShopFolder(shops, name), cancellation: () => undefined });
  await analyse.reuseLastSegmentation({ ...next, relations: given, analysis: 1, previousCycle: '2026-W48' });
  const before = await explain(ordered[0]!);
  const now = await explain(ordered[0]!, { cycle: '2026-W49' });
  expect(now.segment).toMatchObject({ segment: before.segment!.segment, reasons: before.segment!.reasons.map(({ feature, figure }) => ({ feature, figure })), note: 'The segments are those of an earlier cycle, and so are the units.' });
  expect(now.segment!.distance).toBeCloseTo(before.segment!.distance, 3);
  expect(now).toMatchObject({ asOf: null, plan: [] });
  expect(now.lineage.find(({ relation }) => relation === 'previous.centres')).toMatchObject({ recipe: 'of an earlier cycle', manifest: 'no manifest yet' });
});

test('rules apply whose whole antecedent was bought, among all or in the segment; what is not bought yet first', () => withSession({}, async (given) => {
  await giveRows(given, 'snapshot.products', [{ product_id: 'p1', title: 'Tea' }, { product_id: 'p2', title: 'Salt + Pepper' }]);
  const line = (customer_id: string, product_id: string, is_return = false) => ({ customer_id, product_id, category: 'drinks', is_return });
  await giveRows(given, 'features.order_lines', [line('c1', 'p1'), line('c1', 'p2'), line('c1', 'p3', true), line('c2', 'p3')], { customer_id: 'varchar', product_id: 'varchar', category: 'varchar', is_return: 'boolean' });
  const columns = { antecedent: 'varchar', consequent: 'varchar', confidence: 'double', lift: 'double', baskets: 'bigint' };
  const rule = (antecedent: string, consequent: string, lift: number) => ({ antecedent, consequent, lift, confidence: 0.5, baskets: 30 });
  await giveRows(given, 'segments.rules', [rule('Tea', 'Salt + Pepper', 9), rule('Tea', 'Bowl', 2), rule('Salt + Pepper + Tea', 'Pan', 3), rule('Tea + p3', 'Cup', 8), rule('drinks', 'garden', 1.5)], columns);
  await giveRows(given, 'segments.segment_rules', [{ segment: 4, ...rule('Tea', 'Rug', 5) }, { segment: 5, ...rule('Tea', 'Lamp', 6) }], { segment: 'integer', ...columns });
  expect((await appliedRules(given, 'c1', 4)).map(({ among, consequent, bought }) => `${consequent}, ${among}${bought ? ', bought' : ''}`)).toEqual([
    'Rug, the segment', 'Pan, all customers', 'Bowl, all customers', 'garden, all customers', 'Salt + Pepper, all customers, bought',
  ]);
  expect((await appliedRules(given, 'c2')).map(({ consequent }) => consequent)).toEqual(['garden']);
}));
