import type { FrequentItemsets } from './frequent-itemsets.ts';

/**
 * Finds the place of an itemset by its items, ascending; -1 where it is none of them. A prefix tree whose edges are keyed by node and item.
 * @throws RangeError when there are too many itemsets of too high codes for its keys.
 */
export function createItemsetIndex({ offsets, items, counts }: FrequentItemsets): (members: Iterable<number>) => number {
  let span = 1;
  for (const item of items) span = Math.max(span, item + 1);
  if ((items.length + 1) * span > Number.MAX_SAFE_INTEGER) throw new RangeError('there are too many itemsets for items of such high codes');
  const edges = new Map<number, number>();
  const placeByNode = [-1];
  for (let set = 0; set < counts.length; set++) {
    let node = 0;
    for (const item of items.subarray(offsets[set], offsets[set + 1])) {
      const edge = node * span + item;
      let next = edges.get(edge);
      if (next === undefined) edges.set(edge, (next = placeByNode.push(-1) - 1));
      node = next;
    }
    placeByNode[node] = set;
  }
  return (members) => {
    let node: number | undefined = 0;
    for (const item of members) {
      node = edges.get(node * span + item);
      if (node === undefined) return -1;
    }
    return placeByNode[node] as number;
  };
}
