import { requireOffsets } from './require-offsets.ts';

/** Stands after the last item of every basket. */
export const endOfBasket = 0xffffffff;

/** Baskets reduced to their frequent items, which are numbered by rank: the rarest is 0. */
export interface BasketDatabase {
  /** The ranks of one basket after another, ascending, each basket closed by `endOfBasket`. */
  readonly ranks: Uint32Array;
  /** Code of the item of each rank. */
  readonly codes: Uint32Array;
  /** Baskets that have the item of each rank. */
  readonly counts: Uint32Array;
  /** For rank r, the places in `ranks` just after it, one a basket that has it: [starts[r], starts[r + 1]) of `places`. */
  readonly starts: Uint32Array;
  readonly places: Uint32Array;
}

/**
 * Counts the items, leaves out the infrequent, and ranks the others, rarest first: a set then begins with its rarest item, which
 * keeps the lists of baskets that a search goes through short.
 *
 * @param offsets basket b has the items of [offsets[b], offsets[b + 1]); one more offset than baskets.
 * @param items codes from 0, ascending and different within a basket.
 * @throws RangeError when the offsets do not fit the items, or a basket is not ascending.
 */
export function createBasketDatabase(offsets: Uint32Array, items: Uint32Array, minCount: number): BasketDatabase {
  const occurrences = countItems(offsets, items);
  const codes = Uint32Array.from(occurrences.keys().filter((code) => (occurrences[code] as number) >= minCount));
  codes.sort((a, b) => (occurrences[a] as number) - (occurrences[b] as number) || a - b);
  const rankOf = new Uint32Array(occurrences.length).fill(endOfBasket);
  const starts = new Uint32Array(codes.length + 1);
  const counts = codes.map((code, rank) => {
    rankOf[code] = rank;
    starts[rank + 1] = (starts[rank] as number) + (occurrences[code] as number);
    return occurrences[code] as number;
  });

  // Baskets by rank, then the ranks back into the baskets: those of a basket arrive in order, and no basket is sorted.
  const baskets = offsets.length - 1;
  const places = new Uint32Array(starts[codes.length] as number);
  const cursors = starts.slice();
  const ends = new Uint32Array(baskets);
  let end = 0;
  for (let basket = 0; basket < baskets; basket++) {
    ends[basket] = end;
    const last = offsets[basket + 1] as number;
    for (let place = offsets[basket] as number; place < last; place++) {
      const rank = rankOf[items[place] as number] as number;
      if (rank === endOfBasket) continue;
      const cursor = cursors[rank] as number;
      places[cursor] = basket;
      cursors[rank] = cursor + 1;
      end++;
    }
    end++;
  }
  const ranks = new Uint32Array(end);
  for (let rank = 0; rank < codes.length; rank++) {
    const last = starts[rank + 1] as number;
    for (let at = starts[rank] as number; at < last; at++) {
      const basket = places[at] as number;
      const place = ends[basket] as number;
      ranks[place] = rank;
      places[at] = place + 1;
      ends[basket] = place + 1;
    }
  }
  for (let basket = 0; basket < baskets; basket++) ranks[ends[basket] as number] = endOfBasket;
  return { ranks, codes, counts, starts, places };
}

function countItems(offsets: Uint32Array, items: Uint32Array): Uint32Array {
  requireOffsets(offsets, items);
  let highest = -1;
  for (let place = 0; place < items.length; place++) if ((items[place] as number) > highest) highest = items[place] as number;
  const occurrences = new Uint32Array(highest + 1);
  for (let basket = 0; basket + 1 < offsets.length; basket++) {
    const first = offsets[basket] as number;
    const last = offsets[basket + 1] as number;
    let before = -1;
    for (let place = first; place < last; place++) {
      const code = items[place] as number;
      if (code <= before) throw new RangeError(`the items of basket ${basket} are not ascending and different`);
      before = code;
      occurrences[code] = (occurrences[code] as number) + 1;
    }
  }
  return occurrences;
}
