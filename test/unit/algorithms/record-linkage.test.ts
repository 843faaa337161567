import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clusterLinks, codeColumn, comparePairs, damerauLevenshtein, dateComparison, FellegiSunter, jaroSimilarity, jaroWinklerSimilarity, nameComparison, SeededRandom, termRareness, tokenJaccard, tokenSimilarity, typedKeyComparison, UnionFind, unrelatedLevels, withinOneEdit, wordsComparison,
} from '../../../algorithms/index.ts';
import { fitLatentClasses } from '../../../algorithms/record-linkage/latent-classes.ts';

/** jellyfish 1.3.0: jaro_similarity, jaro_winkler_similarity, damerau_levenshtein_distance. */
const jellyfish: readonly (readonly [left: string, right: string, jaro: number, jaroWinkler: number, edits: number])[] = [
  ['martha', 'marhta', 0.944444444444, 0.961111111111, 1],
  ['dixon', 'dicksonx', 0.766666666667, 0.813333333333, 4],
  ['jellyfish', 'smellyfish', 0.896296296296, 0.896296296296, 2],
  ['dwayne', 'duane', 0.822222222222, 0.84, 2],
  ['abcvwxyz', 'zabcvwxy', 0.916666666667, 0.916666666667, 2],
  ['schmidt', 'schmitt', 0.904761904762, 0.942857142857, 1],
  ['ca', 'abc', 0, 0, 2],
  ['jurgen', 'juergen', 0.896825396825, 0.91746031746, 1],
  ['anna', 'hannah', 0.888888888889, 0.888888888889, 2],
  ['1980-12-03', '1980-03-12', 0.933333333333, 0.96, 4],
  ['ab', 'ba', 0, 0, 1],
  ['', 'abc', 0, 0, 3],
  ['müller', 'muller', 0.888888888889, 0.9, 1],
];
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), maxLength: 8 });

describe('comparing texts', () => {
  test.each(jellyfish)('%s and %s as jellyfish has them', (left, right, jaro, jaroWinkler, edits) => {
    expect(jaroSimilarity(left, right)).toBeCloseTo(jaro, 10);
    expect(jaroWinklerSimilarity(left, right)).toBeCloseTo(jaroWinkler, 10);
    expect(damerauLevenshtein(left, right)).toBe(edits);
  });

  test('similarities are symmetric, 0 to 1, and 1 for equal texts', () => {
    fc.assert(fc.property(word, word, (left, right) => {
      for (const similarity of [jaroSimilarity, jaroWinklerSimilarity, tokenJaccard, tokenSimilarity]) {
        expect(similarity(left, right)).toBeCloseTo(similarity(right, left), 12);
        expect(similarity(left, right)).toBeGreaterThanOrEqual(0);
        expect(similarity(left, right)).toBeLessThanOrEqual(1);
        expect(similarity(left, left)).toBeCloseTo(1, 12);
      }
    }));
  });

  test('the number of edits is a metric, and one edit at most is what withinOneEdit says', () => {
    fc.assert(fc.property(word, word, word, (a, b, c) => {
      expect(damerauLevenshtein(a, b)).toBe(damerauLevenshtein(b, a));
      expect(damerauLevenshtein(a, b) === 0).toBe(a === b);
      expect(damerauLevenshtein(a, c)).toBeLessThanOrEqual(damerauLevenshtein(a, b) + damerauLevenshtein(b, c));
      expect(withinOneEdit(a, b)).toBe(damerauLevenshtein(a, b) <= 1);
    }));
  });

  test('words count, not their order', () => {
    expect(tokenJaccard('Main Street 5', '5 main street')).toBe(1);
    expect(tokenJaccard('Bad Homburg', 'Homburg')).toBe(0.5);
    expect(tokenSimilarity('bad homburg', 'homburg bad')).toBe(1);
    expect(tokenSimilarity('', 'homburg')).toBe(0);
  });

  test('levels: a slip, a day and month exchanged, the same year', () => {
    expect(dateComparison.compare('1980-12-03', '1980-03-12')).toBe(3);
    expect(dateComparison.compare('1980-12-03', '1980-12-04')).toBe(3);
    expect(dateComparison.compare('1980-12-03', '1980-05-19')).toBe(2);
    expect(dateComparison.compare('1980-12-03', '1971-05-19')).toBe(1);
    expect(nameComparison.compare('schmidt', 'schmitt')).toBe(3);
    expect(typedKeyComparison.compare('4930123', '4930124')).toBe(2);
    expect(wordsComparison.compare('bad homburg', 'homburg bad')).toBe(2);
  });

  test('pairs are given the level of their field, whether texts are compared or told apart by a shorter way', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'e'), maxLength: 9 }), { minLength: 2, maxLength: 12 }), (texts) => {
      const column = codeColumn(texts);
      const pairs = texts.flatMap((_, left) => texts.map((__, right) => [left, right] as const));
      const levels = comparePairs([{ column, comparison: nameComparison }], pairs.map(([left]) => left), pairs.map(([, right]) => right));
      pairs.forEach(([left, right], pair) => {
        const [one, other] = [texts[left]!, texts[right]!];
        expect(levels[pair]).toBe(one === '' || other === '' ? 0 : one === other ? 4 : nameComparison.compare(one, other));
      });
    }));
  });
});

