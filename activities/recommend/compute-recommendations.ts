import { AlternatingLeastSquares, recommendByFactors } from '../../algorithms/recommendation/alternating-least-squares.ts';
import { BayesianPersonalizedRanking } from '../../algorithms/recommendation/bayesian-personalized-ranking.ts';
import { BlendedRanker, type BlendWeight } from '../../algorithms/recommendation/blended-ranker.ts';
import { interactionMatrix, withValues, type InteractionMatrix } from '../../algorithms/recommendation/interaction-matrix.ts';
import { LightGCN, type FollowEdges } from '../../algorithms/recommendation/light-gcn.ts';
import { coPurchaseRules, itemNeighbours, recommendByNeighbours } from '../../algorithms/recommendation/neighbours.ts';
import { popularItems } from '../../algorithms/recommendation/popularity.ts';
import { meanOverCustomers, rankingFigures } from '../../algorithms/recommendation/ranking-metrics.ts';
import { splitByTime, type TimeSplit } from '../../algorithms/recommendation/split-by-time.ts';
import type { TopLists } from '../../algorithms/recommendation/top-lists.ts';
import { quantile } from '../../algorithms/statistics/quantile.ts';
import type { JudgedMethod } from './contract.ts';

/** A shop's purchases in numbers. */
export interface RecommendTask {
  readonly customers: number;
  readonly products: number;
  /** A line of an order each. */
  readonly customer: Uint32Array;
  readonly product: Uint32Array;
  readonly order: Uint32Array;
  readonly time: Float64Array;
  /** Words of each product: its number and the word's. */
  readonly wordProduct: Uint32Array;
  readonly word: Uint32Array;
  readonly words: number;
  /** Segment of each customer, -1 where it has none. */
  readonly segments: Int32Array;
  readonly follows: FollowEdges;
  /** 0 where a product must not be recommended. */
  readonly allowed: Uint8Array;
  /** Number of each product's category, -1 where it has none. */
  readonly category: Int32Array;
  readonly perCategory: number;
  readonly length: number;
  readonly seed: number;
}

/** A customer's product, with why: a product the customer has, or -1 where the reason is the method's own. */
export interface Recommendations {
  readonly judged: readonly JudgedMethod[];
  readonly judgedCustomers: number;
  readonly used: string;
  readonly blend: readonly BlendWeight[];
  readonly customer: Uint32Array;
  readonly rank: Uint32Array;
  readonly product: Uint32Array;
  readonly score: Float64Array;
  /** Places in `blend`'s methods, or its length for popularity as a fall-back. */
  readonly method: Uint8Array;
  readonly because: Int32Array;
}

const candidates = 60;
const neighbours = 50;
/** Customers whose held-out choices give the weights; more change them little and take long. */
const customersForWeights = 4000;
/** Above so many pairs, learning by single triples takes longer than it tells more. */
const mostForTriples = 400_000;

type Method = (matrix: InteractionMatrix, baskets: InteractionMatrix) => TopLists;

/** Judges all methods by time, blends them by what they gain, and fills everybody's list. */
export function computeRecommendations(task: RecommendTask): Recommendations {
  const timed = { customers: task.customers, items: task.products, customer: task.customer, item: task.product, time: task.time };
  const sorted = task.time.slice().sort();
  const [first, second] = [quantile(sorted, 0.8), quantile(sorted, 0.9)];
  const all = onesOf(interactionMatrix({ rows: task.customers, columns: task.products, row: task.customer, column: task.product }));
  const methods = methodsOf(task, all.indices.length);
  const judging = first < second ? judge(splitByTime(timed, first, second), { first, second, methods, task }) : undefined;
  const blend = judging?.blend ?? [{ method: 'popularity', weight: 1 }];
  const isUsed = judging?.isBetter ?? false;
  const used = isUsed ? blend : [{ method: 'popularity', weight: 1 }];
  const lists = Object.fromEntries(used.map(({ method }) => [method, methods[method]!(all, basketsOf(task, Infinity))]));
  return {
    judged: judging?.judged ?? [], judgedCustomers: judging?.customers ?? 0, used: isUsed ? 'blend' : 'popularity', blend: used,
    ...fillLists(task, all, used, lists),
  };
}

