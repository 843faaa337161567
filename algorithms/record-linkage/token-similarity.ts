import { jaroWinklerSimilarity } from './jaro-winkler.ts';

const tokensOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/**
 * Share of the distinct words of two texts that stand in both (Jaccard 1912), whatever their order: "Main St 5" and "5 Main St" are alike. Two texts
 * without a word are alike.
 */
export function tokenJaccard(left: string, right: string): number {
  const [one, other] = [new Set(tokensOf(left)), new Set(tokensOf(right))];
  const union = one.union(other).size;
  return union === 0 ? 1 : one.intersection(other).size / union;
}

/**
 * Mean over the words of each text of the Jaro–Winkler similarity of the word's best partner in the other, and of that the mean of both directions, so
 * that it is symmetric (Monge and Elkan 1996, KDD, 267). 0 where one text alone has no word.
 */
export function tokenSimilarity(left: string, right: string): number {
  const [one, other] = [tokensOf(left), tokensOf(right)];
  if (one.length === 0 || other.length === 0) return one.length === other.length ? 1 : 0;
  const towards = (from: readonly string[], to: readonly string[]): number =>
    from.reduce((sum, word) => sum + to.reduce((best, candidate) => Math.max(best, jaroWinklerSimilarity(word, candidate)), 0), 0) / from.length;
  return (towards(one, other) + towards(other, one)) / 2;
}
