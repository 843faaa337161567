import type { FrequentItemsets } from './frequent-itemsets.ts';
import { createItemsetIndex } from './itemset-index.ts';

/**
 * The itemsets that no larger one of the same count contains: the count of every other is the largest among the closed that contain
 * it, so nothing is lost.
 *
 * Source: N. Pasquier et al., "Discovering frequent closed itemsets for association rules", ICDT 1999.
 *
 * @param itemsets all frequent ones; where they end at a length, the longest are taken for closed.
 */
export function closedItemsets(itemsets: FrequentItemsets): FrequentItemsets {
  return without(itemsets, (smaller, larger) => itemsets.counts[smaller] === itemsets.counts[larger]);
}

/**
 * The itemsets that no larger one contains: the shortest list that says which sets are frequent, though not how frequent.
 *
 * Source: R. Bayardo, "Efficiently mining long patterns from databases", SIGMOD 1998.
 *
 * @param itemsets all frequent ones; where they end at a length, the longest are taken for maximal.
 */
export function maximalItemsets(itemsets: FrequentItemsets): FrequentItemsets {
  return without(itemsets, () => true);
}

/** Leaves out every set that a set one item larger makes needless. */
function without(itemsets: FrequentItemsets, isNeedless: (smaller: number, larger: number) => boolean): FrequentItemsets {
  const { offsets, items, counts, baskets } = itemsets;
  const placeOf = createItemsetIndex(itemsets);
  const needless = new Uint8Array(counts.length);
  for (let set = 0; set < counts.length; set++) {
    const members = Array.from(items.subarray(offsets[set], offsets[set + 1]));
    for (let left = 0; left < members.length; left++) {
      const smaller = placeOf(members.toSpliced(left, 1));
      if (smaller >= 0 && isNeedless(smaller, set)) needless[smaller] = 1;
    }
  }
  const kept = Uint32Array.from(counts.keys().filter((set) => needless[set] === 0));
  const keptOffsets = new Uint32Array(kept.length + 1);
  const keptItems: number[] = [];
  kept.forEach((set, place) => {
    for (const item of items.subarray(offsets[set], offsets[set + 1])) keptItems.push(item);
    keptOffsets[place + 1] = keptItems.length;
  });
  return { offsets: keptOffsets, items: Uint32Array.from(keptItems), counts: kept.map((set) => counts[set] as number), baskets };
}