function methodsOf(task: RecommendTask, pairs: number): Readonly<Record<string, Method>> {
  const { seed } = task;
  const known: Record<string, Method> = {
    popularity: (matrix) => popularItems(matrix, { k: candidates }),
    'item cosine': (matrix) => recommendByNeighbours(matrix, itemNeighbours(matrix, { k: neighbours }), { k: candidates }),
    'bought together': (matrix, baskets) => recommendByNeighbours(matrix, coPurchaseRules(baskets, { k: neighbours, minCount: 3 }), { k: candidates }),
    'matrix factorisation': (matrix) => recommendByFactors(new AlternatingLeastSquares({ factors: 32, alpha: 1, regularisation: 5, seed }).fit(matrix), matrix, { k: candidates }),
  };
  if (task.word.length > 0) known['alike in words'] = (matrix) => recommendByNeighbours(matrix, alikeInWords(task), { k: candidates });
  if (pairs <= mostForTriples) {
    known['pairwise ranking'] = (matrix) => recommendByFactors(new BayesianPersonalizedRanking({ factors: 32, learningRate: 0.05, iterations: 40, seed }).fit(matrix), matrix, { k: candidates });
    known['graph convolution'] = (matrix) => recommendByFactors(new LightGCN({ factors: 32, layers: 2, epochs: 12, batch: Math.max(2048, Math.ceil(pairs / 20)), learningRate: 0.02, seed }).fit(matrix, task.follows), matrix, { k: candidates });
  }
  return known;
}

/** Products by the words they have in common, rare ones counting more (tf-idf: Spärck Jones 1972). */
function alikeInWords({ products, words, wordProduct, word }: RecommendTask): TopLists {
  const matrix = interactionMatrix({ rows: words, columns: products, row: word, column: wordProduct });
  return itemNeighbours(withValues(matrix, (_value, row) => Math.log(1 + products / (matrix.offsets[row + 1]! - matrix.offsets[row]!))), { k: neighbours });
}

function basketsOf({ products, order, product, time }: RecommendTask, before: number): InteractionMatrix {
  const lines = Array.from(order.keys()).filter((line) => time[line]! < before);
  return onesOf(interactionMatrix({ rows: order.reduce((most, number) => Math.max(most, number), -1) + 1, columns: products, row: lines.map((line) => order[line]!), column: lines.map((line) => product[line]!) }));
}

const onesOf = (matrix: InteractionMatrix): InteractionMatrix => ({ ...matrix, values: matrix.values.fill(1) });

interface Judging { readonly judged: readonly JudgedMethod[]; readonly blend: readonly BlendWeight[]; readonly isBetter: boolean; readonly customers: number }

function judge(split: TimeSplit, { first, second, methods, task }: { readonly first: number; readonly second: number; readonly methods: Readonly<Record<string, Method>>; readonly task: RecommendTask }): Judging {
  const { length: k, seed } = task;
  const listsOf = (matrix: InteractionMatrix, before: number): Record<string, TopLists> => {
    const baskets = basketsOf(task, before);
    return Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, method(matrix, baskets)]));
  };
  // Only customers who had bought before: for the others there is nothing to tell a method by.
  const ranker = new BlendedRanker().fit(listsOf(split.train, first), someRows(ofKnown(split.validation, split.train), customersForWeights), k);
  const lists = listsOf(split.known, second);
  const truth = ofKnown(split.test, split.known);
  const judged = new Map([...Object.entries(lists).map(([name, list]) => [name, shortened(list, k)] as const), ['blend', ranker.rank(lists, k)] as const].map(([name, list]) => [name, rankingFigures(list, truth, split.known)] as const));
  const gain = judged.get('blend')!.ndcg.map((value, row) => value - judged.get('popularity')!.ndcg[row]!);
  const isBetter = meanOverCustomers(gain, { seed }).low > 0;
  return {
    blend: ranker.blend, isBetter, customers: gain.filter((value) => !Number.isNaN(value)).length,
    judged: [...judged].map(([method, { coverage, ...figures }]) => ({
      method, isUsed: method === (isBetter ? 'blend' : 'popularity'), coverage,
      ...Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, meanOverCustomers(figure, { seed })])) as Omit<JudgedMethod, 'method' | 'isUsed' | 'coverage'>,
    })),
  };
}

function ofKnown(chosen: InteractionMatrix, known: InteractionMatrix): InteractionMatrix {
  return keptRows(chosen, (row) => known.offsets[row + 1]! > known.offsets[row]!);
}

