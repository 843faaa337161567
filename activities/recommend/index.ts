import type { ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Column, Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { cycleAsOf } from '../cycle-as-of.ts';
import { inThread } from '../in-thread.ts';
import { latestCycle } from '../latest-cycle.ts';
import type { Recommendations, RecommendTask } from './compute-recommendations.ts';
import type { RecommendActivities, RecommendFound, RecommendInput } from './contract.ts';

export interface RecommendDependencies {
  readonly warehouse: Warehouse;
  readonly openShop: (name: string) => Promise<ShopFolder>;
  readonly cancellation: () => AbortSignal | undefined;
}

/** Recommendations, apart from the cycle: they read what a cycle knows and write beside it. */
export function createRecommendActivities({ warehouse, openShop, cancellation }: RecommendDependencies): RecommendActivities {
  return {
    async recommendProducts(input: RecommendInput): Promise<RecommendFound> {
      const { settings } = await openShop(input.shop);
      const { cycle, relations: known } = await latestCycle(warehouse, input, ['snapshot.products', 'features.order_lines', 'features.customers']);
      const folder = { shop: input.shop, cycle };
      const asOf = await cycleAsOf(warehouse, known);
      await using session = await warehouse.open(known, {}, cancellation());
      const optional = ['segments.memberships', 'snapshot.social'].filter((name) => known[name] !== undefined);
      const { task, customers, products } = await readTask(session, settings, optional);
      const made = await inThread<RecommendTask, Recommendations>(new URL('compute-recommendations.thread.ts', import.meta.url), task, { signal: cancellation() });
      const write = (name: string, columns: readonly Column[]): Promise<RelationRef> => session.write(folder, {
        name, algorithm: 'recommend-products 1', inputs: ['features.order_lines', 'snapshot.products', 'features.customers', ...optional], parameters: { seed: settings.seed, ...settings.recommend }, columns: () => columns,
      });
      const titles = products.map(({ product_id: id, title }) => title ?? id);
      const methods = [...made.blend.map(({ method }) => method), 'popularity'];
      const relations = {
        'recommendations.products': await write('recommendations.products', [
          { name: 'customer_id', type: 'VARCHAR', values: Array.from(made.customer, (row) => customers[row]!) }, { name: 'rank', type: 'INTEGER', values: made.rank },
          { name: 'product_id', type: 'VARCHAR', values: Array.from(made.product, (row) => products[row]!.product_id) }, { name: 'score', type: 'DOUBLE', values: made.score },
          { name: 'method', type: 'VARCHAR', values: Array.from(made.method, (place) => methods[place]!) },
          { name: 'reason', type: 'VARCHAR', values: Array.from(made.because, (item, place) => reasonOf(methods[made.method[place]!]!, item < 0 ? undefined : titles[item]!)) },
        ]),
        'recommendations.methods': await write('recommendations.methods', [
          { name: 'method', type: 'VARCHAR', values: made.judged.map(({ method }) => method) }, { name: 'is_used', type: 'BOOLEAN', values: made.judged.map(({ isUsed }) => isUsed) },
          { name: 'weight', type: 'DOUBLE', values: made.judged.map(({ method }) => made.blend.find((part) => part.method === method)?.weight ?? 0) },
          ...(['recall', 'precision', 'ndcg', 'averagePrecision', 'novelty'] as const).flatMap((figure) => (['value', 'low', 'high'] as const).map((part): Column => ({
            name: `${figure === 'averagePrecision' ? 'map' : figure}${part === 'value' ? '' : `_${part}`}`, type: 'DOUBLE', values: made.judged.map((row) => row[figure][part]),
          }))),
          { name: 'coverage', type: 'DOUBLE', values: made.judged.map(({ coverage }) => coverage) },
        ]),
      };
      return { ...folder, asOf, relations, customers: customers.length, products: products.length, used: made.used, blend: made.blend, judged: made.judged, judgedCustomers: made.judgedCustomers };
    },
  };
}

/** Why a product is shown, for the customer to read. */
function reasonOf(method: string, because: string | undefined): string {
  if (method === 'popularity') return 'Customers like you buy it often';
  if (method === 'bought together' && because !== undefined) return `Often bought together with ${because}`;
  if (method === 'alike in words' && because !== undefined) return `Similar to ${because}`;
  return because === undefined ? 'Customers of your taste bought it' : `Because you bought ${because}`;
}

interface Product extends Readonly<Record<string, string | number | boolean | null>> {
  readonly product_id: string;
  readonly title: string | null;
  readonly category: string | null;
  readonly is_allowed: boolean;
}

async function readTask(session: WarehouseSession, { recommend: settings, seed }: ShopSettings, optional: readonly string[]): Promise<{ readonly task: RecommendTask; readonly customers: readonly string[]; readonly products: readonly Product[] }> {
  await session.run(`
    create or replace temporary table bought as
    select customer_id, order_id, product_id, min(ordered_at) as ordered_at from features.order_lines where not is_return group by all`);
  // A product that nobody buys can be found by its words only, and by those that are sold.
  await session.run(`
    create or replace temporary table offered as
    select product_id, any_value(title) as title, any_value(category) as category,
        coalesce(any_value(stock) > 0, true) and coalesce(any_value(price - unit_cost) >= ${settings.minimum_margin} * any_value(price), true) as is_allowed,
        row_number() over (order by product_id) - 1 as code
    from (select product_id from snapshot.products union select product_id from bought) left join snapshot.products using (product_id)
    group by product_id`);
  await session.run('create or replace temporary table buyers as select customer_id, row_number() over (order by customer_id) - 1 as code from features.customers');
  const products = await session.rows<Product>('select product_id, title, category, is_allowed from offered order by code');
  const customers = await session.texts('select customer_id from buyers order by code');
  const lines = await session.matrix(`
    select buyers.code as customer, offered.code as product, dense_rank() over (order by order_id) - 1 as order_code, epoch(ordered_at) as seconds,
        count(distinct buyers.code) over (partition by offered.code) as buyers_of
    from bought inner join buyers using (customer_id) inner join offered using (product_id)
    qualify buyers_of >= ${settings.minimum_buyers}
    order by seconds, order_code, product`);
  const words = await session.matrix(`
    with words as (
        select code, unnest(string_split_regex(lower(coalesce(title, '')), '[^\\p{L}]+')) as word from offered
        union select code, 'category ' || category from offered where category is not null
    )
    select code as product, dense_rank() over (order by word) - 1 as word from words where length(word) >= 3 order by product, word`);
  const segments = new Int32Array(customers.length).fill(-1);
  if (optional.includes('segments.memberships')) {
    const known = await session.matrix('select code, segment from segments.memberships inner join buyers using (customer_id) order by code');
    for (let row = 0; row < known.rows; row++) segments[known.values[row * 2]!] = known.values[row * 2 + 1]!;
  }
  const follows = optional.includes('snapshot.social')
    ? await session.matrix(`select distinct one.code as follower, other.code as followed from snapshot.social inner join buyers as one using (customer_id) inner join buyers as other on other.customer_id = other_customer_id where kind = 'follow' order by all`)
    : { values: new Float64Array(), rows: 0, columns: 2 };
  const column = ({ values, rows, columns }: { readonly values: Float64Array; readonly rows: number; readonly columns: number }, index: number): Float64Array => Float64Array.from({ length: rows }, (_, row) => values[row * columns + index]!);
  const categories = [...new Set(products.map(({ category }) => category))];
  return {
    customers, products,
    task: {
      customers: customers.length, products: products.length,
      customer: Uint32Array.from(column(lines, 0)), product: Uint32Array.from(column(lines, 1)), order: Uint32Array.from(column(lines, 2)), time: column(lines, 3),
      wordProduct: Uint32Array.from(column(words, 0)), word: Uint32Array.from(column(words, 1)), words: column(words, 1).reduce((most, word) => Math.max(most, word + 1), 0),
      segments, follows: { from: column(follows, 0), to: column(follows, 1) },
      allowed: Uint8Array.from(products, ({ is_allowed: is }) => Number(is)), category: Int32Array.from(products, ({ category }) => (category === null ? -1 : categories.indexOf(category))),
      perCategory: settings.per_category, length: settings.length, seed,
    },
  };
}
