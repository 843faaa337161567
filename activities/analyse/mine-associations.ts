import { associationRules } from '../../algorithms/associate/association-rules.ts';
import { Eclat } from '../../algorithms/associate/eclat.ts';
import { significantRules } from '../../algorithms/associate/significant-rules.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Column, CycleFolder, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';

type RuleSettings = ShopSettings['analyse']['rules'];

interface Itemset { readonly items: string; readonly length: number; readonly baskets: number; readonly support: number }

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
    name, algorithm: 'mine-associations 2', inputs: ['features.order_lines', 'features.orders', 'snapshot.products', 'segments.memberships'], parameters: { ...settings, maxLength, maxFalseDiscoveryRate }, columns: async () => columns(await once()),
  });
  return {
    'segments.itemsets': await write('segments.itemsets', ({ itemsets }) => [
      { name: 'items', type: 'VARCHAR', values: itemsets.map((set) => set.items) }, { name: 'length', type: 'INTEGER', values: itemsets.map((set) => set.length) },
      { name: 'baskets', type: 'BIGINT', values: itemsets.map((set) => set.baskets) }, { name: 'support', type: 'DOUBLE', values: itemsets.map((set) => set.support) },
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
  const { itemsets, rules } = mineBaskets(baskets, settings);
  // Only what is frequent among all is looked for in a segment; -1 is nobody's.
  const known = [...basketsBySegment(baskets)].filter(([segment]) => segment >= 0).sort(([a], [b]) => a - b);
  return { itemsets, rules, segmentRules: known.flatMap(([segment, own]) => mineBaskets(own, settings).rules.map((rule) => ({ segment, ...rule }))) };
}

async function readBaskets(session: WarehouseSession, settings: RuleSettings): Promise<Baskets> {
  const item = settings.level === 'product' ? 'product_id' : 'category';
  await session.run(`create or replace temporary table bought as select distinct order_id, ${item} as item from features.order_lines where not is_return`);
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
    select coalesce(${settings.level === 'product' ? 'any_value(title)' : 'null'}, item) as title
    from frequent_items left join snapshot.products on ${settings.level === 'product' ? 'item = product_id' : 'false'}
    group by item, code order by code`);
  return { offsets: Uint32Array.from([...offsets, bought.rows]), codes, segments: Int32Array.from(segments), titles };
}

/** The baskets of each segment by its number; one pass over all of them, since a segment has most of its baskets' neighbours elsewhere. */
function basketsBySegment({ offsets, codes, segments, titles }: Baskets): ReadonlyMap<number, Baskets> {
  const sizes = new Map<number, { baskets: number; codes: number }>();
  segments.forEach((segment, basket) => {
    const size = sizes.get(segment) ?? { baskets: 0, codes: 0 };
    size.baskets += 1;
    size.codes += offsets[basket + 1]! - offsets[basket]!;
    sizes.set(segment, size);
  });
  const parts = new Map([...sizes].map(([segment, size]) => [segment, { offsets: new Uint32Array(size.baskets + 1), codes: new Uint32Array(size.codes), segments: new Int32Array(size.baskets).fill(segment), titles, filled: 0 }]));
  segments.forEach((segment, basket) => {
    const part = parts.get(segment)!;
    let end = part.offsets[part.filled]!;
    for (let at = offsets[basket]!; at < offsets[basket + 1]!; at++) part.codes[end++] = codes[at]!;
    part.offsets[++part.filled] = end;
  });
  return parts;
}

function mineBaskets({ offsets, codes, titles }: Baskets, settings: RuleSettings): Omit<Associations, 'segmentRules'> {
  const baskets = offsets.length - 1;
  if (codes.length === 0) return { itemsets: [], rules: [] };
  const { itemsets } = new Eclat({ minSupport: Math.min(1, Math.max(settings.minimum_support, fewestBaskets / baskets)), maxLength }).fit(offsets, codes);
  const words = (members: Iterable<number>): string => Array.from(members, (code) => titles[code]!).join(' + ');
  // Every rule that is looked at counts against the false discoveries, whatever its confidence.
  const found = significantRules(associationRules(itemsets, { minConfidence: 0, maxConsequent: 1 }), baskets, { maxFalseDiscoveryRate });
  return {
    itemsets: Array.from(itemsets.counts, (count, set) => {
      const members = itemsets.items.subarray(itemsets.offsets[set], itemsets.offsets[set + 1]);
      return { items: words(members), length: members.length, baskets: count, support: count / baskets };
    }).sort((a, b) => a.length - b.length || b.baskets - a.baskets || (a.items < b.items ? -1 : 1)),
    rules: found
      .filter(({ confidence }) => confidence >= settings.minimum_confidence)
      .map(({ antecedent, consequent, count, ...figures }) => ({ antecedent: words(antecedent), consequent: words(consequent), baskets: count, ...figures }))
      .sort((a, b) => b.lift - a.lift || b.baskets - a.baskets || (a.antecedent + a.consequent < b.antecedent + b.consequent ? -1 : 1)),
  };
}
