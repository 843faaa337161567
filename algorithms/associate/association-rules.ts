import type { FrequentItemsets } from './frequent-itemsets.ts';
import { createItemsetIndex } from './itemset-index.ts';

/** Baskets with the antecedent tend to have the consequent. */
export interface AssociationRule {
  /** Codes, ascending. */
  readonly antecedent: readonly number[];
  /** Codes, ascending; none of the antecedent's. */
  readonly consequent: readonly number[];
  /** Baskets that have both. */
  readonly count: number;
  /** Baskets that have the antecedent, and those that have the consequent. */
  readonly antecedentCount: number;
  readonly consequentCount: number;
  /** Share of all baskets that have both. */
  readonly support: number;
  /** Share of the antecedent's baskets that have the consequent. */
  readonly confidence: number;
  /** Confidence by the consequent's share of all baskets; 1 when the two are independent. */
  readonly lift: number;
  /** Support less what it would be if the two were independent; between -0.25 and 0.25. */
  readonly leverage: number;
  /** How often the rule would fail if the two were independent, by how often it fails; Infinity for a rule without exception. */
  readonly conviction: number;
}

export interface AssociationRulesOptions {
  readonly minConfidence?: number;
  readonly minLift?: number;
  /** Most items of a consequent. */
  readonly maxConsequent?: number;
}

/**
 * Rules from frequent itemsets and all their subsets, ordered as the itemsets are and, within one, by antecedent.
 *
 * Sources: R. Agrawal et al., SIGMOD 1993 (support, confidence); S. Brin et al., SIGMOD 1997 (lift, conviction);
 * G. Piatetsky-Shapiro 1991 (leverage).
 *
 * @throws RangeError when a subset of an itemset is missing from the itemsets, or an option is out of its range.
 */
export function associationRules(itemsets: FrequentItemsets, options: AssociationRulesOptions = {}): AssociationRule[] {
  const { minConfidence = 0.5, minLift = 0, maxConsequent = Number.POSITIVE_INFINITY } = options;
  if (!(minConfidence >= 0 && minConfidence <= 1)) throw new RangeError(`minConfidence must be in [0, 1], not ${minConfidence}`);
  const { offsets, items, counts, baskets } = itemsets;
  const countOf = createCountOf(itemsets);
  const rules: AssociationRule[] = [];

  for (let set = 0; set < counts.length; set++) {
    const members = Array.from(items.subarray(offsets[set], offsets[set + 1]));
    if (members.length > 30) throw new RangeError(`an itemset of ${members.length} items has more rules than can be listed`);
    const count = counts[set] as number;
    const everything = 2 ** members.length - 1;
    for (let chosen = 1; chosen < everything; chosen++) {
      const antecedent = members.filter((_, index) => (chosen >>> index) & 1);
      const consequent = members.filter((_, index) => !((chosen >>> index) & 1));
      if (consequent.length > maxConsequent) continue;
      const antecedentCount = countOf(antecedent);
      const confidence = count / antecedentCount;
      if (confidence < minConfidence) continue;
      const consequentCount = countOf(consequent);
      const lift = (count * baskets) / (antecedentCount * consequentCount);
      if (lift < minLift) continue;
      rules.push({
        antecedent, consequent, count, antecedentCount, consequentCount, confidence, lift,
        support: count / baskets,
        leverage: count / baskets - (antecedentCount / baskets) * (consequentCount / baskets),
        conviction: count === antecedentCount ? Number.POSITIVE_INFINITY : (1 - consequentCount / baskets) / (1 - confidence),
      });
    }
  }
  return rules;
}

function createCountOf(itemsets: FrequentItemsets): (members: readonly number[]) => number {
  const placeOf = createItemsetIndex(itemsets);
  return (members) => {
    const place = placeOf(members);
    if (place < 0) throw new RangeError(`the itemsets lack {${members.join(', ')}}, a subset of another`);
    return itemsets.counts[place] as number;
  };
}
