import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Apriori } from '../../../algorithms/associate/apriori.ts';
import { associationRules } from '../../../algorithms/associate/association-rules.ts';
import { closedItemsets, maximalItemsets } from '../../../algorithms/associate/condensed-itemsets.ts';
import { Eclat } from '../../../algorithms/associate/eclat.ts';
import { fisherExactTest } from '../../../algorithms/associate/fisher-exact-test.ts';
import { FPGrowth } from '../../../algorithms/associate/fp-growth.ts';
import type { FrequentItemsets } from '../../../algorithms/associate/frequent-itemsets.ts';
import { multiLevelItemsets } from '../../../algorithms/associate/multi-level-itemsets.ts';
import { significantRules } from '../../../algorithms/associate/significant-rules.ts';
import { SeededRandom } from '../../../algorithms/random/seeded-random.ts';

/** The transactions of Han, Kamber and Pei, "Data Mining", table 6.1. */
const textbook = [[1, 2, 5], [2, 4], [2, 3], [1, 2, 4], [1, 3], [2, 3], [1, 3], [1, 2, 3, 5], [1, 2, 3]];

const miners = { Apriori, Eclat, FPGrowth };
type Miner = keyof typeof miners;

describe.each(Object.keys(miners) as Miner[])('%s', (miner) => {
  it('finds the itemsets of the textbook', () => {
    // mlxtend 0.25.0: apriori(df, min_support=2/9) gives these 13 with these counts
    expect(listed(mine(miner, textbook, 2 / 9))).toEqual([
      '1: 6', '2: 7', '3: 6', '4: 2', '5: 2', '1 2: 4', '1 3: 4', '1 5: 2', '2 3: 4', '2 4: 2', '2 5: 2', '1 2 3: 2', '1 2 5: 2',
    ]);
  });

  it('is exact: every frequent set and no other, with its count', () => {
    fc.assert(fc.property(baskets(), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), (list, wanted, maxLength) => {
      const minCount = Math.min(wanted, list.length);
      expect(listed(mine(miner, list, minCount / list.length, maxLength))).toEqual(naive(list, minCount, maxLength));
    }), { numRuns: 300 });
  });

  it('is exact where its arrays have grown many times', () => {
    const random = new SeededRandom(4);
    const list = Array.from({ length: 3000 }, () => [...new Set(Array.from({ length: 8 }, () => Math.floor(60 * random.uniform() ** 2)))].sort((a, b) => a - b));
    expect(listed(mine(miner, list, 20 / 3000, 3))).toEqual(naive(list, 20, 3));
  });

  it('is exact where every basket has nearly everything, so that sets are long', () => {
    const random = new SeededRandom(6);
    const list = Array.from({ length: 60 }, () => Array.from({ length: 14 }, (_, item) => item).filter(() => random.uniform() < 0.85));
    expect(listed(mine(miner, list, 20 / 60))).toEqual(naive(list, 20, 14));
  });

  it('is exact where many items go with one, and baskets repeat', () => {
    const random = new SeededRandom(7);
    const list = Array.from({ length: 800 }, () => [0, ...Array.from({ length: 40 }, (_, item) => item + 1).filter((item) => random.uniform() < 3 / (item + 3))]);
    expect(listed(mine(miner, list, 24 / 800, 4))).toEqual(naive(list, 24, 4));
  });

  it('takes a set whose share is the support, whatever the product rounds to', () => {
    // 0.07 * 100 is 7.000000000000001 in doubles.
    const list = Array.from({ length: 100 }, (_, basket) => (basket < 7 ? [3] : []));
    expect(listed(mine(miner, list, 0.07))).toEqual(['3: 7']);
    expect(listed(mine(miner, list, 0.0701))).toEqual([]);
  });

  it('manages without baskets, and with empty ones', () => {
    expect(listed(mine(miner, [], 0.5))).toEqual([]);
    expect(mine(miner, [[], [0], []], 1 / 3).baskets).toBe(3);
  });

  it('refuses baskets that are not in order', () => {
    const unfitted = new miners[miner]({ minSupport: 0.5 });
    expect(() => unfitted.fit(Uint32Array.of(0, 2), Uint32Array.of(2, 1))).toThrow(/basket 0/);
    expect(() => unfitted.fit(Uint32Array.of(0, 2), Uint32Array.of(1, 1))).toThrow(RangeError);
    expect(() => unfitted.fit(Uint32Array.of(0, 1), Uint32Array.of(1, 2))).toThrow(/offsets/);
    expect(() => unfitted.fit(Uint32Array.of(0, 2, 1, 3), Uint32Array.of(1, 2, 3))).toThrow(/offsets/);
    expect(() => unfitted.itemsets).toThrow(TypeError);
    for (const minSupport of [0, 1.1, Number.NaN]) expect(() => new miners[miner]({ minSupport })).toThrow(RangeError);
    expect(() => new miners[miner]({ minSupport: 0.5, maxLength: 0 })).toThrow(RangeError);
  });
});

