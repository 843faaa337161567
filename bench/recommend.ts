import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AlternatingLeastSquares, recommendByFactors } from '../algorithms/recommendation/alternating-least-squares.ts';
import { BayesianPersonalizedRanking } from '../algorithms/recommendation/bayesian-personalized-ranking.ts';
import { BlendedRanker } from '../algorithms/recommendation/blended-ranker.ts';
import { interactionMatrix, type InteractionMatrix } from '../algorithms/recommendation/interaction-matrix.ts';
import { itemNeighbours, recommendByNeighbours } from '../algorithms/recommendation/neighbours.ts';
import { rankingFigures } from '../algorithms/recommendation/ranking-metrics.ts';
import { splitByTime, splitEachByTime, type TimeSplit } from '../algorithms/recommendation/split-by-time.ts';
import type { TopLists } from '../algorithms/recommendation/top-lists.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { makeHistory } from '../simulator/make-history.ts';
import { scales } from '../simulator/scales.ts';
import type { Runs, Subject } from './side-by-side.ts';

interface RecommendInput {
  /** Files of pairs (customer, item) as Uint32: train, validation, test. */
  readonly files: Readonly<Record<'train' | 'validation' | 'test', string>>;
  readonly customers: number;
  readonly items: number;
  /** `quality`: settings of each method are chosen on the validation part. `speed`: one cosine of given neighbours. */
  readonly work: 'quality' | 'speed';
  readonly k: number;
  readonly neighbours: readonly number[];
}

const used = 'NDCG@10 of what is used';
const recall = 'recall@10';
const candidates = 50;

/** What customers want next: as good as implicit's best on MovieLens by each user's time, as fast as its cosine on a shop of 100,000. */
export const subject: Subject<RecommendInput> = {
  name: 'recommend',
  description: 'MovieLens by time with settings chosen on a validation part, and all top tens of a shop of 100,000 customers, beside implicit.',
  module: import.meta.url,
  peers: [{ name: 'implicit', script: 'recommend.py' }],
  async inputs({ folder, say }) {
    await mkdir(folder, { recursive: true });
    const ratings = join(import.meta.dirname, '..', '..', 'shared', 'datasets', 'movielens_latest_small', 'ratings.csv');
    const inputs: Record<string, RecommendInput> = {};
    if (await stat(ratings).then(() => true, () => false)) inputs['MovieLens latest-small'] = await movieLens(ratings, folder);
    else say(`MovieLens is left out: ${ratings} is not there.`);
    inputs['100,000 customers'] = await madeShop(folder, say);
    return inputs;
  },
  async own(input) {
    const read = async (part: 'train' | 'validation' | 'test'): Promise<InteractionMatrix> => {
      const bytes = await readFile(input.files[part]);
      const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
      return interactionMatrix({ rows: input.customers, columns: input.items, row: words.filter((_, place) => place % 2 === 0), column: words.filter((_, place) => place % 2 === 1) });
    };
    const [train, validation, test] = [await read('train'), await read('validation'), await read('test')];
    return input.work === 'speed' ? allTopTens(train, test, input) : bestOfEach(train, validation, test, input);
  },
  check({ own, peers }: Runs, { work }) {
    const figure = work === 'quality' ? used : recall;
    const mean = (runs: Runs['own']): number => runs.reduce((sum, { figures }) => sum + figures[figure]!, 0) / runs.length;
    const [ours, theirs] = [mean(own), mean(peers['implicit']!)];
    if (work === 'quality') return ours >= theirs ? [] : [`${used} is ${ours} where implicit's best has ${theirs}`];
    // Customers whose candidates have equal scores are served in another order.
    return Math.abs(ours - theirs) <= 0.002 ? [] : [`${recall} is ${ours} where implicit has ${theirs}`];
  },
};

function allTopTens(train: InteractionMatrix, test: InteractionMatrix, { k, neighbours }: RecommendInput): { seconds: Record<string, number>; figures: Record<string, number> } {
  const start = performance.now();
  // implicit counts an item among its own neighbours.
  const similar = itemNeighbours(train, { k: neighbours[0]! - 1 });
  const fitted = performance.now();
  const lists = recommendByNeighbours(train, similar, { k });
  const end = performance.now();
  return { seconds: { 'item cosine': (fitted - start) / 1000, 'all top tens': (end - fitted) / 1000, both: (end - start) / 1000 }, figures: { [recall]: mean(rankingFigures(lists, test, train).recall) } };
}

/** The same settings are tried as by recommend.py, whose alpha counts the 1 of every pair. */
function bestOfEach(train: InteractionMatrix, validation: InteractionMatrix, test: InteractionMatrix, { k, neighbours }: RecommendInput & { readonly run?: number }): { seconds: Record<string, number>; figures: Record<string, number> } {
  const seed = 1;
  const methods: Readonly<Record<string, readonly ((matrix: InteractionMatrix) => TopLists)[]>> = {
    cosine: neighbours.map((kept) => (matrix) => recommendByNeighbours(matrix, itemNeighbours(matrix, { k: kept - 1 }), { k: candidates })),
    ALS: [16, 32].flatMap((factors) => [0.5, 4].flatMap((alpha) => [1, 10].map((regularisation) => (matrix: InteractionMatrix) =>
      recommendByFactors(new AlternatingLeastSquares({ factors, alpha, regularisation, seed }).fit(matrix), matrix, { k: candidates })))),
    BPR: [16, 32].flatMap((factors) => [50, 100].map((iterations) => (matrix: InteractionMatrix) =>
      recommendByFactors(new BayesianPersonalizedRanking({ factors, iterations, seed }).fit(matrix), matrix, { k: candidates }))),
  };
  const known = union(train, validation);
  const start = performance.now();
  const [tried, final]: [Record<string, TopLists>, Record<string, TopLists>] = [{}, {}];
  const figures: Record<string, number> = {};
  for (const [name, settings] of Object.entries(methods)) {
    const lists = settings.map((make) => make(train));
    const gains = lists.map((list) => ndcg(list, validation, train, k));
    const best = gains.indexOf(Math.max(...gains));
    tried[name] = lists[best]!;
    final[name] = settings[best]!(known);
    figures[`NDCG@10 of ${name}`] = ndcg(final[name], test, known, k);
  }
  const ranker = new BlendedRanker().fit(tried, validation, k);
  figures[used] = ndcg(ranker.rank(final, k), test, known, k);
  return { seconds: { 'choosing and fitting': (performance.now() - start) / 1000 }, figures };
}

