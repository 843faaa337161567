// The search for frequent itemsets, in AssemblyScript. `npm run kernels` compiles this file to eclat.wasm beside it.
//
// Every address is in bytes and comes from the caller (eclat-kernel.ts lays the memory out); every value is an unsigned word of 32
// bits. Memory grows from within where a projection needs more of it. Functions work on a part at a time: WebAssembly compiles a
// function better once it has been called often, but never while it runs.

/** Stands after the last item of every basket. */
const endOfBasket: u32 = 0xffffffff;

/** The parent of an item that has none. */
const none: u32 = 0xffffffff;

/** Most items whose sets are counted through a histogram of all of them. */
const mostHistogramItems: u32 = 12;

/** Called when the sets found fill their room; `end` is the address after the last. Their room is empty afterwards. */
// @ts-ignore: a decorator of AssemblyScript
@external("env", "take")
declare function take(end: usize): void;

/** Called when memory cannot grow by as much as is needed; does not return. */
// @ts-ignore: a decorator of AssemblyScript
@external("env", "full")
declare function full(): void;

let minCount: u32 = 0;
let maxLength: u32 = 0;
let counters: usize = 0;
let renumbered: usize = 0;
let histogram: usize = 0;
let parents: usize = 0;
let members: usize = 0;
let foundBegin: usize = 0;
let foundEnd: usize = 0;
let found: usize = 0;

/**
 * Says what is searched for and where: counters and new numbers of `items` words each, a histogram of 2^12, the members of the set in
 * work, and room for sets found: each its length, its count and its ranks.
 */
export function configure(least: u32, longest: u32, items: u32, base: usize, foundRoom: usize): usize {
  minCount = least;
  maxLength = longest;
  counters = base;
  renumbered = counters + (<usize>items << 2);
  histogram = renumbered + (<usize>items << 2);
  members = histogram + (<usize>1 << (mostHistogramItems + 2));
  foundBegin = members + (<usize>items << 2) + 8;
  foundEnd = foundBegin + foundRoom;
  found = foundBegin;
  return foundEnd;
}

/**
 * Says that items have parents, such as the category of a product: at `address` by rank the rank of the parent, or 2^32 - 1 for none.
 * A set then has no item together with one above it, with which it always goes.
 */
export function configureParents(address: usize): void {
  parents = address;
}

/** The highest code of the items at [from, to), or `highest` where it is more. */
export function highestCode(from: usize, to: usize, highest: u32): u32 {
  for (let at = from; at < to; at += 4) highest = max<u32>(highest, load<u32>(at));
  return highest;
}

/** Counts the items of baskets [first, last); returns the first basket whose items are not ascending and different, or `last`. */
export function countItems(offsets: usize, items: usize, first: u32, last: u32, occurrences: usize): u32 {
  for (let basket = first; basket < last; basket++) {
    const end = items + (<usize>load<u32>(offsets + (<usize>basket << 2), 4) << 2);
    let before: i64 = -1;
    for (let at = items + (<usize>load<u32>(offsets + (<usize>basket << 2)) << 2); at < end; at += 4) {
      const code = load<u32>(at);
      if (<i64>code <= before) return basket;
      before = <i64>code;
      const place = occurrences + (<usize>code << 2);
      store<u32>(place, load<u32>(place) + 1);
    }
  }
  return last;
}

/**
 * First half of turning baskets into ranks: writes each basket by the ranks of its frequent items, and to `ends` the address where
 * the basket's ranks are to begin. Returns the address after the last basket's.
 */
export function listBaskets(offsets: usize, items: usize, first: u32, last: u32, rankOf: usize, cursors: usize, ends: usize, data: usize): usize {
  for (let basket = first; basket < last; basket++) {
    store<u32>(ends + (<usize>basket << 2), <u32>data);
    const end = items + (<usize>load<u32>(offsets + (<usize>basket << 2), 4) << 2);
    for (let at = items + (<usize>load<u32>(offsets + (<usize>basket << 2)) << 2); at < end; at += 4) {
      const rank = load<u32>(rankOf + (<usize>load<u32>(at) << 2));
      if (rank == endOfBasket) continue;
      const place = cursors + (<usize>rank << 2);
      const cursor = load<u32>(place);
      store<u32>(<usize>cursor, basket);
      store<u32>(place, cursor + 4);
      data += 4;
    }
    data += 4;
  }
  return data;
}

