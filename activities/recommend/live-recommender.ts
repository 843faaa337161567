import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { blendRow } from '../../algorithms/recommendation/blended-ranker.ts';
import { interactionMatrix } from '../../algorithms/recommendation/interaction-matrix.ts';
import { itemNeighbours } from '../../algorithms/recommendation/neighbours.ts';
import type { TopLists } from '../../algorithms/recommendation/top-lists.ts';
import type { RelationRef } from '../../gateways/warehouse/relation-ref.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { latestCycle } from '../latest-cycle.ts';

/** Something a customer does in the shop right now. */
export interface LiveEvent {
  readonly shop: string;
  readonly customer: string;
  readonly kind: 'view' | 'cart_add' | 'purchase';
  readonly product: string;
}

export interface LiveRecommendation {
  readonly product: string;
  readonly title: string;
  readonly reason: string;
}

/** Answers from memory; what it was told stays when the process ends. */
export interface LiveRecommender {
  /** Counts at once, and is on disk when this resolves. False where the shop has no such product. @throws ClienteleError CYCLE_NOT_FOUND before the first recommendations of a shop */
  take(event: LiveEvent): Promise<boolean>;
  /** A customer's list now, what the session shows taken in; what is popular for customers nobody knows. @throws as `take` */
  recommend(shop: string, customer: string): Promise<readonly LiveRecommendation[]>;
  close(): Promise<void>;
}

interface ShopMemory {
  readonly key: string;
  readonly products: readonly { readonly id: string; readonly title: string; readonly allowed: boolean }[];
  readonly numbers: ReadonlyMap<string, number>;
  /** The batch's list of each customer: products by number, and reasons. */
  readonly lists: ReadonlyMap<string, { readonly ids: readonly number[]; readonly reasons: readonly string[] }>;
  readonly bought: ReadonlyMap<string, ReadonlySet<number>>;
  readonly similar: TopLists;
  readonly popular: readonly number[];
}

interface Seen { readonly product: number; readonly kind: LiveEvent['kind']; readonly at: number }

/** A session ends when nothing happens for half an hour; its latest events say the most. */
const sessionMilliseconds = 30 * 60_000;
const eventsKept = 10;
const length = 10;
/** How much the session counts beside the batch's list. */
const sessionWeight = 1.5;
const strength = { view: 1, cart_add: 2, purchase: 2 } as const;
const lookAgainAfter = 60_000;