describe('association rules', () => {
  it('agree with mlxtend', () => {
    // mlxtend 0.25.0: association_rules(apriori(df, min_support=2/9), metric='confidence', min_threshold=0.7)
    const rules = associationRules(mine('Eclat', textbook, 2 / 9), { minConfidence: 0.7 });
    expect(rules.map((rule) => `${rule.antecedent.join(' ')} > ${rule.consequent.join(' ')}`).sort()).toEqual(
      ['1 5 > 2', '2 5 > 1', '4 > 2', '5 > 1', '5 > 1 2', '5 > 2']);
    const rule = rules.find(({ antecedent, consequent }) => antecedent.join() === '5' && consequent.join() === '1,2')!;
    expect(rule).toMatchObject({ count: 2, confidence: 1, lift: 2.25, conviction: Number.POSITIVE_INFINITY });
    expect(rule.support).toBeCloseTo(2 / 9, 12);
    expect(rule.leverage).toBeCloseTo(0.12345679012345678, 12);
  });

  it('hold what their figures say of the baskets', () => {
    fc.assert(fc.property(baskets(), fc.double({ min: 0, max: 1, noNaN: true }), (list, minConfidence) => {
      const share = (members: readonly number[]): number => list.filter((basket) => members.every((item) => basket.includes(item))).length / list.length;
      for (const rule of associationRules(mine('Eclat', list, Math.min(1, 2 / list.length), 4), { minConfidence })) {
        const both = share([...rule.antecedent, ...rule.consequent]);
        const [a, c] = [share(rule.antecedent), share(rule.consequent)];
        expect(rule.support).toBe(both);
        expect(rule.confidence).toBeCloseTo(both / a, 12);
        expect(rule.confidence).toBeGreaterThanOrEqual(minConfidence);
        expect(rule.lift).toBeCloseTo(both / a / c, 9);
        expect(rule.leverage).toBeCloseTo(both - a * c, 12);
        if (both === a) expect(rule.conviction).toBe(Number.POSITIVE_INFINITY);
        else expect(rule.conviction).toBeCloseTo((1 - c) / (1 - both / a), 9);
      }
    }), { numRuns: 100 });
  });

  it('can be kept to lift and to short consequents', () => {
    const itemsets = mine('Eclat', textbook, 2 / 9);
    const all = associationRules(itemsets, { minConfidence: 0 });
    // A pair makes 2 rules and a triple 6.
    expect(all.length).toBe(6 * 2 + 2 * 6);
    expect(associationRules(itemsets, { minConfidence: 0, maxConsequent: 1 })).toEqual(all.filter(({ consequent }) => consequent.length === 1));
    expect(associationRules(itemsets, { minConfidence: 0, minLift: 1.2 })).toEqual(all.filter(({ lift }) => lift >= 1.2));
  });

  it('refuse itemsets whose subsets were taken away', () => {
    const torn: FrequentItemsets = { offsets: Uint32Array.of(0, 2), items: Uint32Array.of(1, 2), counts: Uint32Array.of(3), baskets: 9 };
    expect(() => associationRules(torn)).toThrow(/lack \{1\}/);
    expect(() => associationRules(torn, { minConfidence: 2 })).toThrow(RangeError);
  });
});

