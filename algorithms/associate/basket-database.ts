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
  codes.forEach((code, rank) => (rankOf[code] = rank));

  const ranks = new Uint32Array(items.length + offsets.length - 1);
  let end = 0;
  for (let basket = 0; basket + 1 < offsets.length; basket++) {
    const begin = end;
    for (let place = offsets[basket] as number; place < (offsets[basket + 1] as number); place++) {
      const rank = rankOf[items[place] as number] as number;
      if (rank === endOfBasket) continue;
      // Insertion sort: baskets are short.
      let hole = end++;
      while (hole > begin && (ranks[hole - 1] as number) > rank) {
        ranks[hole] = ranks[hole - 1] as number;
        hole--;
      }
      ranks[hole] = rank;
    }
    ranks[end++] = endOfBasket;
  }
  return { ranks: ranks.slice(0, end), codes, counts: codes.map((code) => occurrences[code] as number) };
}

function countItems(offsets: Uint32Array, items: Uint32Array): Uint32Array {
  if (offsets.length === 0 || offsets[0] !== 0 || offsets.at(-1) !== items.length) {
    throw new RangeError('offsets must begin with 0 and end with the number of items');
  }
  const occurrences = new Uint32Array(items.reduce((most, code) => Math.max(most, code), -1) + 1);
  for (let basket = 0; basket + 1 < offsets.length; basket++) {
    const first = offsets[basket] as number;
    const last = offsets[basket + 1] as number;
    if (last < first) throw new RangeError(`offsets fall at basket ${basket}`);
    for (let place = first; place < last; place++) {
      const code = items[place] as number;
      if (place > first && code <= (items[place - 1] as number)) throw new RangeError(`the items of basket ${basket} are not ascending and different`);
      occurrences[code] = (occurrences[code] as number) + 1;
    }
  }
  return occurrences;
}