/** @param folder where events of running sessions are kept, a line each; older ones are dropped at the start */
export function openLiveRecommender({ warehouse, folder, clock }: { readonly warehouse: Warehouse; readonly folder: string; readonly clock: () => Date }): LiveRecommender {
  const shops = new Map<string, { memory: Promise<ShopMemory>; checkedAt: number }>();
  const sessions = new Map<string, Map<string, Seen[]>>();
  const files = new Map<string, Promise<FileHandle>>();

  const memoryOf = (shop: string): Promise<ShopMemory> => {
    const known = shops.get(shop);
    const now = clock().getTime();
    if (known !== undefined && now - known.checkedAt < lookAgainAfter) return known.memory;
    // Meanwhile the others are answered from what is known.
    const memory = known === undefined ? readMemory(warehouse, shop) : known.memory.then((old) => readMemory(warehouse, shop, old));
    const entry = { memory: known === undefined ? memory : known.memory, checkedAt: now };
    shops.set(shop, entry);
    memory.then(() => { entry.memory = memory; }, () => { if (known === undefined) shops.delete(shop); });
    return entry.memory;
  };

  const sessionsOf = (shop: string, memory: ShopMemory): Map<string, Seen[]> => {
    const known = sessions.get(shop);
    if (known !== undefined) return known;
    const found = new Map<string, Seen[]>();
    const kept = readLines(join(folder, `${shop}.jsonl`)).filter(({ at }) => clock().getTime() - at < sessionMilliseconds);
    for (const { customer, kind, product, at } of kept) remember(found, customer, { product: memory.numbers.get(product) ?? -1, kind, at });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${shop}.partial`), kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
    renameSync(join(folder, `${shop}.partial`), join(folder, `${shop}.jsonl`));
    sessions.set(shop, found);
    return found;
  };

  return {
    async take({ shop, customer, kind, product }) {
      const memory = await memoryOf(shop);
      const number = memory.numbers.get(product);
      if (number === undefined) return false;
      const at = clock().getTime();
      remember(sessionsOf(shop, memory), customer, { product: number, kind, at });
      let file = files.get(shop);
      if (file === undefined) files.set(shop, file = open(join(folder, `${shop}.jsonl`), 'a'));
      await (await file).appendFile(`${JSON.stringify({ customer, kind, product, at })}\n`);
      return true;
    },

    async recommend(shop, customer) {
      const memory = await memoryOf(shop);
      const now = clock().getTime();
      const session = (sessionsOf(shop, memory).get(customer) ?? []).filter(({ at, product }) => now - at < sessionMilliseconds && product >= 0);
      return listNow(memory, customer, session);
    },

    async close() { for (const file of files.values()) await (await file).close(); },
  };
}

/** The customer's list of the batch and what is similar to the session's products, blended as the batch blends its methods. */
function listNow({ products, lists, bought, similar, popular }: ShopMemory, customer: string, session: readonly Seen[]): LiveRecommendation[] {
  const batch = lists.get(customer);
  const scores = new Map<number, { score: number; because: number; most: number }>();
  session.forEach(({ product, kind }, place) => {
    const weight = strength[kind] / (session.length - place);
    for (let rank = product * similar.k; rank < (product + 1) * similar.k && similar.ids[rank]! >= 0; rank++) {
      const part = weight * similar.scores[rank]!;
      const entry = scores.get(similar.ids[rank]!) ?? { score: 0, because: -1, most: 0 };
      entry.score += part;
      if (part > entry.most) [entry.because, entry.most] = [product, part];
      scores.set(similar.ids[rank]!, entry);
    }
  });
  const near = [...scores].sort(([a, one], [b, other]) => other.score - one.score || a - b).map(([item]) => item);
  const had = bought.get(customer);
  const taken = new Set(session.filter(({ kind }) => kind !== 'view').map(({ product }) => product));
  const ranked = blendRow([{ weight: 1, ids: batch?.ids ?? popular }, { weight: sessionWeight, ids: near }]);
  return ranked.filter(({ item }) => products[item]!.allowed && !taken.has(item) && !(had?.has(item) ?? false)).slice(0, length).map(({ item }) => {
    const place = batch?.ids.indexOf(item) ?? -1;
    const because = scores.get(item)?.because ?? -1;
    const reason = because >= 0 ? `Because you looked at ${products[because]!.title}` : place >= 0 ? batch!.reasons[place]! : 'Many customers buy it';
    return { product: products[item]!.id, title: products[item]!.title, reason };
  });
}

function remember(sessions: Map<string, Seen[]>, customer: string, seen: Seen): void {
  sessions.set(customer, [...(sessions.get(customer) ?? []), seen].slice(-eventsKept));
}

type Line = Omit<LiveEvent, 'shop'> & { readonly at: number };

/** What stands in the file; a last line that a crash cut off counts as not told. */
function readLines(path: string): Line[] {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return text.split('\n').slice(0, -1).flatMap((line) => {
    try {
      return [JSON.parse(line) as Line];
    } catch {
      return [];
    }
  });
}

async function readMemory(warehouse: Warehouse, shop: string, old?: ShopMemory): Promise<ShopMemory> {
  const { relations } = await latestCycle(warehouse, { shop }, ['recommendations.products', 'snapshot.products', 'features.order_lines']);
  const key = (relations['recommendations.products'] as RelationRef).fingerprint;
  if (old?.key === key) return old;
  await using session = await warehouse.open(relations);
  await session.run(`
    create temporary table known as
    select product_id, coalesce(any_value(title), product_id) as title, coalesce(any_value(stock) > 0, true) as is_allowed, row_number() over (order by product_id) - 1 as code
    from (select product_id from snapshot.products union select product_id from features.order_lines) left join snapshot.products using (product_id) group by product_id`);
  const products = (await session.rows<{ product_id: string; title: string; is_allowed: boolean }>('select product_id, title, is_allowed from known order by code')).map(({ product_id: id, title, is_allowed: allowed }) => ({ id, title, allowed }));
  const customers = await session.texts('select distinct customer_id from features.order_lines where not is_return order by customer_id');
  const pairs = await session.matrix(`
    select customer, code from (select distinct dense_rank() over (order by customer_id) - 1 as customer, product_id from features.order_lines where not is_return) inner join known using (product_id) order by customer, code`);
  const column = (index: number): Float64Array => Float64Array.from({ length: pairs.rows }, (_, row) => pairs.values[row * 2 + index]!);
  const matrix = interactionMatrix({ rows: customers.length, columns: products.length, row: column(0), column: column(1) });
  const counts = new Float64Array(products.length);
  for (const item of matrix.indices) counts[item]!++;
  const lists = new Map<string, { ids: number[]; reasons: string[] }>();
  for await (const rows of session.batches<{ customer_id: string; code: number; reason: string }>('select customer_id, code, reason from recommendations.products inner join known using (product_id) order by customer_id, rank', 20_000)) {
    for (const { customer_id: customer, code, reason } of rows) {
      const list = lists.get(customer) ?? { ids: [], reasons: [] };
      list.ids.push(code);
      list.reasons.push(reason);
      lists.set(customer, list);
    }
  }
  return {
    key, products, lists, numbers: new Map(products.map(({ id }, number) => [id, number])),
    bought: new Map(customers.map((customer, row) => [customer, new Set(matrix.indices.subarray(matrix.offsets[row], matrix.offsets[row + 1]))])),
    similar: itemNeighbours(matrix, { k: 30 }), popular: Array.from(counts.keys()).sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, 60),
  };
}
