import { createBasketDatabase, endOfBasket } from './basket-database.ts';
import type { BasketDatabase } from './basket-database.ts';
import type { FrequentItemsets } from './frequent-itemsets.ts';
import { ItemsetCollector } from './itemset-collector.ts';
import { requireItemsetOptions } from './itemset-options.ts';
import type { ItemsetOptions } from './itemset-options.ts';
import { leastCount } from './least-count.ts';

export type AprioriOptions = ItemsetOptions;

/** The frequent sets of one length. A set is its prefix, a set of the level before, and one more item of a higher rank. */
interface Level {
  /** Sets with prefix p are [groups[p], groups[p + 1]), by ascending rank. */
  readonly groups: Uint32Array;
  readonly prefixes: Uint32Array;
  readonly ranks: Uint32Array;
  readonly counts: Uint32Array;
  /** For set s, the places in the database just after its last item, one a basket that has it: [places[s], places[s + 1]). */
  readonly starts: Uint32Array;
  readonly places: Uint32Array;
}

/**
 * Frequent itemsets by Apriori: sets grow by one item a level, and a set is counted only when every subset one item smaller is
 * frequent. Counting goes through the baskets that have the set's prefix alone, from just after the prefix's last item, and counts
 * all its extensions in one pass. Exact.
 *
 * Sources: R. Agrawal and R. Srikant, "Fast algorithms for mining association rules", VLDB 1994; the way of counting is occurrence
 * deliver of T. Uno et al., "LCM ver. 2", FIMI 2004.
 */
export class Apriori {
  readonly minSupport: number;
  readonly maxLength: number;
  #itemsets: FrequentItemsets | undefined;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: AprioriOptions) {
    ({ minSupport: this.minSupport, maxLength: this.maxLength } = requireItemsetOptions(options));
  }

  get itemsets(): FrequentItemsets {
    if (this.#itemsets === undefined) throw new TypeError('Apriori is not fitted yet: call fit() first');
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
    const levels: Level[] = [];
    let level = singleItems(database);
    while (level.ranks.length > 0) {
      levels.push(level);
      if (levels.length >= this.maxLength) break;
      level = nextLevel(database, levels, minCount, levels.length + 1 < this.maxLength);
    }
    this.#itemsets = collect(database, levels, baskets);
    return this;
  }
}

function singleItems({ counts, starts, places }: BasketDatabase): Level {
  const size = counts.length;
  return { groups: Uint32Array.of(0, size), prefixes: new Uint32Array(size), ranks: Uint32Array.from(counts.keys()), counts, starts, places };
}

/** The sets one item longer. Their places are found only when `extended`, that is when a longer level may follow. */
function nextLevel(database: BasketDatabase, levels: readonly Level[], minCount: number, extended: boolean): Level {
  const { ranks } = database;
  const last = levels.at(-1) as Level;
  const groups = new Uint32Array(last.ranks.length + 1);
  const found = { prefixes: new GrowingArray(), ranks: new GrowingArray(), counts: new GrowingArray(), starts: new GrowingArray() };
  const places = new GrowingArray();
  const counters = new Uint32Array(database.codes.length);
  /** One more than the place where the next occurrence of a rank goes; 0 for a rank whose occurrences are not wanted. */
  const cursors = new Uint32Array(database.codes.length);
  found.starts.push(0);

  for (let set = 0; set < last.ranks.length; set++) {
    groups[set] = found.ranks.length;
    const candidates = candidatesOf(levels, set);
    if (candidates.length === 0) continue;
    const begin = last.starts[set] as number;
    const end = last.starts[set + 1] as number;

    counters.fill(0, candidates[0]);
    for (let at = begin; at < end; at++) {
      for (let place = last.places[at] as number; ranks[place] !== endOfBasket; place++) {
        const rank = ranks[place] as number;
        counters[rank] = (counters[rank] as number) + 1;
      }
    }
    const frequent = candidates.filter((rank) => (counters[rank] as number) >= minCount);
    // The last of a group, and a group of one, have nothing to be joined with.
    const joinable = extended ? frequent.length - 1 : 0;
    for (let index = 0; index < frequent.length; index++) {
      const rank = frequent[index] as number;
      const count = counters[rank] as number;
      found.prefixes.push(set);
      found.ranks.push(rank);
      found.counts.push(count);
      if (index < joinable) cursors[rank] = places.extend(count) + 1;
      found.starts.push(places.length);
    }
    if (joinable < 1) continue;
    const target = places.values;
    for (let at = begin; at < end; at++) {
      for (let place = last.places[at] as number; ranks[place] !== endOfBasket; place++) {
        const rank = ranks[place] as number;
        const cursor = cursors[rank] as number;
        if (cursor === 0) continue;
        target[cursor - 1] = place + 1;
        cursors[rank] = cursor + 1;
      }
    }
    for (let index = 0; index < joinable; index++) cursors[frequent[index] as number] = 0;
  }
  groups[last.ranks.length] = found.ranks.length;
  return {
    groups,
    prefixes: found.prefixes.taken(),
    ranks: found.ranks.taken(),
    counts: found.counts.taken(),
    starts: found.starts.taken(),
    places: places.taken(),
  };
}