/** Pairs drawn from known probabilities: 5 % one person, the rest strangers. */
function madePairs(seed: number, pairs: number): { readonly levels: Uint8Array; readonly linked: Uint8Array } {
  const random = new SeededRandom(seed);
  const levels = new Uint8Array(pairs * 4);
  const linked = new Uint8Array(pairs);
  for (let pair = 0; pair < pairs; pair++) {
    linked[pair] = random.uniform() < 0.05 ? 1 : 0;
    for (let field = 0; field < 4; field++) {
      if (random.uniform() < 0.1) continue;
      levels[pair * 4 + field] = random.uniform() < (linked[pair] === 1 ? sameInPerson : sameInStrangers)[field]! ? 2 : 1;
    }
  }
  return { levels, linked };
}
const sameInPerson = [0.9, 0.8, 0.95, 0.7];
const sameInStrangers = [0.02, 0.1, 0.05, 0.01];
const table = (same: number): Float64Array => Float64Array.of(1 - same, same);

describe('Fellegi and Sunter', () => {
  const { levels, linked } = madePairs(3, 60_000);
  const pairs = { levels, rules: new Uint32Array(linked.length).fill(1), sessions: [{ fields: [] }], unrelated: sameInStrangers.map(table), allPairs: linked.length };
  const options = { fields: sameInPerson.map(() => ({ levels: 2, personal: true })) };

  test('EM finds the probabilities that pairs were drawn from, and the share of one person', () => {
    const model = new FellegiSunter(options).fit(pairs);
    expect(model.converged).toBe(true);
    expect(model.matchShare).toBeCloseTo(linked.reduce((sum, one) => sum + one, 0) / linked.length, 2);
    sameInPerson.forEach((same, field) => {
      expect(model.probabilities(field).m[1]).toBeCloseTo(same, 1.5);
      expect(model.matchWeights(field)[1]).toBeCloseTo(Math.log2(model.probabilities(field).m[1]! / sameInStrangers[field]!), 12);
    });
  });

  test('a probability is Bayes: prior share and the ratios of the fields that are there', () => {
    const model = new FellegiSunter(options).fit(pairs);
    const prior = model.matchShare;
    const ratio = (field: number, level: number): number => model.probabilities(field).m[level - 1]! / model.probabilities(field).u[level - 1]!;
    const odds = (prior / (1 - prior)) * ratio(0, 2) * ratio(1, 1) * ratio(3, 2);
    expect(model.predict(Uint8Array.of(2, 1, 0, 2))[0]).toBeCloseTo(odds / (1 + odds), 12);
    expect(model.predict(new Uint8Array(4))[0]).toBeCloseTo(prior, 12);
  });

  test('the probabilities are calibrated: of pairs neither sure nor unlikely, as many are one person as they say', () => {
    const probabilities = new FellegiSunter(options).fit(pairs).predict(levels);
    const [some, sum, hits] = probabilities.reduce(([count, total, right], probability, pair) => (probability >= 0.6 && probability < 0.999 ? [count + 1, total + probability, right + linked[pair]!] : [count, total, right]), [0, 0, 0]);
    expect(some).toBeGreaterThan(200);
    expect(hits / some).toBeCloseTo(sum / some, 1.5);
  });

  test('a rare value that is shared is stronger evidence than a common one', () => {
    const column = codeColumn([...Array<string>(98).fill('smith'), 'zielinski', 'zielinski']);
    const rareness = termRareness(column, [0, 98, 0], [1, 99, 99]);
    expect(rareness[1]).toBeLessThan(rareness[0]!);
    expect(rareness[2]).toBe(0);
    const model = new FellegiSunter(options).fit(pairs);
    const [common, rare] = model.predict(Uint8Array.of(2, 1, 1, 1, 2, 1, 1, 1), [Float32Array.of(rareness[0]!, rareness[1]!)]);
    expect(rare).toBeGreaterThan(common!);
  });

  test('who share a household but neither given name nor birth date are not one person', () => {
    const random = new SeededRandom(11);
    const [strangers, persons, households] = [4000, 400, 400];
    const rows = Array.from({ length: strangers + persons + households }, (_, pair) => {
      const [personal, shared] = pair < strangers ? [0.01, 0.01] : pair < strangers + persons ? [0.95, 0.9] : [0.01, 0.9];
      return [personal, personal, shared, shared, shared].map((same) => (random.uniform() < same ? 2 : 1));
    });
    const unrelated = [0.01, 0.01, 0.01, 0.01, 0.01].map(table);
    const input = { levels: Uint8Array.from(rows.flat()), rules: new Uint32Array(rows.length).fill(1), sessions: [{ fields: [4] }], unrelated, allPairs: rows.length };
    const fields = [true, true, false, false, false].map((personal) => ({ levels: 2, personal }));
    const household = Uint8Array.of(1, 1, 2, 2, 2);
    expect(new FellegiSunter({ fields }).fit(input).predict(household)[0]).toBeLessThan(0.05);
    expect(new FellegiSunter({ fields }).fit(input).predict(Uint8Array.of(2, 2, 2, 2, 2))[0]).toBeGreaterThan(0.99);
  });

  test('no step of EM makes the data less likely', () => {
    const { levels: some } = madePairs(5, 500);
    const fit = fitLatentClasses({
      levels: some, fields: 4, weights: new Float64Array(500).fill(1), maxIterations: 60, tolerance: 0,
      start: [{ share: 0.5, tables: sameInStrangers.map(table), fixed: [true, true, true, true] }, { share: 0.5, tables: sameInPerson.map(() => table(0.6)), fixed: [false, false, false, false] }],
    });
    fit.logLikelihoods.slice(1).forEach((value, at) => expect(value).toBeGreaterThanOrEqual(fit.logLikelihoods[at]! - 0.05));
  });

  test('strangers: the chance of one value is exact, the levels of each field sum to 1', () => {
    const column = codeColumn(['anna', 'anna', 'bert', 'cora', '', 'anne']);
    const [u] = unrelatedLevels([{ column, comparison: nameComparison }], 6, { pairs: 1000, seed: 1 });
    expect(u!.at(-1)).toBeCloseTo(2 / 20, 12);
    expect(u!.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 12);
  });

  test('refuses what cannot be: no field, fields of one level, tables that do not fit, more pairs than there are', () => {
    expect(() => new FellegiSunter({ fields: [] })).toThrow('at least one field');
    expect(() => new FellegiSunter({ fields: [{ levels: 1, personal: true }] })).toThrow('two levels');
    expect(() => new FellegiSunter(options).fit({ ...pairs, unrelated: [] })).toThrow('probability of each');
    expect(() => new FellegiSunter(options).fit({ ...pairs, allPairs: 1 })).toThrow('out of 1');
    expect(() => new FellegiSunter(options).predict(new Uint8Array(4))).toThrow('not fitted');
  });
});