/** Second half: a rank goes into each of its baskets, which replaces them by the address after it. Called by ascending rank. */
export function fillBaskets(rank: u32, from: usize, to: usize, ends: usize): void {
  for (let at = from; at < to; at += 4) {
    const end = ends + (<usize>load<u32>(at) << 2);
    const place = load<u32>(end);
    store<u32>(<usize>place, rank);
    store<u32>(at, place + 4);
    store<u32>(end, place + 4);
  }
}

export function closeBaskets(ends: usize, first: u32, last: u32): void {
  for (let basket = first; basket < last; basket++) store<u32>(<usize>load<u32>(ends + (<usize>basket << 2)), endOfBasket);
}

/** Hands over the sets that are still in their room. */
export function finish(): void {
  take(found);
  found = foundBegin;
}

/**
 * Finds the sets of the first `depth` members, one item of a projection, and at least one later item of it.
 *
 * A projection is baskets cut down to `size` items that are numbered from 0: at `ranks` the rank of each; at `starts` the addresses
 * between which stand, for each item, the addresses just after it, one a basket that has it. Memory is free from `top`.
 */
export function extend(item: u32, size: u32, ranks: usize, starts: usize, depth: u32, top: usize): void {
  const begin = <usize>load<u32>(starts + (<usize>item << 2));
  const end = <usize>load<u32>(starts + (<usize>item << 2), 4);
  if (<u32>((end - begin) >> 2) < minCount) return;
  const from = <usize>(item + 1) << 2;
  const to = <usize>size << 2;
  memory.fill(counters + from, 0, to - from);
  for (let at = begin; at < end; at += 4) {
    let place = <usize>load<u32>(at);
    let other = load<u32>(place);
    while (other != endOfBasket) {
      const counter = counters + (<usize>other << 2);
      store<u32>(counter, load<u32>(counter) + 1);
      place += 4;
      other = load<u32>(place);
    }
  }

  let frequent: u32 = 0;
  let entries: usize = 0;
  store<u32>(members + (<usize>depth << 2), load<u32>(ranks + (<usize>item << 2)));
  for (let other = from; other < to; other += 4) {
    const count = load<u32>(counters + other);
    if (count < minCount || (parents != 0 && areKin(load<u32>(ranks + (<usize>item << 2)), load<u32>(ranks + other)))) {
      store<u32>(renumbered + other, 0);
      continue;
    }
    store<u32>(renumbered + other, ++frequent);
    entries += <usize>count;
    store<u32>(members + (<usize>depth << 2), load<u32>(ranks + other), 4);
    keep(depth + 2, count);
  }
  if (frequent < 2 || depth + 3 > maxLength) return;

  // Room for ranks, starts, places and baskets of the next projection.
  const needed = <u64>top + ((<u64>frequent * 2 + 1 + <u64>entries * 2) << 2) + <u64>(end - begin);
  const have = <u64>memory.size() << 16;
  if (needed > have) {
    // 4 MB at least, or all that is left of it: growing is slow.
    const pages = (needed - have + 0xffff) >> 16;
    if (memory.grow(<i32>max<u64>(pages, min<u64>(64, 65536 - (have >> 16)))) < 0) full();
  }
  let next = top;
  for (let other = from; other < to; other += 4) {
    if (load<u32>(renumbered + other) == 0) continue;
    store<u32>(next, load<u32>(ranks + other));
    next += 4;
  }
  // Masks would count items together with those above them.
  if (parents == 0 && (frequent <= 5 || (frequent <= mostHistogramItems && <usize>frequent << <usize>frequent <= entries << 2))) {
    countMasks(begin, end, frequent, top, depth + 1);
    return;
  }
  const free = cutDown(begin, end, frequent, entries, next);
  for (let other: u32 = 0; other + 1 < frequent; other++) extend(other, frequent, top, next, depth + 1, free);
}

/** Whether one rank is above the other. */
function areKin(one: u32, other: u32): bool {
  for (let above = load<u32>(parents + (<usize>one << 2)); above != none; above = load<u32>(parents + (<usize>above << 2))) if (above == other) return true;
  for (let above = load<u32>(parents + (<usize>other << 2)); above != none; above = load<u32>(parents + (<usize>above << 2))) if (above == one) return true;
  return false;
}