describe('Fisher\'s exact test', () => {
  it('gives the exact tail, however small', () => {
    // Logarithms of sums of math.comb over math.comb, Python 3.11 with decimal at 40 digits
    const figures = [
      [2, 2, 6, 9, -0.875468737353899],
      [19, 21, 792, 9835, -42.8722972671209],
      [736, 1903, 2513, 9835, -103.248987247674],
      [120, 400, 900, 100_000, -334.471332631309],
      [5, 30, 20, 100, -0.234663654658345],
      [10, 30, 40, 100, -0.141976132377757],
    ] as const;
    for (const [both, one, other, all, logarithm] of figures) expect(fisherExactTest({ both, one, other, all }) / logarithm).toBeCloseTo(1, 13);
    // SciPy 1.17.1: hypergeom.logsf(both - 1, all, one, other)
    expect(fisherExactTest({ both: 3000, one: 100_000, other: 250_000, all: 10_000_000 })).toBeCloseTo(-51.92107250891529, 6);
  });

  it('is certain of what cannot be less, and the same for the two properties exchanged', () => {
    expect(fisherExactTest({ both: 0, one: 5, other: 4, all: 20 })).toBe(0);
    expect(fisherExactTest({ both: 4, one: 6, other: 7, all: 9 })).toBe(0);
    fc.assert(fc.property(fc.nat(60), fc.nat(60), fc.nat(60), fc.nat(60), (both, onlyOne, onlyOther, neither) => {
      const table = { both, one: both + onlyOne, other: both + onlyOther, all: both + onlyOne + onlyOther + neither };
      const logarithm = fisherExactTest(table);
      expect(logarithm).toBeLessThanOrEqual(0);
      expect(Math.exp(logarithm)).toBeCloseTo(tailByHand(table), 11);
      expect(fisherExactTest({ ...table, one: table.other, other: table.one })).toBeCloseTo(logarithm, 10);
    }));
  });

  it('refuses counts that do not fit', () => {
    for (const table of [{ both: 3, one: 2, other: 5, all: 9 }, { both: 0, one: 6, other: 7, all: 9 }, { both: 1.5, one: 2, other: 5, all: 9 }, { both: 1, one: 10, other: 5, all: 9 }]) {
      expect(() => fisherExactTest(table)).toThrow(RangeError);
    }
  });
});

describe('significant rules', () => {
  it('are few where items have nothing to do with each other, and found where they have', () => {
    const random = new SeededRandom(12);
    // Items 8 and 9 go together; 0 to 7 each come by chance alone.
    const list = Array.from({ length: 2000 }, () => {
      const pair = random.uniform() < 0.1;
      return Array.from({ length: 10 }, (_, item) => item).filter((item) => (item < 8 ? random.uniform() < 0.25 : random.uniform() < (pair ? 0.8 : 0.1)));
    });
    const all = associationRules(mine('Eclat', list, 0.001, 2), { minConfidence: 0 });
    expect(all.length).toBe(90);
    const kept = significantRules(all, list.length);
    expect(kept.map(({ antecedent, consequent }) => `${antecedent.join()} > ${consequent.join()}`)).toEqual(expect.arrayContaining(['8 > 9', '9 > 8']));
    // At a rate of 5 %, two true rules rarely come with a false pair.
    expect(kept.length).toBeLessThanOrEqual(4);
    expect(significantRules(all, list.length, { maxFalseDiscoveryRate: 1 }).length).toBe(90);
    for (const { pValue, falseDiscoveryRate, logPValue } of kept) {
      expect(falseDiscoveryRate).toBeGreaterThanOrEqual(pValue);
      expect(pValue).toBe(Math.exp(logPValue));
    }
    expect(() => significantRules(all, list.length, { maxFalseDiscoveryRate: 2 })).toThrow(RangeError);
  });
});

describe('condensed itemsets', () => {
  it('of the textbook', () => {
    const all = mine('Eclat', textbook, 2 / 9);
    expect(listed(closedItemsets(all))).toEqual(['1: 6', '2: 7', '3: 6', '1 2: 4', '1 3: 4', '2 3: 4', '2 4: 2', '1 2 3: 2', '1 2 5: 2']);
    expect(listed(maximalItemsets(all))).toEqual(['2 4: 2', '1 2 3: 2', '1 2 5: 2']);
  });

  it('say the same as all: closed sets every count, maximal sets what is frequent', () => {
    fc.assert(fc.property(baskets(), fc.integer({ min: 1, max: 4 }), (list, wanted) => {
      const all = mine('Eclat', list, Math.min(wanted, list.length) / list.length);
      const sets = (found: FrequentItemsets): { members: number[]; count: number }[] =>
        Array.from(found.counts, (count, set) => ({ members: Array.from(found.items.subarray(found.offsets[set], found.offsets[set + 1])), count }));
      const within = (smaller: readonly number[], larger: readonly number[]): boolean => smaller.every((item) => larger.includes(item));
      const [closed, maximal] = [sets(closedItemsets(all)), sets(maximalItemsets(all))];
      for (const { members, count } of sets(all)) {
        expect(Math.max(...closed.filter((other) => within(members, other.members)).map((other) => other.count))).toBe(count);
        expect(maximal.some((other) => within(members, other.members))).toBe(true);
      }
      for (const one of maximal) expect(maximal.some((other) => other !== one && within(one.members, other.members))).toBe(false);
      for (const one of closed) expect(closed.some((other) => other !== one && other.count === one.count && within(one.members, other.members))).toBe(false);
    }), { numRuns: 100 });
  });
});

