import { describe, expect, it } from 'vitest';
import { computeRecommendations, type RecommendTask } from '../../../activities/recommend/compute-recommendations.ts';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';

/** 300 customers of two tastes among 40 products, a product an order; the last customer has bought nothing. Even products are of one category. */
function shop(changes: Partial<RecommendTask> = {}, byTaste = 1): RecommendTask {
  const random = new SeededRandom(4);
  const lines = Array.from({ length: 300 }, (_, customer) => [...random.shuffle(random.sample(20, 12))].map((number, place) => ({ customer, product: random.uniform() < byTaste ? number * 2 + (customer % 2) : random.integer(40), time: place * 300 + customer }))).flat().sort((a, b) => a.time - b.time);
  return {
    customers: 301, products: 40, customer: Uint32Array.from(lines, (line) => line.customer), product: Uint32Array.from(lines, (line) => line.product), order: Uint32Array.from(lines.keys()), time: Float64Array.from(lines, (line) => line.time),
    wordProduct: Uint32Array.from({ length: 40 }, (_, product) => product), word: Uint32Array.from({ length: 40 }, (_, product) => product % 2), words: 2,
    segments: new Int32Array(301).fill(-1), follows: { from: [], to: [] }, allowed: new Uint8Array(40).fill(1), category: new Int32Array(40).fill(-1), perCategory: 10, length: 5, seed: 1, ...changes,
  };
}

const listOf = (made: ReturnType<typeof computeRecommendations>, customer: number): number[] => [...made.product].filter((_, place) => made.customer[place] === customer);

describe('recommendations', () => {
  it('follow a customer\'s taste, hold nothing the customer has, and beat popularity on later purchases', () => {
    const task = shop();
    const made = computeRecommendations(task);
    expect(made.used).toBe('blend');
    const used = made.judged.find(({ isUsed }) => isUsed)!;
    expect(used.ndcg.value).toBeGreaterThan(made.judged.find(({ method }) => method === 'popularity')!.ndcg.high);
    for (const customer of [0, 1, 150, 299]) {
      const has = new Set([...task.product].filter((_, line) => task.customer[line] === customer));
      const list = listOf(made, customer);
      expect(list).toHaveLength(5);
      expect(list.every((product) => product % 2 === customer % 2 && !has.has(product))).toBe(true);
    }
  });

  it('give a new customer what is popular, and say so', () => {
    const made = computeRecommendations(shop());
    expect(listOf(made, 300)).toHaveLength(5);
    const methods = [...made.blend.map(({ method }) => method), 'popularity'];
    expect([...made.method].filter((_, place) => made.customer[place] === 300).map((place) => methods[place])).toEqual(new Array<string>(5).fill('popularity'));
  });

  it('use popularity where nothing foretells more', () => {
    const made = computeRecommendations(shop({ wordProduct: new Uint32Array(), word: new Uint32Array(), words: 0 }, 0));
    expect(made.used).toBe('popularity');
    expect(made.blend).toEqual([{ method: 'popularity', weight: 1 }]);
  });

  it('hold nothing that may not be offered, and not too much of one category', () => {
    const allowed = new Uint8Array(40).map((_, product) => Number(product >= 10));
    const made = computeRecommendations(shop({ allowed, category: new Int32Array(40).map((_, product) => product % 2), perCategory: 2 }));
    expect(made.product.every((product) => product >= 10)).toBe(true);
    for (let customer = 0; customer < 301; customer++) {
      const categories = listOf(made, customer).map((product) => product % 2);
      expect(categories.filter((category) => category === 0).length).toBeLessThanOrEqual(2);
      expect(categories.filter((category) => category === 1).length).toBeLessThanOrEqual(2);
    }
  });

  it('are the same again', () => { expect(computeRecommendations(shop())).toEqual(computeRecommendations(shop())); });
});