/** The sets of the members and at least two of the items, whose ranks are at `ranks`, by a histogram of the baskets as bit masks. */
function countMasks(begin: usize, end: usize, items: u32, ranks: usize, depth: u32): void {
  const masks: u32 = 1 << items;
  memory.fill(histogram, 0, <usize>masks << 2);
  for (let at = begin; at < end; at += 4) {
    let mask: u32 = 0;
    let place = <usize>load<u32>(at);
    let other = load<u32>(place);
    while (other != endOfBasket) {
      mask |= 1 << load<u32>(renumbered + (<usize>other << 2));
      place += 4;
      other = load<u32>(place);
    }
    // Bit 0 is that of all the items left out.
    const counter = histogram + (<usize>(mask >> 1) << 2);
    store<u32>(counter, load<u32>(counter) + 1);
  }
  // From baskets of exactly these items to baskets of at least these.
  for (let bit: u32 = 1; bit < masks; bit <<= 1) {
    for (let block: u32 = 0; block < masks; block += bit << 1) {
      for (let mask = block; mask < block + bit; mask++) {
        const counter = histogram + (<usize>mask << 2);
        store<u32>(counter, load<u32>(counter) + load<u32>(counter + (<usize>bit << 2)));
      }
    }
  }
  for (let mask: u32 = 3; mask < masks; mask++) {
    const count = load<u32>(histogram + (<usize>mask << 2));
    if (count < minCount || (mask & (mask - 1)) == 0) continue;
    const length = depth + popcnt(mask);
    if (length > maxLength) continue;
    let member = members + (<usize>depth << 2);
    for (let rest = mask; rest != 0; rest &= rest - 1) {
      store<u32>(member, load<u32>(ranks + (<usize>ctz(rest) << 2)));
      member += 4;
    }
    keep(length, count);
  }
}

/** Writes the baskets with only the frequent items, renumbered, and where each item is; returns the address after all. */
function cutDown(begin: usize, end: usize, items: u32, entries: usize, starts: usize): usize {
  const places = starts + (<usize>(items + 1) << 2);
  const data = places + (entries << 2);
  const wide = <usize>items << 2;
  memory.fill(counters, 0, wide);
  let write = data;
  for (let at = begin; at < end; at += 4) {
    const first = write;
    let place = <usize>load<u32>(at);
    let other = load<u32>(place);
    while (other != endOfBasket) {
      const number = load<u32>(renumbered + (<usize>other << 2));
      store<u32>(write, number - 1);
      write += <usize>(number != 0) << 2;
      place += 4;
      other = load<u32>(place);
    }
    // One item alone makes no longer set.
    if (write - first < 8) {
      write = first;
      continue;
    }
    // The last item of a basket has nothing after it.
    for (let counted = first; counted < write - 4; counted += 4) {
      const counter = counters + (<usize>load<u32>(counted) << 2);
      store<u32>(counter, load<u32>(counter) + 1);
    }
    store<u32>(write, endOfBasket);
    write += 4;
  }
  let next = places;
  for (let item: usize = 0; item < wide; item += 4) {
    store<u32>(starts + item, <u32>next);
    next += <usize>load<u32>(counters + item) << 2;
    store<u32>(counters + item, load<u32>(starts + item));
  }
  store<u32>(starts + wide, <u32>next);
  for (let place = data; place < write; place += 4) {
    const item = load<u32>(place);
    if (load<u32>(place, 4) == endOfBasket) {
      place += 4;
      continue;
    }
    const cursor = load<u32>(counters + (<usize>item << 2));
    store<u32>(<usize>cursor, <u32>place + 4);
    store<u32>(counters + (<usize>item << 2), cursor + 4);
  }
  return write;
}

/** Keeps a set of the first `length` members. */
function keep(length: u32, count: u32): void {
  const bytes = <usize>(length + 2) << 2;
  if (found + bytes > foundEnd) finish();
  store<u32>(found, length);
  store<u32>(found, count, 4);
  for (let member: usize = 0; member < bytes - 8; member += 4) store<u32>(found + 8 + member, load<u32>(members + member));
  found += bytes;
}
