import { associationRules } from '../../algorithms/associate/association-rules.ts';
import { closedItemsets, maximalItemsets } from '../../algorithms/associate/condensed-itemsets.ts';
import { Eclat } from '../../algorithms/associate/eclat.ts';
import type { FrequentItemsets } from '../../algorithms/associate/frequent-itemsets.ts';
import { multiLevelItemsets } from '../../algorithms/associate/multi-level-itemsets.ts';
import { significantRules } from '../../algorithms/associate/significant-rules.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Column, CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

type RuleSettings = ShopSettings['analyse']['rules'];

interface Itemset {
  readonly items: string;
  readonly length: number;
  readonly baskets: number;
  readonly support: number;
  /** No larger set is in as many baskets. */
  readonly closed: boolean;
  /** No larger set is frequent. */
  readonly maximal: boolean;
}

interface Rule {
  readonly antecedent: string;
  readonly consequent: string;
  readonly baskets: number;
  readonly support: number;
  readonly confidence: number;
  readonly lift: number;
  readonly leverage: number;
  readonly conviction: number;
  readonly pValue: number;
  readonly falseDiscoveryRate: number;
}

interface Associations {
  readonly itemsets: readonly Itemset[];
  readonly rules: readonly Rule[];
  readonly segmentRules: readonly (Rule & { readonly segment: number })[];
}

/** Baskets by their number; `segments` of the customer who bought, -1 where that is not known. */
interface Baskets {
  readonly offsets: Uint32Array;
  readonly codes: Uint32Array;
  readonly segments: Int32Array;
  readonly titles: readonly string[];
  /** By code, the code of the category above it, or -1; of rules over products and categories only. */
  readonly parents?: Int32Array;
}

/** Pairs, and triples for the rules "who buys both also buys". */
const maxLength = 3;
/** What fewer orders have together is nobody's habit, however small the segment. */
const fewestBaskets = 20;
/** Of the rules kept so many in a hundred may be chance. */
const maxFalseDiscoveryRate = 0.05;

/**
 * What is bought together: `segments.itemsets`, `segments.rules`, and `segments.segment_rules` of each segment's own baskets, strongest first. A rule is
 * kept for its confidence, and only when it is not chance (Fisher's exact test, false discoveries controlled over all rules looked at).
 */
export async function mineAssociations(session: WarehouseSession, folder: CycleFolder, settings: RuleSettings): Promise<Record<string, RelationRef>> {
  let made: Associations | undefined;
  const once = async (): Promise<Associations> => (made ??= await mine(session, settings));
  const write = (name: string, columns: (associations: Associations) => readonly Column[]): Promise<RelationRef> => session.write(folder, {
    name, algorithm: 'mine-associations 3', inputs: ['features.order_lines', 'features.orders', 'snapshot.products', 'segments.memberships'], parameters: { ...settings, maxLength, maxFalseDiscoveryRate }, columns: async () => columns(await once()),
  });
  return {
    'segments.itemsets': await write('segments.itemsets', ({ itemsets }) => [
      { name: 'items', type: 'VARCHAR', values: itemsets.map((set) => set.items) }, { name: 'length', type: 'INTEGER', values: itemsets.map((set) => set.length) },
      { name: 'baskets', type: 'BIGINT', values: itemsets.map((set) => set.baskets) }, { name: 'support', type: 'DOUBLE', values: itemsets.map((set) => set.support) },
      { name: 'closed', type: 'BOOLEAN', values: itemsets.map((set) => set.closed) }, { name: 'maximal', type: 'BOOLEAN', values: itemsets.map((set) => set.maximal) },
    ]),
    'segments.rules': await write('segments.rules', ({ rules }) => ruleColumns(rules)),
    'segments.segment_rules': await write('segments.segment_rules', ({ segmentRules }) => [{ name: 'segment', type: 'INTEGER', values: segmentRules.map((rule) => rule.segment) }, ...ruleColumns(segmentRules)]),
  };
}