const linksOf = (links: readonly (readonly [number, number, number])[]) => ({ left: links.map(([one]) => one), right: links.map(([, other]) => other), probabilities: links.map(([, , probability]) => probability) });
const band = { threshold: 0.9, reviewFrom: 0.5, largestCluster: 10 };

describe('clusters of links', () => {
  test('links make a cluster of all they reach, named by its first record; weaker ones are for review', () => {
    const { clusterOf, verdicts } = clusterLinks(linksOf([[3, 1, 0.95], [1, 4, 0.99], [0, 2, 0.7], [2, 3, 0.2], [3, 4, 0.6]]), { records: 5, ...band });
    expect([...clusterOf]).toEqual([0, 1, 2, 1, 1]);
    expect(verdicts).toEqual(['linked', 'linked', 'review', 'below', 'implied']);
  });

  test('records to be kept apart are, though links lead round: the weakest link gives way', () => {
    const { clusterOf, verdicts } = clusterLinks(linksOf([[0, 1, 0.99], [1, 2, 0.95], [0, 2, 0.6]]), { records: 3, ...band, apart: [[0, 2]] });
    expect([...clusterOf]).toEqual([0, 0, 2]);
    expect(verdicts).toEqual(['linked', 'refused', 'refused']);
  });

  test('a cluster grows no larger than it may: what goes beyond is for review', () => {
    const { clusterOf, verdicts } = clusterLinks(linksOf([[0, 1, 0.99], [2, 3, 0.99], [1, 2, 0.95]]), { records: 4, ...band, largestCluster: 3 });
    expect([...clusterOf]).toEqual([0, 0, 2, 2]);
    expect(verdicts).toEqual(['linked', 'linked', 'review']);
  });

  const records = 14;
  const links = fc.array(fc.tuple(fc.integer({ min: 0, max: records - 1 }), fc.integer({ min: 0, max: records - 1 }), fc.constantFrom(0.3, 0.6, 0.92, 0.97, 1)).filter(([one, other]) => one !== other), { maxLength: 25 });
  const apart = fc.array(fc.tuple(fc.integer({ min: 0, max: records - 1 }), fc.integer({ min: 0, max: records - 1 })).filter(([one, other]) => one !== other), { maxLength: 4 });

  test('to be one person is transitive, and the same whatever the order of links', () => {
    fc.assert(fc.property(links, apart, fc.infiniteStream(fc.nat()), (given, enemies, dice) => {
      const options = { records, threshold: 0.9, reviewFrom: 0.5, largestCluster: 6, apart: enemies };
      const { clusterOf, verdicts } = clusterLinks(linksOf(given), options);
      const shuffled = given.map((link) => ({ link, key: dice.next().value as number })).sort((a, b) => a.key - b.key).map(({ link: [one, other, probability] }) => [other, one, probability] as const);
      expect([...clusterLinks(linksOf(shuffled), options).clusterOf]).toEqual([...clusterOf]);
      clusterOf.forEach((cluster, record) => {
        expect(cluster).toBeLessThanOrEqual(record);
        expect(clusterOf[cluster]).toBe(cluster);
      });
      given.forEach(([one, other], link) => { if (verdicts[link] === 'linked' || verdicts[link] === 'implied') expect(clusterOf[one]).toBe(clusterOf[other]); });
      for (const [one, other] of enemies) expect(clusterOf[one]).not.toBe(clusterOf[other]);
      for (const cluster of new Set(clusterOf)) expect(clusterOf.filter((each) => each === cluster).length).toBeLessThanOrEqual(6);
    }));
  });

  test('union and find agree with repainting every record', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(9))), (unions) => {
      const sets = new UnionFind(10);
      const painted = Array.from({ length: 10 }, (_, member) => member);
      for (const [one, other] of unions) {
        sets.union(one, other);
        const [from, to] = [painted[one]!, painted[other]!];
        painted.forEach((colour, member) => { if (colour === from) painted[member] = to; });
      }
      for (let one = 0; one < 10; one++) for (let other = 0; other < 10; other++) expect(sets.find(one) === sets.find(other)).toBe(painted[one] === painted[other]);
    }));
  });
});
