import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mineAssociations } from '../../activities/analyse/mine-associations.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { Cell, Column, Warehouse } from '../../gateways/warehouse/warehouse.ts';

const products = { assam: ['Assam', 'tea'], sencha: ['Sencha', 'tea'], bowl: ['Bowl', 'ware'], whisk: ['Whisk', 'ware'], tea: ['tea', 'books'] } as const;
type Product = keyof typeof products;
/** Either tea goes with a bowl, always; the book whose title is the name of a category goes with nothing. */
const baskets: readonly (readonly Product[])[] = Array.from({ length: 300 }, (_, order) =>
  (order % 3 === 0 ? ['assam', 'bowl'] : order % 3 === 1 ? ['sencha', 'bowl', 'whisk'] : order % 2 === 0 ? ['whisk'] : ['tea']));

let lake: string;
let warehouse: Warehouse;
beforeAll(async () => {
  lake = await mkdtemp(join(tmpdir(), 'clientele-rules-'));
  warehouse = await openWarehouse({ lake });
});
afterAll(() => rm(lake, { recursive: true, force: true }));

async function mined(level: 'product' | 'category' | 'both', questions: readonly string[]): Promise<Record<string, Cell>[][]> {
  const folder = { shop: level, cycle: '2026-W09' };
  await using session = await warehouse.open({});
  const give = (name: string, columns: readonly Column[]) => session.write(folder, { name, algorithm: 'given', inputs: [], external: 'given', columns: () => columns });
  const text = (name: string, values: readonly string[]): Column => ({ name, type: 'VARCHAR', values });
  const lines = baskets.flatMap((items, order) => items.map((product) => ({ product, order: `o${String(order).padStart(3, '0')}` })));
  const no = (count: number): Column => ({ name: 'is_return', type: 'BOOLEAN', values: new Array<boolean>(count).fill(false) });
  await give('features.order_lines', [text('order_id', lines.map(({ order }) => order)), text('product_id', lines.map(({ product }) => product)), text('category', lines.map(({ product }) => products[product][1])), no(lines.length)]);
  await give('features.orders', [text('order_id', baskets.map((_, order) => `o${String(order).padStart(3, '0')}`)), text('customer_id', baskets.map(() => 'c')), no(baskets.length)]);
  await give('snapshot.products', [text('product_id', Object.keys(products)), text('title', Object.values(products).map(([title]) => title))]);
  await give('segments.memberships', [text('customer_id', ['c']), { name: 'segment', type: 'INTEGER', values: [0] }]);
  await mineAssociations(session, folder, { minimum_support: 0.1, minimum_confidence: 0.5, level });
  const answers: Record<string, Cell>[][] = [];
  for (const question of questions) answers.push(await session.rows(question));
  return answers;
}

describe('what is bought together', () => {
  test('says which itemsets are closed, and which maximal', async () => {
    const [sets] = await mined('product', ['select items, baskets, closed, maximal from segments.itemsets order by items']);
    expect(sets).toEqual([
      { items: 'Assam', baskets: 100, closed: false, maximal: false }, { items: 'Assam + Bowl', baskets: 100, closed: true, maximal: true },
      { items: 'Bowl', baskets: 200, closed: true, maximal: false }, { items: 'Bowl + Sencha', baskets: 100, closed: false, maximal: false }, { items: 'Bowl + Sencha + Whisk', baskets: 100, closed: true, maximal: true },
      { items: 'Bowl + Whisk', baskets: 100, closed: false, maximal: false }, { items: 'Sencha', baskets: 100, closed: false, maximal: false }, { items: 'Sencha + Whisk', baskets: 100, closed: false, maximal: false },
      { items: 'Whisk', baskets: 150, closed: true, maximal: false }, { items: 'tea', baskets: 50, closed: true, maximal: true },
    ]);
  });

  test('at two levels finds what holds of a category and of none of its products', async () => {
    const both = await mined('both', [
      "select antecedent, consequent, baskets, confidence from segments.rules where consequent = 'tea' and antecedent = 'Bowl'",
      "select count(*) as mixed from segments.itemsets where items in ('Assam + tea', 'Bowl + ware', 'tea + Assam', 'ware + Bowl')",
      "select baskets from segments.itemsets where items = 'tea' order by baskets", 'select count(*) as rules from segments.segment_rules where segment = 0',
    ]);
    expect(both[0]).toEqual([{ antecedent: 'Bowl', consequent: 'tea', baskets: 200, confidence: 1 }]);
    // Nothing goes together with what is above it.
    expect(both[1]).toEqual([{ mixed: 0 }]);
    // The book and the category, which have one name, are two things.
    expect(both[2]).toEqual([{ baskets: 50 }, { baskets: 200 }]);
    expect(both[3]![0]!['rules']).toBeGreaterThan(0);
    const [one] = await mined('product', ["select count(*) as rules from segments.rules where antecedent = 'Bowl' and confidence = 1"]);
    expect(one).toEqual([{ rules: 0 }]);
  });

  test('at the level of categories leaves products aside', async () => {
    const [sets] = await mined('category', ['select items, baskets from segments.itemsets order by items']);
    expect(sets).toEqual([{ items: 'books', baskets: 50 }, { items: 'tea', baskets: 200 }, { items: 'tea + ware', baskets: 200 }, { items: 'ware', baskets: 250 }]);
  });
});
