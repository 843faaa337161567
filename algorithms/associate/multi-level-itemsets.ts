import { mineWithKernel } from './eclat-kernel.ts';
import type { FrequentItemsets } from './frequent-itemsets.ts';
import { requireItemsetOptions } from './itemset-options.ts';
import type { ItemsetOptions } from './itemset-options.ts';
import { leastCount } from './least-count.ts';
import { requireOffsets } from './require-offsets.ts';

/**
 * Frequent itemsets over several levels at once, such as products and their categories: a basket has an item when it has one
 * below it, and a set may mix levels, but has no item together with one above it, with which it always goes.
 *
 * Source: R. Srikant and R. Agrawal, "Mining generalized association rules", VLDB 1995.
 *
 * @param offsets basket b has the items of [offsets[b], offsets[b + 1]); one more offset than baskets.
 * @param items codes from 0, ascending and different within a basket.
 * @param parents by code, the code of the item above it, or -1; it has every code of the items and of those above them.
 * @throws RangeError when an option is out of its range, the offsets do not fit the items, a basket is not ascending, a code has no
 * place in `parents`, or an item is above itself.
 */
export function multiLevelItemsets(offsets: Uint32Array, items: Uint32Array, parents: Int32Array, options: ItemsetOptions): FrequentItemsets {
  const { minSupport, maxLength } = requireItemsetOptions(options);
  requireOffsets(offsets, items);
  requireTree(parents);
  const baskets = offsets.length - 1;
  const wideOffsets = new Uint32Array(offsets.length);
  const wideItems: number[] = [];
  for (let basket = 0; basket < baskets; basket++) {
    const members = new Set<number>();
    let before = -1;
    for (const item of items.subarray(offsets[basket], offsets[basket + 1])) {
      if (item <= before) throw new RangeError(`the items of basket ${basket} are not ascending and different`);
      if (item >= parents.length) throw new RangeError(`item ${item} has no place in parents`);
      before = item;
      // A member's own ancestors are members already.
      for (let above = item; above >= 0 && !members.has(above); above = parents[above] as number) members.add(above);
    }
    for (const member of [...members].sort((one, other) => one - other)) wideItems.push(member);
    wideOffsets[basket + 1] = wideItems.length;
  }
  return mineWithKernel(wideOffsets, Uint32Array.from(wideItems), leastCount(minSupport, baskets), maxLength, parents).collected(baskets);
}

function requireTree(parents: Int32Array): void {
  for (let item = 0; item < parents.length; item++) {
    let steps = 0;
    for (let above = parents[item] as number; above !== -1; above = parents[above] as number) {
      if (!(above >= 0 && above < parents.length)) throw new RangeError(`the parent of an item is ${above}, which has no place in parents`);
      if (++steps > parents.length) throw new RangeError(`item ${item} is above itself`);
    }
  }
}