/** Ranks by which a set of the last level may be extended: Apriori's join with its later siblings, then its pruning. */
function candidatesOf(levels: readonly Level[], set: number): number[] {
  const last = levels.at(-1) as Level;
  const groupEnd = last.groups[(last.prefixes[set] as number) + 1] as number;
  if (set + 1 >= groupEnd) return [];
  const siblings = Array.from(last.ranks.subarray(set + 1, groupEnd));
  if (levels.length === 1) return siblings;
  const members = membersOf(levels, levels.length, set);
  return siblings.filter((rank) => everySubsetIsFrequent(levels, members, rank));
}

/** Whether each set that leaves out one item of the prefix is frequent; those that leave out one of the two joined are by the join. */
function everySubsetIsFrequent(levels: readonly Level[], members: readonly number[], rank: number): boolean {
  for (let left = 0; left < members.length - 1; left++) {
    let set = -1;
    for (let index = 0, depth = 0; index <= members.length; index++) {
      if (index === left) continue;
      const next = index === members.length ? rank : (members[index] as number);
      set = depth === 0 ? next : findExtension(levels[depth] as Level, set, next);
      if (set < 0) return false;
      depth++;
    }
  }
  return true;
}

/** Binary search for the set that extends a prefix by a rank; -1 when it is not frequent. */
function findExtension(level: Level, prefix: number, rank: number): number {
  let low = level.groups[prefix] as number;
  let high = (level.groups[prefix + 1] as number) - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const here = level.ranks[middle] as number;
    if (here === rank) return middle;
    if (here < rank) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Ranks of a set of the given length, ascending. */
function membersOf(levels: readonly Level[], length: number, set: number): number[] {
  const members: number[] = Array.from({ length });
  for (let depth = length - 1, at = set; depth >= 0; depth--) {
    const level = levels[depth] as Level;
    members[depth] = level.ranks[at] as number;
    at = level.prefixes[at] as number;
  }
  return members;
}

function collect({ codes }: BasketDatabase, levels: readonly Level[], baskets: number): FrequentItemsets {
  const collector = new ItemsetCollector(codes);
  levels.forEach((level, depth) => {
    for (let set = 0; set < level.ranks.length; set++) {
      collector.add(Uint32Array.from(membersOf(levels, depth + 1, set)), 0, depth + 1, level.counts[set] as number);
    }
  });
  return collector.collected(baskets);
}

/** A Uint32Array that doubles when it is full. */
class GrowingArray {
  values = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    // Not in one expression: `values` must be read after it has grown.
    const place = this.extend(1);
    this.values[place] = value;
  }

  /** Makes room for `count` more values and returns the place of the first. */
  extend(count: number): number {
    const first = this.length;
    this.length += count;
    if (this.length > this.values.length) {
      const larger = new Uint32Array(Math.max(this.length, this.values.length * 2));
      larger.set(this.values);
      this.values = larger;
    }
    return first;
  }

  taken(): Uint32Array {
    return this.values.subarray(0, this.length);
  }
}