const ruleColumns = (rules: readonly Rule[]): readonly Column[] => [
  { name: 'antecedent', type: 'VARCHAR', values: rules.map((rule) => rule.antecedent) }, { name: 'consequent', type: 'VARCHAR', values: rules.map((rule) => rule.consequent) },
  { name: 'baskets', type: 'BIGINT', values: rules.map((rule) => rule.baskets) },
  ...(['support', 'confidence', 'lift', 'leverage', 'conviction'] as const).map((name) => ({ name, type: 'DOUBLE' as const, values: rules.map((rule) => rule[name]) })),
  { name: 'p_value', type: 'DOUBLE', values: rules.map((rule) => rule.pValue) }, { name: 'false_discovery_rate', type: 'DOUBLE', values: rules.map((rule) => rule.falseDiscoveryRate) },
];

async function mine(session: WarehouseSession, settings: RuleSettings): Promise<Associations> {
  const baskets = await readBaskets(session, settings);
  const { sets, rules } = mineBaskets(baskets, settings);
  // Only what is frequent among all is looked for in a segment; -1 is nobody's.
  const known = [...basketsBySegment(baskets)].filter(([segment]) => segment >= 0).sort(([a], [b]) => a - b);
  return { itemsets: sets === undefined ? [] : listItemsets(sets, baskets), rules, segmentRules: known.flatMap(([segment, own]) => mineBaskets(own, settings).rules.map((rule) => ({ segment, ...rule }))) };
}

/** What a basket holds by level: a select of order_id and item, an item's title, and which product it is. At two levels a letter tells a product from a category of its name. */
const levels: Readonly<Record<RuleSettings['level'], { readonly items: string; readonly title: string; readonly product: string }>> = {
  product: { items: 'select distinct order_id, product_id as item from features.order_lines where not is_return', title: 'coalesce(any_value(title), item)', product: 'item = product_id' },
  category: { items: 'select distinct order_id, category as item from features.order_lines where not is_return', title: 'item', product: 'false' },
  both: {
    items: `
      select distinct order_id, 'p:' || product_id as item from features.order_lines where not is_return
      union all
      select distinct order_id, 'c:' || category from features.order_lines where not is_return`,
    title: 'coalesce(any_value(title), item[3:])', product: "item = 'p:' || product_id",
  },
};

async function readParents(session: WarehouseSession): Promise<Int32Array> {
  const { values } = await session.matrix(`
    with above as (select 'p:' || product_id as item, 'c:' || min(category) as category from features.order_lines group by product_id)
    select coalesce(categories.code, -1) as parent
    from frequent_items left join above using (item) left join frequent_items as categories on categories.item = above.category
    order by frequent_items.code`);
  return Int32Array.from(values);
}

async function readBaskets(session: WarehouseSession, settings: RuleSettings): Promise<Baskets> {
  const { items, title, product } = levels[settings.level];
  await session.run(`create or replace temporary table bought as ${items}`);
  // Rare items can be in no frequent set: they are left in DuckDB, which counts them faster than they could be carried out.
  await session.run(`
    create or replace temporary table frequent_items as
    select item, row_number() over (order by item) - 1 as code
    from bought
    group by item having count(*) >= ${settings.minimum_support} * (select count(distinct order_id) from bought)`);
  const orders = await session.matrix(`
    select segment, count(distinct order_id) as baskets
    from (select order_id, coalesce(segment, -1) as segment from features.orders left join segments.memberships using (customer_id) where not is_return)
    group by segment order by segment`);
  const bought = await session.matrix(`
    with owners as (select order_id, any_value(segment) as segment from features.orders inner join segments.memberships using (customer_id) where not is_return group by order_id)
    select dense_rank() over (order by order_id) - 1 as basket, code, coalesce(segment, -1) as segment
    from bought inner join frequent_items using (item) left join owners using (order_id)
    order by basket, code`);
  const offsets: number[] = [];
  const segments: number[] = [];
  const codes = new Uint32Array(bought.rows);
  for (let row = 0; row < bought.rows; row++) {
    const basket = bought.values[row * 3]!;
    if (basket === offsets.length) {
      offsets.push(row);
      segments.push(bought.values[row * 3 + 2]!);
    }
    codes[row] = bought.values[row * 3 + 1]!;
  }
  // Orders of rare items only come last, as empty baskets of their segment.
  const full = new Map<number, number>();
  for (const segment of segments) full.set(segment, (full.get(segment) ?? 0) + 1);
  for (let row = 0; row < orders.rows; row++) {
    const [segment, baskets] = [orders.values[row * 2]!, orders.values[row * 2 + 1]!];
    for (let empty = full.get(segment) ?? 0; empty < baskets; empty++) {
      offsets.push(bought.rows);
      segments.push(segment);
    }
  }
  const titles = await session.texts(`
    select ${title} as title
    from frequent_items left join snapshot.products on ${product}
    group by item, code order by code`);
  return { offsets: Uint32Array.from([...offsets, bought.rows]), codes, segments: Int32Array.from(segments), titles, ...(settings.level === 'both' ? { parents: await readParents(session) } : {}) };
}

