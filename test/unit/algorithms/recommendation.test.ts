import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';
import { AlternatingLeastSquares, recommendByFactors } from '../../../algorithms/recommendation/alternating-least-squares.ts';
import { BayesianPersonalizedRanking } from '../../../algorithms/recommendation/bayesian-personalized-ranking.ts';
import { BlendedRanker } from '../../../algorithms/recommendation/blended-ranker.ts';
import { interactionMatrix, transposed, withValues, type InteractionMatrix } from '../../../algorithms/recommendation/interaction-matrix.ts';
import { LightGCN } from '../../../algorithms/recommendation/light-gcn.ts';
import { coPurchaseRules, customerNeighbours, itemNeighbours, recommendByNeighbours, similarRows } from '../../../algorithms/recommendation/neighbours.ts';
import { popularItems } from '../../../algorithms/recommendation/popularity.ts';
import { meanOverCustomers, rankingFigures } from '../../../algorithms/recommendation/ranking-metrics.ts';
import { splitByTime, splitEachByTime } from '../../../algorithms/recommendation/split-by-time.ts';
import type { TopLists } from '../../../algorithms/recommendation/top-lists.ts';

/** Six customers, five items. */
const table = [[1, 2, 0, 0, 1], [0, 1, 1, 0, 0], [3, 0, 0, 1, 0], [0, 0, 2, 1, 1], [1, 1, 0, 0, 0], [0, 0, 1, 2, 0]];
const matrix = fromTable(table);

describe('the matrix of interactions', () => {
  it('adds what comes twice and rises within a row', () => {
    const { offsets, indices, values } = interactionMatrix({ rows: 2, columns: 3, row: [1, 0, 1, 1], column: [2, 1, 0, 2], value: [1, 5, 2, 3] });
    expect([...offsets]).toEqual([0, 1, 3]);
    expect([...indices]).toEqual([1, 0, 2]);
    expect([...values]).toEqual([5, 2, 4]);
  });

  it('is itself again when turned twice', () => {
    fc.assert(fc.property(matrices(), (made) => { expect(transposed(transposed(made))).toEqual(made); }));
  });

  it('refuses what is not in it', () => {
    expect(() => interactionMatrix({ rows: 2, columns: 2, row: [2], column: [0] })).toThrow(RangeError);
    expect(() => interactionMatrix({ rows: 2, columns: 2, row: [0], column: [] })).toThrow(RangeError);
  });
});

describe('neighbours by cosine', () => {
  it('are those of implicit', () => {
    // implicit 0.7.3: CosineRecommender(K=4).fit(csr_matrix(table)).similarity, whose K counts the item itself
    const { ids, scores } = itemNeighbours(matrix, { k: 3 });
    expect([...ids]).toEqual([1, 3, 4, 4, 0, 2, 3, 4, 1, 2, 0, 4, 1, 2, 3]);
    expectClose(scores, [0.369274, 0.369274, 0.213201, 0.57735, 0.369274, 0.166667, 0.666667, 0.57735, 0.166667, 0.666667, 0.369274, 0.288675, 0.57735, 0.57735, 0.288675]);
  });

  it('recommend what implicit recommends', () => {
    // implicit 0.7.3: recommend(user, table[user], N=2) of the same model
    const { ids, scores } = recommendByNeighbours(matrix, itemNeighbours(matrix, { k: 3 }), { k: 2 });
    expect([...ids]).toEqual([2, 3, 4, 3, 1, 4, 1, 0, 4, 3, 4, 0]);
    expectClose(scores, [0.910684, 0.65795, 1.1547, 0.666667, 1.107823, 0.928277, 0.910684, 0.369274, 0.790551, 0.369274, 1.1547, 0.738549]);
  });

  it('agree with every pair looked at, with any number of threads', () => {
    fc.assert(fc.property(matrices(), fc.integer({ min: 1, max: 5 }), (made, k) => {
      const lists = itemNeighbours(made, { k, nThreads: 1 });
      const dense = denseOf(transposed(made));
      for (let item = 0; item < made.columns; item++) {
        const cosines = dense.map((other, number) => (number === item ? 0 : cosine(dense[item]!, other))).filter((value) => value > 1e-9).sort((a, b) => b - a).slice(0, k);
        expectClose(lists.scores.subarray(item * k, item * k + cosines.length), cosines);
        expect(lists.ids.subarray(item * k, item * k + k).filter((id) => id >= 0)).toHaveLength(cosines.length);
      }
      expect(itemNeighbours(made, { k, nThreads: 2 })).toEqual(lists);
      expect(customerNeighbours(transposed(made), { k })).toEqual(lists);
    }), { numRuns: 40 });
  });

  it('of dense rows agree with every pair looked at', () => {
    const random = new SeededRandom(3);
    for (const [rows, columns] of [[1, 3], [7, 4], [300, 5], [601, 16]] as const) {
      const values = new Float32Array(rows * columns).map(() => random.normal());
      const { ids, scores } = similarRows({ values, rows, columns }, { k: 4 });
      const row = (number: number): number[] => Array.from(values.subarray(number * columns, (number + 1) * columns));
      for (let number = 0; number < rows; number += 13) {
        const best = Array.from({ length: rows }, (_, other) => other).filter((other) => other !== number).map((other) => cosine(row(number), row(other))).sort((a, b) => b - a).slice(0, 4);
        expectClose(scores.subarray(number * 4, number * 4 + best.length), best);
        expect(ids.subarray(number * 4, number * 4 + 4)).not.toContain(number);
      }
    }
  });

  it('refuse lists of no length', () => {
    expect(() => itemNeighbours(matrix, { k: 0 })).toThrow(RangeError);
    expect(() => similarRows({ values: new Float32Array(4), rows: 2, columns: 2 }, { k: 1.5 })).toThrow(RangeError);
  });
});