function ndcg(lists: TopLists, chosen: InteractionMatrix, known: InteractionMatrix, k: number): number {
  const ids = new Int32Array(lists.rows * k);
  for (let row = 0; row < lists.rows; row++) ids.set(lists.ids.subarray(row * lists.k, row * lists.k + k), row * k);
  return mean(rankingFigures({ rows: lists.rows, k, ids, scores: new Float32Array(ids.length) }, chosen, known).ndcg);
}

function mean(figure: Float64Array): number {
  const known = figure.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

function union(one: InteractionMatrix, other: InteractionMatrix): InteractionMatrix {
  const rows = (matrix: InteractionMatrix): number[] => Array.from({ length: matrix.rows }, (_, row) => new Array<number>(matrix.offsets[row + 1]! - matrix.offsets[row]!).fill(row)).flat();
  return interactionMatrix({ rows: one.rows, columns: one.columns, row: [...rows(one), ...rows(other)], column: [...one.indices, ...other.indices] });
}

async function movieLens(ratings: string, folder: string): Promise<RecommendInput> {
  const lines = (await readFile(ratings, 'utf8')).trim().split('\n').slice(1).map((line) => line.split(',').map(Number) as [number, number, number, number]);
  const films = new Map([...new Set(lines.map(([, film]) => film))].sort((a, b) => a - b).map((film, code) => [film, code]));
  const customers = Math.max(...lines.map(([user]) => user));
  const rows = lines.map(([user, film, , time]) => ({ customer: user - 1, item: films.get(film)!, time })).sort((a, b) => a.customer - b.customer || a.time - b.time || a.item - b.item);
  // A user's last fifth is the test, the tenth before it the validation.
  const split = splitEachByTime({ customers, items: films.size, customer: rows.map(({ customer }) => customer), item: rows.map(({ item }) => item), time: rows.map(({ time }) => time) }, 0.2, 0.1);
  return { files: await writeSplit(split, join(folder, 'movielens')), customers, items: films.size, work: 'quality', k: 10, neighbours: [10, 20, 50, 100] };
}

/** A shop's orders; the last four weeks are what is wanted next. */
async function madeShop(folder: string, say: (line: string) => void): Promise<RecommendInput> {
  const prefix = join(folder, 'shop-100k');
  const made = await readFile(`${prefix}.json`, 'utf8').catch(() => undefined);
  if (made !== undefined) return JSON.parse(made) as RecommendInput;
  say('Making a shop of 100,000 customers …');
  await makeHistory({ folder: prefix, ...scales.M, eventsPerCustomer: 12, seed: 1, until: '2026-11-30' });
  const warehouse = await openWarehouse({ lake: join(folder, 'lake') });
  await using session = await warehouse.open({});
  const columns = `{${'order_id, line_no, customer_id, ordered_at, product_id, quantity, unit_price, discount, coupon_code, channel, store_id, returned'.split(', ').map((name) => `${name}: 'varchar'`).join(', ')}}`;
  const bought = await session.matrix(`
    with lines as (select customer_id, product_id, max(try_cast(ordered_at as timestamp)) as moment from read_csv('${prefix}/orders/*.csv', auto_detect = false, header = true, delim = ',', quote = '"', columns = ${columns}, ignore_errors = true, null_padding = true) where try_cast(ordered_at as timestamp) is not null and customer_id <> '' group by all)
    select dense_rank() over (order by customer_id) - 1 as customer, dense_rank() over (order by product_id) - 1 as item, epoch(moment) as seconds from lines order by customer, seconds, item`);
  const column = (index: number): Float64Array => Float64Array.from({ length: bought.rows }, (_, row) => bought.values[row * 3 + index]!);
  const [customer, item, time] = [column(0), column(1), column(2)];
  const last = Date.parse('2026-11-30') / 1000;
  const [customers, items] = [customer, item].map((codes) => codes.reduce((most, code) => Math.max(most, code), 0) + 1) as [number, number];
  const split = splitByTime({ customers, items, customer, item, time }, last - 56 * 86_400, last - 28 * 86_400);
  const input: RecommendInput = { files: await writeSplit({ ...split, train: split.known }, prefix), customers, items, work: 'speed', k: 10, neighbours: [20] };
  await writeFile(`${prefix}.json`, JSON.stringify(input));
  return input;
}

async function writeSplit({ train, validation, test }: TimeSplit, prefix: string): Promise<RecommendInput['files']> {
  const files: Record<string, string> = {};
  for (const [name, { rows, offsets, indices }] of Object.entries({ train, validation, test })) {
    const words = new Uint32Array(indices.length * 2);
    for (let row = 0; row < rows; row++) for (let place = offsets[row]!; place < offsets[row + 1]!; place++) words.set([row, indices[place]!], place * 2);
    files[name] = `${prefix}-${name}.u32`;
    await writeFile(files[name], words);
  }
  return files as RecommendInput['files'];
}
