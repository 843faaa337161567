import { Apriori } from '../../algorithms/associate/apriori.ts';
import { associationRules } from '../../algorithms/associate/association-rules.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Column, CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

type RuleSettings = ShopSettings['analyse']['rules'];

interface Associations {
  readonly itemsets: readonly { readonly items: string; readonly length: number; readonly baskets: number; readonly support: number }[];
  readonly rules: readonly { readonly antecedent: string; readonly consequent: string; readonly baskets: number; readonly support: number; readonly confidence: number; readonly lift: number; readonly leverage: number; readonly conviction: number }[];
}

/** Pairs, and triples for the rules "who buys both also buys". */
const maxLength = 3;

/** What is bought together: `segments.itemsets` and `segments.rules`, strongest first. */
export async function mineAssociations(session: WarehouseSession, folder: CycleFolder, settings: RuleSettings): Promise<Record<string, RelationRef>> {
  let made: Associations | undefined;
  const once = async (): Promise<Associations> => (made ??= await mine(session, settings));
  const write = (name: string, columns: (associations: Associations) => readonly Column[]): Promise<RelationRef> => session.write(folder, {
    name, algorithm: 'mine-associations 1', inputs: ['features.order_lines', 'snapshot.products'], parameters: { ...settings, maxLength }, columns: async () => columns(await once()),
  });
  return {
    'segments.itemsets': await write('segments.itemsets', ({ itemsets }) => [
      { name: 'items', type: 'VARCHAR', values: itemsets.map((set) => set.items) }, { name: 'length', type: 'INTEGER', values: itemsets.map((set) => set.length) },
      { name: 'baskets', type: 'BIGINT', values: itemsets.map((set) => set.baskets) }, { name: 'support', type: 'DOUBLE', values: itemsets.map((set) => set.support) },
    ]),
    'segments.rules': await write('segments.rules', ({ rules }) => [
      { name: 'antecedent', type: 'VARCHAR', values: rules.map((rule) => rule.antecedent) }, { name: 'consequent', type: 'VARCHAR', values: rules.map((rule) => rule.consequent) },
      { name: 'baskets', type: 'BIGINT', values: rules.map((rule) => rule.baskets) },
      ...(['support', 'confidence', 'lift', 'leverage', 'conviction'] as const).map((name) => ({ name, type: 'DOUBLE' as const, values: rules.map((rule) => rule[name]) })),
    ]),
  };
}

async function mine(session: WarehouseSession, settings: RuleSettings): Promise<Associations> {
  const item = settings.level === 'product' ? 'product_id' : 'category';
  await session.run(`create or replace temporary table bought as select distinct order_id, ${item} as item from features.order_lines where not is_return`);
  const [{ baskets }] = await session.rows<{ baskets: number }>('select count(distinct order_id) as baskets from bought') as [{ baskets: number }];
  // Rare items can be in no frequent set: they are left in DuckDB, which counts them faster than they could be carried out.
  await session.run(`
    create or replace temporary table frequent_items as
    select item, row_number() over (order by item) - 1 as code
    from bought
    group by item having count(*) >= ${settings.minimum_support} * ${baskets}`);
  const bought = await session.matrix(`
    select dense_rank() over (order by order_id) - 1 as basket, code
    from bought inner join frequent_items using (item)
    order by basket, code`);
  const offsets = new Uint32Array(baskets + 1).fill(bought.rows);
  const codes = new Uint32Array(bought.rows);
  let basket = -1;
  for (let row = 0; row < bought.rows; row++) {
    // Orders of rare items only come last, as empty baskets.
    if (bought.values[row * 2] !== basket) { basket = bought.values[row * 2]!; offsets[basket] = row; }
    codes[row] = bought.values[row * 2 + 1]!;
  }
  const titles = (await session.rows<{ title: string }>(`
    select coalesce(${settings.level === 'product' ? 'any_value(title)' : 'null'}, item) as title
    from frequent_items left join snapshot.products on ${settings.level === 'product' ? 'item = product_id' : 'false'}
    group by item, code order by code`)).map((row) => row.title);
  if (bought.rows === 0) return { itemsets: [], rules: [] };

  const { itemsets } = new Apriori({ minSupport: settings.minimum_support, maxLength }).fit(offsets, codes);
  const words = (members: Iterable<number>): string => Array.from(members, (code) => titles[code]!).join(' + ');
  return {
    itemsets: Array.from(itemsets.counts, (count, set) => {
      const members = itemsets.items.subarray(itemsets.offsets[set], itemsets.offsets[set + 1]);
      return { items: words(members), length: members.length, baskets: count, support: count / baskets };
    }),
    rules: associationRules(itemsets, { minConfidence: settings.minimum_confidence, maxConsequent: 1 })
      .map(({ antecedent, consequent, count, ...figures }) => ({ antecedent: words(antecedent), consequent: words(consequent), baskets: count, ...figures }))
      .sort((a, b) => b.lift - a.lift || b.baskets - a.baskets || (a.antecedent + a.consequent < b.antecedent + b.consequent ? -1 : 1)),
  };
}