describe('what is bought together', () => {
  it('has the confidence of the rule, and only rules beyond chance', () => {
    // Of three baskets with 0 two have 1, which two of four have: confidence 2/3, lift 4/3. Item 2 is in one with each.
    const baskets = fromTable([[1, 1, 0], [1, 1, 1], [1, 0, 0], [0, 0, 1]]);
    const { ids, scores } = coPurchaseRules(baskets, { k: 2 });
    expect([...ids]).toEqual([1, -1, 0, -1, -1, -1]);
    expectClose(scores, [2 / 3, 0, 1, 0, 0, 0]);
  });
});

describe('alternating least squares', () => {
  it('ends where implicit ends', () => {
    // implicit 0.7.3: AlternatingLeastSquares(factors=4, alpha=3, regularization=.5, iterations=400, random_state=1, dtype=float64), whose confidence is
    // alpha r: user_factors @ item_factors.T
    const expected = [[0.9423, 0.9661, 0.0685, 0.0487, 0.8904], [0.0485, 0.905, 0.8985, 0.0667, 0.0983], [0.9649, 0.0698, 0.0483, 0.9085, 0.0878], [0.049, 0.0685, 0.9663, 0.9421, 0.8903], [0.9218, 0.9193, 0.0109, 0.0134, 0.089], [0.0309, -0.0059, 0.9281, 0.9548, 0.0906]];
    const model = new AlternatingLeastSquares({ factors: 4, alpha: 1, regularisation: 0.5, iterations: 400, seed: 1 }).fit(withValues(matrix, (value) => 3 * value - 1));
    for (const [row, figures] of expected.entries()) {
      for (const [item, figure] of figures.entries()) expect(fit(model, row, item)).toBeCloseTo(figure, 2);
    }
  });

  it('folds a known customer in where it stands', () => {
    const model = new AlternatingLeastSquares({ factors: 4, iterations: 200, seed: 1 }).fit(matrix);
    const vector = model.foldIn([0, 1, 4], [1, 2, 1]);
    expectClose(vector, Array.from(model.customers.subarray(0, 4)), 3);
  });

  it('gives the same factors with any number of threads, and what a customer has is not recommended', () => {
    const made = made100();
    const model = new AlternatingLeastSquares({ seed: 5, iterations: 4, nThreads: 1 }).fit(made);
    expect(new AlternatingLeastSquares({ seed: 5, iterations: 4, nThreads: 2 }).fit(made).items).toEqual(model.items);
    expectNothingKnown(recommendByFactors(model, made, { k: 10 }), made);
  });

  it('refuses settings out of range', () => {
    expect(() => new AlternatingLeastSquares({ factors: 0 })).toThrow(RangeError);
    expect(() => new AlternatingLeastSquares({ regularisation: 0 })).toThrow(RangeError);
    expect(() => new BayesianPersonalizedRanking({ learningRate: 0 })).toThrow(RangeError);
    expect(() => new LightGCN({ layers: 0 })).toThrow(RangeError);
  });
});