function someRows(matrix: InteractionMatrix, most: number): InteractionMatrix {
  const full = Array.from({ length: matrix.rows }, (_, row) => row).filter((row) => matrix.offsets[row + 1]! > matrix.offsets[row]!);
  const every = Math.ceil(full.length / most);
  const kept = new Set(full.filter((_, place) => place % every === 0));
  return keptRows(matrix, (row) => kept.has(row));
}

function keptRows({ rows, columns, offsets, indices }: InteractionMatrix, keep: (row: number) => boolean): InteractionMatrix {
  const row: number[] = [];
  const column: number[] = [];
  for (let number = 0; number < rows; number++) {
    if (!keep(number)) continue;
    for (let place = offsets[number]!; place < offsets[number + 1]!; place++) {
      row.push(number);
      column.push(indices[place]!);
    }
  }
  return interactionMatrix({ rows, columns, row, column });
}

function shortened({ rows, k, ids, scores }: TopLists, length: number): TopLists {
  const short = { rows, k: length, ids: new Int32Array(rows * length).fill(-1), scores: new Float32Array(rows * length) };
  for (let row = 0; row < rows; row++) {
    short.ids.set(ids.subarray(row * k, row * k + Math.min(k, length)), row * length);
    short.scores.set(scores.subarray(row * k, row * k + Math.min(k, length)), row * length);
  }
  return short;
}

function fillLists(task: RecommendTask, all: InteractionMatrix, blend: readonly BlendWeight[], lists: Readonly<Record<string, TopLists>>): Pick<Recommendations, 'customer' | 'rank' | 'product' | 'score' | 'method' | 'because'> {
  const blended = BlendedRanker.of(blend).rank(lists, candidates);
  const popular = popularItems(all, { k: candidates, segments: task.segments });
  const similar = itemNeighbours(all, { k: neighbours });
  const found = { customer: [] as number[], rank: [] as number[], product: [] as number[], score: [] as number[], method: [] as number[], because: [] as number[] };
  for (let row = 0; row < task.customers; row++) {
    const own = all.indices.subarray(all.offsets[row], all.offsets[row + 1]);
    const chosen = new Set<number>();
    const ofCategory = new Map<number, number>();
    // Of somebody without a purchase the models know nothing but what is liked by all, in their own words.
    for (const [list, isFallBack] of own.length === 0 ? [[popular, true]] as const : [[blended, false], [popular, true]] as const) {
      for (let place = row * list.k; place < (row + 1) * list.k && list.ids[place]! >= 0 && chosen.size < task.length; place++) {
        const product = list.ids[place]!;
        const category = task.category[product]!;
        if (chosen.has(product) || task.allowed[product] === 0 || (category >= 0 && (ofCategory.get(category) ?? 0) >= task.perCategory)) continue;
        chosen.add(product);
        ofCategory.set(category, (ofCategory.get(category) ?? 0) + 1);
        found.customer.push(row);
        found.rank.push(chosen.size);
        found.product.push(product);
        found.score.push(list.scores[place]!);
        found.method.push(isFallBack ? blend.length : strongest(blend, lists, row, product));
        found.because.push(isFallBack ? -1 : becauseOf(similar, own, product));
      }
    }
  }
  return {
    customer: Uint32Array.from(found.customer), rank: Uint32Array.from(found.rank), product: Uint32Array.from(found.product), score: Float64Array.from(found.score),
    method: Uint8Array.from(found.method), because: Int32Array.from(found.because),
  };
}

/** The method that gives the product the most of its place. */
function strongest(blend: readonly BlendWeight[], lists: Readonly<Record<string, TopLists>>, row: number, product: number): number {
  let [best, most] = [0, -1];
  blend.forEach(({ method, weight }, place) => {
    const { ids, k } = lists[method]!;
    const rank = ids.subarray(row * k, (row + 1) * k).indexOf(product);
    const share = rank < 0 ? 0 : weight / (rank + 20);
    if (share > most) [best, most] = [place, share];
  });
  return best;
}

/** What of the customer's own is most similar to a product, -1 where nothing is. */
function becauseOf(similar: TopLists, own: Uint32Array, product: number): number {
  let [best, most] = [-1, 0];
  for (const item of own) {
    const place = similar.ids.subarray(item * similar.k, (item + 1) * similar.k).indexOf(product);
    if (place >= 0 && similar.scores[item * similar.k + place]! > most) [best, most] = [item, similar.scores[item * similar.k + place]!];
  }
  return best;
}