describe('itemsets of several levels', () => {
  /** Products 0 to 8 in categories 9 to 11, these in the departments 12 and 13. */
  const parents = Int32Array.of(9, 9, 9, 10, 10, 10, 11, 11, -1, 12, 12, 13, -1, -1);

  it('are those of baskets with everything above their items, less sets of an item and what is above it', () => {
    const above = (item: number): number[] => (parents[item]! < 0 ? [] : [parents[item]!, ...above(parents[item]!)]);
    fc.assert(fc.property(baskets(), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (list, wanted, maxLength) => {
      const minCount = Math.min(wanted, list.length);
      const wide = list.map((basket) => [...new Set(basket.flatMap((item) => [item, ...above(item)]))].sort((a, b) => a - b));
      const expected = naive(wide, minCount, maxLength).filter((set) => {
        const members = set.slice(0, set.indexOf(':')).split(' ').map(Number);
        return !members.some((item) => above(item).some((ancestor) => members.includes(ancestor)));
      });
      const { offsets, items } = columns(list);
      expect(listed(multiLevelItemsets(offsets, items, parents, { minSupport: minCount / list.length, maxLength }))).toEqual(expected);
    }), { numRuns: 200 });
  });

  it('refuse levels that are none', () => {
    const { offsets, items } = columns([[0, 2], [1]]);
    expect(() => multiLevelItemsets(offsets, items, Int32Array.of(-1, -1), { minSupport: 0.5 })).toThrow(/no place in parents/);
    expect(() => multiLevelItemsets(offsets, items, Int32Array.of(1, 0, -1), { minSupport: 0.5 })).toThrow(/above itself/);
    expect(() => multiLevelItemsets(offsets, items, Int32Array.of(7, -1, -1), { minSupport: 0.5 })).toThrow(RangeError);
    expect(() => multiLevelItemsets(offsets, Uint32Array.of(2, 0, 1), Int32Array.of(-1, -1, -1), { minSupport: 0.5 })).toThrow(/basket 0/);
  });
});

describe('real baskets', () => {
  it.for(Object.keys(miners) as Miner[])('of a Belgian shop (FIMI retail) have the published number of itemsets, found by %s', (miner, context) => {
    const file = dataset('fimi_retail/retail.dat');
    if (file === undefined) return context.skip('the FIMI retail data set is not present on this machine');
    // 7,589 at 0.1 %: Borgelt's eclat, SPMF and mlxtend 0.25.0 agree; lengths from mlxtend's fpgrowth
    const list = file.split('\n').map((line) => [...new Set(line.trim().split(' ').map(Number))].sort((a, b) => a - b));
    const lengths = new Map<number, number>();
    const { offsets, counts } = mine(miner, list, 0.001);
    counts.forEach((_, set) => lengths.set(offsets[set + 1]! - offsets[set]!, (lengths.get(offsets[set + 1]! - offsets[set]!) ?? 0) + 1));
    expect(Object.fromEntries(lengths)).toEqual({ 1: 2117, 2: 3260, 3: 1794, 4: 382, 5: 36 });
  });

  it('of the arules grocery have its 410 published rules', (context) => {
    const file = dataset('groceries/groceries.csv');
    if (file === undefined) return context.skip('the groceries data set is not present on this machine');
    // Hahsler et al., "Introduction to arules": apriori(Groceries, parameter = list(support = 0.001, confidence = 0.8)) writes 410 rules
    const { list, code } = groceries(file);
    const rules = associationRules(mine('Eclat', list, 0.001), { minConfidence: 0.8, maxConsequent: 1 });
    expect(rules.length).toBe(410);
    // The first rule of arules by lift: {liquor, red/blush wine} => {bottled beer}, support 0.0019, confidence 0.905, lift 11.24
    const first = rules.toSorted((a, b) => b.lift - a.lift)[0]!;
    expect(new Set(first.antecedent)).toEqual(new Set([code('liquor'), code('red/blush wine')]));
    expect(first.consequent).toEqual([code('bottled beer')]);
    expect(first.confidence).toBeCloseTo(0.9048, 4);
    expect(first.lift).toBeCloseTo(11.235, 3);
  });

  it('of the arules grocery have the 463 rules of the textbook, whole milk the commonest consequent', (context) => {
    const file = dataset('groceries/groceries.csv');
    if (file === undefined) return context.skip('the groceries data set is not present on this machine');
    // B. Lantz, "Machine Learning with R", chapter 8: apriori(groceries, parameter = list(support = 0.006, confidence = 0.25, minlen = 2)) gives a set of 463 rules
    const { list, code } = groceries(file);
    const rules = associationRules(mine('FPGrowth', list, 0.006), { minConfidence: 0.25, maxConsequent: 1 });
    expect(rules.length).toBe(463);
    const lengths = [2, 3, 4].map((length) => rules.filter(({ antecedent }) => antecedent.length + 1 === length).length);
    expect(lengths).toEqual([150, 297, 16]);
    // inspect(groceryrules[1:3]) begins {potted plants} (here pot plants) => {whole milk}, support 0.006914082, confidence 0.4, lift 1.565460; the best by lift is {herbs} => {root vegetables}, 3.956477
    const pottedPlants = rules.find(({ antecedent }) => antecedent.length === 1 && antecedent[0] === code('pot plants'))!;
    expect(pottedPlants.consequent).toEqual([code('whole milk')]);
    expect(pottedPlants.support).toBeCloseTo(0.006914082, 9);
    expect(pottedPlants.confidence).toBeCloseTo(0.4, 9);
    expect(pottedPlants.lift).toBeCloseTo(1.56546, 6);
    const best = rules.toSorted((a, b) => b.lift - a.lift)[0]!;
    expect([best.antecedent, best.consequent]).toEqual([[code('herbs')], [code('root vegetables')]]);
    expect(best.lift).toBeCloseTo(3.956477, 6);
    const byConsequent = Map.groupBy(rules, ({ consequent }) => consequent[0]!);
    expect(Math.max(...[...byConsequent.values()].map((group) => group.length))).toBe(byConsequent.get(code('whole milk'))!.length);
  });
});