describe.each([
  ['Bayesian personalised ranking', () => new BayesianPersonalizedRanking({ factors: 8, iterations: 200, learningRate: 0.05, seed: 2 })],
  ['graph convolution', () => new LightGCN({ factors: 8, epochs: 100, batch: 512, learningRate: 0.02, seed: 2 })],
])('%s', (_name, make) => {
  it('finds the other half of what a group likes, and the same again', () => {
    const made = made100();
    const model = make().fit(made);
    const { ids } = recommendByFactors(model, made, { k: 5 });
    const right = ids.filter((item, place) => item % 2 === Math.floor(place / 5) % 2).length;
    // By chance it is a third.
    expect(right / ids.length).toBeGreaterThan(0.8);
    expect(make().fit(made).items).toEqual(model.items);
  });
});

describe('graph convolution', () => {
  it('lets one who bought nothing like what those followed like', () => {
    const made = fromTable([...Array.from({ length: 10 }, (_, customer) => Array.from({ length: 8 }, (__, item) => Number(item % 2 === customer % 2 && item !== customer % 8))), new Array<number>(8).fill(0)]);
    const model = new LightGCN({ factors: 8, epochs: 150, learningRate: 0.02, seed: 1 }).fit(made, { from: [10, 10], to: [1, 3] });
    expect([...recommendByFactors(model, made, { k: 4 }).ids.subarray(40, 44)].every((item) => item % 2 === 1)).toBe(true);
  });
});

describe('popularity', () => {
  it('takes the segment\'s favourites first and leaves out what one has', () => {
    const made = fromTable([[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 1]]);
    expect([...popularItems(made, { k: 2 }).ids]).toEqual([3, 1, 3, 2, 0, 1, 1, 2]);
    expect([...popularItems(made, { k: 2, segments: Int32Array.of(0, 0, 1, 1) }).ids]).toEqual([1, 3, 3, 2, 0, 1, 2, 1]);
  });
});

describe('figures of lists', () => {
  const lists: TopLists = { rows: 2, k: 3, ids: Int32Array.of(4, 1, 2, 0, 1, -1), scores: new Float32Array(6) };
  const truth = fromTable([[1, 0, 1, 0, 1], [0, 0, 0, 0, 0]]);
  const known = fromTable([[0, 1, 0, 1, 0], [0, 1, 0, 0, 1]]);

  it('are those worked by hand', () => {
    // Hits at ranks 1 and 3 of three chosen: (1 + 1/2) / (1 + 1/log2 3 + 1/2); (1 + 2/3) / 3. Owners 1, 2, 0 of 2: 1, 0 and, as if of one, 1 bits.
    const figures = rankingFigures(lists, truth, known);
    expect(figures.recall[0]).toBeCloseTo(2 / 3, 12);
    expect(figures.precision[0]).toBeCloseTo(2 / 3, 12);
    expect(figures.ndcg[0]).toBeCloseTo(1.5 / (1.5 + 1 / Math.log2(3)), 12);
    expect(figures.averagePrecision[0]).toBeCloseTo(5 / 9, 12);
    expect(figures.novelty[0]).toBeCloseTo(2 / 3, 12);
    expect(figures.coverage).toBeCloseTo(3 / 5, 12);
    expect(figures.ndcg[1]).toBeNaN();
  });

  it('have a mean within its interval, over customers who chose something', () => {
    const { value, low, high } = meanOverCustomers(Float64Array.of(0, 1, Number.NaN, 0.5, 0.5));
    expect(value).toBe(0.5);
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
  });
});

describe('splits by time', () => {
  const all = { customers: 2, items: 4, customer: [0, 0, 0, 0, 0, 1, 1], item: [0, 1, 1, 2, 3, 0, 2], time: [1, 2, 5, 6, 9, 3, 9] };

  it('at moments keep what is later out of what is learnt from, and only what is new as the test', () => {
    const { train, validation, known, test } = splitByTime(all, 4, 8);
    expect(denseOf(train)).toEqual([[1, 1, 0, 0], [1, 0, 0, 0]]);
    expect(denseOf(validation)).toEqual([[0, 0, 1, 0], [0, 0, 0, 0]]);
    expect(denseOf(known)).toEqual([[1, 1, 1, 0], [1, 0, 0, 0]]);
    expect(denseOf(test)).toEqual([[0, 0, 0, 1], [0, 0, 1, 0]]);
  });

  it('of each customer take the customer\'s last', () => {
    const { train, test } = splitEachByTime(all, 0.2, 0.2);
    expect(denseOf(train)).toEqual([[1, 1, 0, 0], [1, 0, 1, 0]]);
    expect(denseOf(test)).toEqual([[0, 0, 0, 1], [0, 0, 0, 0]]);
  });
});

