import { createBasketDatabase, endOfBasket } from './basket-database.ts';
import type { BasketDatabase } from './basket-database.ts';
import type { FrequentItemsets } from './frequent-itemsets.ts';
import { ItemsetCollector } from './itemset-collector.ts';
import { requireItemsetOptions } from './itemset-options.ts';
import type { ItemsetOptions } from './itemset-options.ts';
import { leastCount } from './least-count.ts';

/**
 * Frequent itemsets by FP-growth: baskets are kept as a tree of shared prefixes, most frequent item first, and sets grow by following
 * each item's nodes towards the root. Exact, and the same itemsets as Apriori's; it gains most where baskets resemble each other.
 *
 * Source: J. Han, J. Pei, Y. Yin, "Mining frequent patterns without candidate generation", SIGMOD 2000.
 */
export class FPGrowth {
  readonly minSupport: number;
  readonly maxLength: number;
  #itemsets: FrequentItemsets | undefined;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: ItemsetOptions) {
    ({ minSupport: this.minSupport, maxLength: this.maxLength } = requireItemsetOptions(options));
  }

  get itemsets(): FrequentItemsets {
    if (this.#itemsets === undefined) throw new TypeError('FPGrowth is not fitted yet: call fit() first');
    return this.#itemsets;
  }

  /**
   * @param offsets basket b has the items of [offsets[b], offsets[b + 1]); one more offset than baskets.
   * @param items codes from 0 without large gaps, ascending and different within a basket.
   * @throws RangeError when the offsets do not fit the items, or a basket is not ascending.
   */
  fit(offsets: Uint32Array, items: Uint32Array): this {
    const baskets = Math.max(0, offsets.length - 1);
    const minCount = leastCount(this.minSupport, baskets);
    const database = createBasketDatabase(offsets, items, minCount);
    this.#itemsets = new Growth(database, minCount, this.maxLength).run().collected(baskets);
    return this;
  }
}

/** A tree: its items are numbered from 0, the rarest first; each node's parent has an item of a higher number. */
interface Tree {
  /** Rank of each item. */
  readonly ranks: Uint32Array;
  /** Baskets that have each item. */
  readonly counts: Uint32Array;
  /** The node of each item that was made last; the others follow by `next`. 0 for none. */
  readonly heads: Uint32Array;
}

/** No item: the root's. */
const rootItem = endOfBasket;

class Growth {
  readonly #collector: ItemsetCollector;
  readonly #minCount: number;
  readonly #maxLength: number;
  readonly #members: Uint32Array;
  readonly #path: Uint32Array;
  readonly #whole: Tree;
  // Nodes of all trees in work, a tree's after those of the tree it was made from, and given up when it has been searched. Node 0 is none.
  #items = new Uint32Array(1024);
  #counts = new Uint32Array(1024);
  #parents = new Uint32Array(1024);
  #next = new Uint32Array(1024);
  #nodes = 1;
  /** Open addressing from parent and item to node. Nodes are given up last first, so no chain of a living node is ever cut. */
  #table = new Uint32Array(4096);

  constructor({ ranks, codes, counts }: BasketDatabase, minCount: number, maxLength: number) {
    this.#collector = new ItemsetCollector(codes);
    this.#minCount = minCount;
    this.#maxLength = maxLength;
    this.#members = new Uint32Array(codes.length + 1);
    this.#path = new Uint32Array(codes.length + 1);
    this.#whole = { ranks: Uint32Array.from(codes.keys()), counts, heads: new Uint32Array(codes.length) };
    const root = this.#addNode(0, rootItem);
    for (let begin = 0, end = 0; end < ranks.length; end++) {
      if (ranks[end] !== endOfBasket) continue;
      let node = root;
      for (let place = end - 1; place >= begin; place--) node = this.#descend(node, ranks[place] as number, 1, this.#whole.heads);
      begin = end + 1;
    }
  }

  run(): ItemsetCollector {
    this.#grow(this.#whole, 0);
    return this.#collector;
  }