/** The baskets of each segment by its number; one pass over all of them, since a segment has most of its baskets' neighbours elsewhere. */
function basketsBySegment({ offsets, codes, segments, ...names }: Baskets): ReadonlyMap<number, Baskets> {
  const sizes = new Map<number, { baskets: number; codes: number }>();
  segments.forEach((segment, basket) => {
    const size = sizes.get(segment) ?? { baskets: 0, codes: 0 };
    size.baskets += 1;
    size.codes += offsets[basket + 1]! - offsets[basket]!;
    sizes.set(segment, size);
  });
  const parts = new Map([...sizes].map(([segment, size]) => [segment, { offsets: new Uint32Array(size.baskets + 1), codes: new Uint32Array(size.codes), segments: new Int32Array(size.baskets).fill(segment), ...names, filled: 0 }]));
  segments.forEach((segment, basket) => {
    const part = parts.get(segment)!;
    let end = part.offsets[part.filled]!;
    for (let at = offsets[basket]!; at < offsets[basket + 1]!; at++) part.codes[end++] = codes[at]!;
    part.offsets[++part.filled] = end;
  });
  return parts;
}

/** Names of an itemset's members. */
const wordsOf = (titles: readonly string[], members: Iterable<number>): string => Array.from(members, (code) => titles[code]!).join(' + ');

function mineBaskets({ offsets, codes, titles, parents }: Baskets, settings: RuleSettings): { readonly sets?: FrequentItemsets; readonly rules: readonly Rule[] } {
  const baskets = offsets.length - 1;
  if (codes.length === 0) return { rules: [] };
  const options = { minSupport: Math.min(1, Math.max(settings.minimum_support, fewestBaskets / baskets)), maxLength };
  const sets = parents === undefined ? new Eclat(options).fit(offsets, codes).itemsets : multiLevelItemsets(offsets, codes, parents, options);
  // Every rule that is looked at counts against the false discoveries, whatever its confidence.
  const found = significantRules(associationRules(sets, { minConfidence: 0, maxConsequent: 1 }), baskets, { maxFalseDiscoveryRate });
  return {
    sets,
    rules: found
      .filter(({ confidence }) => confidence >= settings.minimum_confidence)
      .map(({ antecedent, consequent, count, ...figures }) => ({ antecedent: wordsOf(titles, antecedent), consequent: wordsOf(titles, consequent), baskets: count, ...figures }))
      .sort((a, b) => b.lift - a.lift || b.baskets - a.baskets || (a.antecedent + a.consequent < b.antecedent + b.consequent ? -1 : 1)),
  };
}

function listItemsets(sets: FrequentItemsets, { titles }: Baskets): Itemset[] {
  const membersOf = (of: FrequentItemsets, set: number): Uint32Array => of.items.subarray(of.offsets[set], of.offsets[set + 1]);
  const keysOf = (of: FrequentItemsets): ReadonlySet<string> => new Set(Array.from(of.counts.keys(), (set) => membersOf(of, set).join(' ')));
  const [closed, maximal] = [keysOf(closedItemsets(sets)), keysOf(maximalItemsets(sets))];
  return Array.from(sets.counts, (count, set) => {
    const members = membersOf(sets, set);
    const key = members.join(' ');
    return { items: wordsOf(titles, members), length: members.length, baskets: count, support: count / sets.baskets, closed: closed.has(key), maximal: maximal.has(key) };
  }).sort((a, b) => a.length - b.length || b.baskets - a.baskets || (a.items < b.items ? -1 : 1));
}