describe('the blended ranker', () => {
  const chosen = fromTable([[0, 0, 1, 1], [0, 0, 1, 1]]);
  const good: TopLists = { rows: 2, k: 2, ids: Int32Array.of(2, 0, 2, 1), scores: new Float32Array(4) };
  const bad: TopLists = { rows: 2, k: 2, ids: Int32Array.of(0, 1, 1, 0), scores: new Float32Array(4) };

  it('takes only what raises the held-out gain', () => {
    const alike: TopLists = { ...good, ids: Int32Array.of(3, 1, 3, 0) };
    const ranker = new BlendedRanker().fit({ bad, good, alike }, chosen, 2);
    expect(ranker.blend.map(({ method }) => method)).toEqual(['good', 'alike']);
    expect([...ranker.rank({ bad, good, alike }, 2).ids].sort((a, b) => a - b)).toEqual([2, 2, 3, 3]);
    expect(new BlendedRanker().fit({ bad, good }, chosen, 2).blend).toEqual([{ method: 'good', weight: 1 }]);
  });

  it('ranks nothing before it is fitted', () => { expect(() => new BlendedRanker().rank({ good }, 2)).toThrow(TypeError); });
});

function fromTable(rows: readonly (readonly number[])[]): InteractionMatrix {
  const entries = rows.flatMap((values, row) => values.flatMap((value, column) => (value === 0 ? [] : [{ row, column, value }])));
  return interactionMatrix({ rows: rows.length, columns: rows[0]!.length, row: entries.map(({ row }) => row), column: entries.map(({ column }) => column), value: entries.map(({ value }) => value) });
}

function denseOf({ rows, columns, offsets, indices, values }: InteractionMatrix): number[][] {
  return Array.from({ length: rows }, (_, row) => {
    const line = new Array<number>(columns).fill(0);
    for (let place = offsets[row]!; place < offsets[row + 1]!; place++) line[indices[place]!] = values[place]!;
    return line;
  });
}

/** A hundred customers who like even or odd items, as their number is; each has half of the ten. */
function made100(): InteractionMatrix {
  const random = new SeededRandom(9);
  return fromTable(Array.from({ length: 100 }, (_, customer) => {
    const line = new Array<number>(20).fill(0);
    for (const item of random.sample(10, 5)) line[item * 2 + (customer % 2)] = 1;
    return line;
  }));
}

function matrices(): fc.Arbitrary<InteractionMatrix> {
  return fc.record({ rows: fc.integer({ min: 1, max: 12 }), columns: fc.integer({ min: 1, max: 150 }) }).chain(({ rows, columns }) =>
    fc.array(fc.tuple(fc.integer({ min: 0, max: rows - 1 }), fc.integer({ min: 0, max: columns - 1 }), fc.integer({ min: 1, max: 3 })), { maxLength: 80 })
      .map((triples) => interactionMatrix({ rows, columns, row: triples.map(([row]) => row), column: triples.map(([, column]) => column), value: triples.map(([, , value]) => value) })));
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, value, place) => sum + value * y[place]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b) || 1);
}

function fit({ size, customers, items }: AlternatingLeastSquares, row: number, item: number): number {
  return customers.subarray(row * size, (row + 1) * size).reduce((sum, value, place) => sum + value * items[item * size + place]!, 0);
}

function expectNothingKnown({ rows, k, ids }: TopLists, known: InteractionMatrix): void {
  for (let row = 0; row < rows; row++) {
    const had = new Set(known.indices.subarray(known.offsets[row], known.offsets[row + 1]));
    expect([...ids.subarray(row * k, (row + 1) * k)].some((item) => had.has(item))).toBe(false);
  }
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], digits = 5): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, place) => expect(actual[place]).toBeCloseTo(value, digits));
}