  /** Finds the sets of the first `depth` members and at least one item of the tree. */
  #grow({ ranks, counts, heads }: Tree, depth: number): void {
    for (let item = 0; item < ranks.length; item++) {
      this.#members[depth] = ranks[item] as number;
      this.#collector.add(this.#members, 0, depth + 1, counts[item] as number);
      if (item + 1 === ranks.length || depth + 2 > this.#maxLength) continue;
      const above = new Uint32Array(ranks.length);
      for (let node = heads[item] as number; node !== 0; node = this.#next[node] as number) {
        const count = this.#counts[node] as number;
        for (let up = this.#parents[node] as number; this.#items[up] !== rootItem; up = this.#parents[up] as number) {
          const other = this.#items[up] as number;
          above[other] = (above[other] as number) + count;
        }
      }
      const kept: number[] = [];
      // From here on a number one higher, 0 for an item that is left out.
      const renumbered = above;
      const keptCounts: number[] = [];
      for (let other = item + 1; other < ranks.length; other++) {
        const count = above[other] as number;
        renumbered[other] = count >= this.#minCount ? kept.push(ranks[other] as number) : 0;
        if (count >= this.#minCount) keptCounts.push(count);
      }
      if (kept.length === 0) continue;
      const tree: Tree = { ranks: Uint32Array.from(kept), counts: Uint32Array.from(keptCounts), heads: new Uint32Array(kept.length) };
      const before = this.#nodes;
      if (kept.length > 1 && depth + 3 <= this.#maxLength) this.#copyPaths(heads[item] as number, renumbered, tree);
      this.#grow(tree, depth + 1);
      this.#nodes = before;
    }
  }

  /** Makes the tree of the paths from the nodes of one item to the root. */
  #copyPaths(head: number, renumbered: Uint32Array, { heads }: Tree): void {
    const root = this.#addNode(0, rootItem);
    for (let node = head; node !== 0; node = this.#next[node] as number) {
      let length = 0;
      for (let up = this.#parents[node] as number; this.#items[up] !== rootItem; up = this.#parents[up] as number) {
        const number = renumbered[this.#items[up] as number] as number;
        if (number > 0) this.#path[length++] = number - 1;
      }
      // A path of one item has nothing above it, but counts: its item's list is then not looked at, only the counts that are known.
      if (length < 2) continue;
      const count = this.#counts[node] as number;
      let copy = root;
      while (length > 0) copy = this.#descend(copy, this.#path[--length] as number, count, heads);
    }
  }

  /** The node of an item below another, made where it is missing, with so many more baskets. */
  #descend(parent: number, item: number, count: number, heads: Uint32Array): number {
    const mask = this.#table.length - 1;
    let slot = slotOf(parent, item, mask);
    for (let node = this.#table[slot] as number; node !== 0 && node < this.#nodes; node = this.#table[slot] as number) {
      if (this.#parents[node] === parent && this.#items[node] === item) {
        this.#counts[node] = (this.#counts[node] as number) + count;
        return node;
      }
      slot = (slot + 1) & mask;
    }
    const made = this.#addNode(parent, item);
    this.#counts[made] = count;
    this.#next[made] = heads[item] as number;
    heads[item] = made;
    // The table is rebuilt when half of it is taken, and then knows the node already.
    if (this.#nodes * 2 > this.#table.length) this.#rebuildTable();
    else this.#table[slot] = made;
    return made;
  }

  #addNode(parent: number, item: number): number {
    const node = this.#nodes++;
    if (node === this.#items.length) {
      const longer = (values: Uint32Array): Uint32Array<ArrayBuffer> => {
        const grown = new Uint32Array(values.length * 2);
        grown.set(values);
        return grown;
      };
      this.#items = longer(this.#items);
      this.#counts = longer(this.#counts);
      this.#parents = longer(this.#parents);
      this.#next = longer(this.#next);
    }
    this.#items[node] = item;
    this.#parents[node] = parent;
    this.#counts[node] = 0;
    this.#next[node] = 0;
    return node;
  }

  #rebuildTable(): void {
    this.#table = new Uint32Array(this.#table.length * 4);
    const mask = this.#table.length - 1;
    for (let node = 1; node < this.#nodes; node++) {
      if (this.#items[node] === rootItem) continue;
      let slot = slotOf(this.#parents[node] as number, this.#items[node] as number, mask);
      while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
      this.#table[slot] = node;
    }
  }
}

function slotOf(parent: number, item: number, mask: number): number {
  const mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(item, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & mask;
}
