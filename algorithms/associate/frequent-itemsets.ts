/** Sets of items that occur together often enough, ordered by length and then by their items. */
export interface FrequentItemsets {
  /** Itemset i has the items of [offsets[i], offsets[i + 1]); one more offset than itemsets. */
  readonly offsets: Uint32Array;
  /** Codes, ascending within an itemset. */
  readonly items: Uint32Array;
  /** Baskets that have all items of each itemset. */
  readonly counts: Uint32Array;
  /** All baskets looked at, so that support = counts[i] / baskets. */
  readonly baskets: number;
}
