import { mineWithKernel } from './eclat-kernel.ts';
import type { FrequentItemsets } from './frequent-itemsets.ts';
import { requireItemsetOptions } from './itemset-options.ts';
import type { ItemsetOptions } from './itemset-options.ts';
import { leastCount } from './least-count.ts';
import { requireOffsets } from './require-offsets.ts';

/**
 * Frequent itemsets by Eclat: depth first, a set with the list of the baskets that have it. A set's extensions are counted by going
 * through those baskets once (occurrence deliver) instead of intersecting lists pair by pair; the baskets are then cut down to the
 * frequent extensions, and where these are few, baskets become bit masks whose histogram gives the counts of all sets at once. Exact,
 * and the same itemsets as Apriori's. The search is a WebAssembly kernel, eclat.as.ts.
 *
 * Sources: M. Zaki, "Scalable algorithms for association mining", IEEE TKDE 12(3), 2000; C. Borgelt, "Efficient implementations of
 * Apriori and Eclat", FIMI 2003; T. Uno et al., "LCM ver. 2", FIMI 2004 (occurrence deliver) and "LCM ver. 3", OSDM 2005 (masks).
 */
export class Eclat {
  readonly minSupport: number;
  readonly maxLength: number;
  #itemsets: FrequentItemsets | undefined;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: ItemsetOptions) {
    ({ minSupport: this.minSupport, maxLength: this.maxLength } = requireItemsetOptions(options));
  }

  get itemsets(): FrequentItemsets {
    if (this.#itemsets === undefined) throw new TypeError('Eclat is not fitted yet: call fit() first');
    return this.#itemsets;
  }

  /**
   * @param offsets basket b has the items of [offsets[b], offsets[b + 1]); one more offset than baskets.
   * @param items codes from 0 without large gaps, ascending and different within a basket.
   * @throws RangeError when the offsets do not fit the items, or a basket is not ascending.
   */
  fit(offsets: Uint32Array, items: Uint32Array): this {
    const baskets = Math.max(0, offsets.length - 1);
    requireOffsets(offsets, items);
    this.#itemsets = mineWithKernel(offsets, items, leastCount(this.minSupport, baskets), this.maxLength).collected(baskets);
    return this;
  }
}