/** Baskets of the arules grocery, by name of the item in code order of appearance. */
function groceries(file: string): { readonly list: number[][]; readonly code: (name: string) => number } {
  const names = new Map<string, number>();
  const code = (name: string): number => names.get(name) ?? (names.set(name, names.size), names.size - 1);
  return { list: file.split('\n').map((line) => line.split(',').map((name) => code(name.trim())).sort((a, b) => a - b)), code };
}

function tailByHand({ both, one, other, all }: { both: number; one: number; other: number; all: number }): number {
  const choose = (n: number, k: number): bigint => {
    let result = 1n;
    for (let i = 1; i <= k; i++) result = (result * BigInt(n - k + i)) / BigInt(i);
    return k < 0 || k > n ? 0n : result;
  };
  let sum = 0n;
  for (let k = both; k <= Math.min(one, other); k++) sum += choose(one, k) * choose(all - one, other - k);
  return Number((sum * 10n ** 18n) / choose(all, other)) / 1e18;
}

/** The text of a public data set kept beside the checkout; nothing where it is not. */
function dataset(path: string): string | undefined {
  const file = new URL(`../../../../shared/datasets/${path}`, import.meta.url);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function mine(miner: Miner, list: readonly (readonly number[])[], minSupport: number, maxLength?: number): FrequentItemsets {
  const { offsets, items } = columns(list);
  return new miners[miner]({ minSupport, maxLength }).fit(offsets, items).itemsets;
}

function columns(list: readonly (readonly number[])[]): { readonly offsets: Uint32Array; readonly items: Uint32Array } {
  const offsets = new Uint32Array(list.length + 1);
  list.forEach((basket, place) => (offsets[place + 1] = offsets[place]! + basket.length));
  return { offsets, items: Uint32Array.from(list.flat()) };
}

function listed({ offsets, items, counts }: FrequentItemsets): string[] {
  return Array.from(counts, (count, set) => `${items.subarray(offsets[set], offsets[set + 1]).join(' ')}: ${count}`);
}

/** Every subset of every basket, counted one by one. */
function naive(list: readonly (readonly number[])[], minCount: number, maxLength: number): string[] {
  const counts = new Map<string, number>();
  const visit = (basket: readonly number[], from: number, members: readonly number[]): void => {
    for (let index = from; index < basket.length; index++) {
      const longer = [...members, basket[index]!];
      const key = longer.join(' ');
      counts.set(key, (counts.get(key) ?? 0) + 1);
      if (longer.length < maxLength) visit(basket, index + 1, longer);
    }
  };
  for (const basket of list) visit(basket, 0, []);
  const sets = [...counts].filter(([, count]) => count >= minCount).map(([key, count]) => ({ members: key.split(' ').map(Number), count }));
  sets.sort((a, b) => a.members.length - b.members.length || a.members.map((item, at) => item - b.members[at]!).find((difference) => difference !== 0) || 0);
  return sets.map(({ members, count }) => `${members.join(' ')}: ${count}`);
}

function baskets(): fc.Arbitrary<number[][]> {
  return fc.array(fc.uniqueArray(fc.nat(8), { maxLength: 7 }).map((items) => items.sort((a, b) => a - b)), { minLength: 1, maxLength: 25 });
}
