import { readFileSync } from 'node:fs';
import { endOfBasket } from './basket-database.ts';
import { ItemsetCollector } from './itemset-collector.ts';

/** Addresses are in bytes. */
interface EclatExports {
  configure(minCount: number, maxLength: number, items: number, base: number, foundRoom: number): number;
  configureParents(address: number): void;
  highestCode(from: number, to: number, highest: number): number;
  countItems(offsets: number, items: number, first: number, last: number, occurrences: number): number;
  listBaskets(offsets: number, items: number, first: number, last: number, rankOf: number, cursors: number, ends: number, data: number): number;
  fillBaskets(rank: number, from: number, to: number, ends: number): void;
  closeBaskets(ends: number, first: number, last: number): void;
  extend(item: number, size: number, ranks: number, starts: number, depth: number, top: number): void;
  finish(): void;
}

const kernel = new WebAssembly.Module(readFileSync(new URL('./eclat.wasm', import.meta.url)));

const page = 65_536;
const foundRoom = 4 * page;
/** Baskets, or words, that one call looks at: the kernel is compiled better between calls, never within one. */
const part = 4096;

/**
 * The search of eclat.as.ts. Baskets and options are as Eclat takes them, and already looked at but for the order within baskets.
 *
 * @param parents by code the code of the item above it, -1 for none: no set has both. Every item above a frequent one is in its baskets.
 * @throws RangeError when a basket is not ascending, or the search needs more than 4 GB.
 */
export function mineWithKernel(offsets: Uint32Array, items: Uint32Array, minCount: number, maxLength: number, parents?: Int32Array): ItemsetCollector {
  const baskets = offsets.length - 1;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
  let top = 1024;
  const full = (): never => {
    throw new RangeError('these baskets need more memory than the search can have: raise minSupport or lower maxLength');
  };
  /** Takes the next `words` of memory and returns their address. */
  const reserve = (words: number): number => {
    const address = top;
    top += words * 4;
    const missing = Math.ceil((top - memory.buffer.byteLength) / page);
    if (missing > 0 && top > 65_536 * page) full();
    if (missing > 0) memory.grow(missing);
    return address;
  };
  const words = (address: number, length: number): Uint32Array => new Uint32Array(memory.buffer, address, length);

  let take = (_end: number): void => {};
  const { configure, configureParents, highestCode, countItems, listBaskets, fillBaskets, closeBaskets, extend, finish } =
    new WebAssembly.Instance(kernel, { env: { memory, full, take: (end: number) => take(end >>> 0) } }).exports as unknown as EclatExports;

  const offsetsAt = reserve(offsets.length);
  const itemsAt = reserve(items.length);
  words(offsetsAt, offsets.length).set(offsets);
  words(itemsAt, items.length).set(items);
  let highest = 0;
  for (let from = 0; from < items.length; from += part) highest = highestCode(itemsAt + from * 4, itemsAt + Math.min(items.length, from + part) * 4, highest) >>> 0;
  const span = items.length === 0 ? 0 : highest + 1;
  const occurrencesAt = reserve(span);
  for (let first = 0; first < baskets; first += part) {
    const last = Math.min(baskets, first + part);
    const basket = countItems(offsetsAt, itemsAt, first, last, occurrencesAt) >>> 0;
    if (basket !== last) throw new RangeError(`the items of basket ${basket} are not ascending and different`);
  }

  const occurrences = words(occurrencesAt, span).slice();
  const codes = Uint32Array.from(occurrences.keys().filter((code) => (occurrences[code] as number) >= minCount));
  codes.sort((a, b) => (occurrences[a] as number) - (occurrences[b] as number) || a - b);
  const size = codes.length;
  const collector = new ItemsetCollector(codes);
  const kept = codes.reduce((sum, code) => sum + (occurrences[code] as number), 0);
  const ranksAt = reserve(size);
  const startsAt = reserve(size + 1);
  const cursorsAt = reserve(size);
  const endsAt = reserve(baskets);
  const placesAt = reserve(kept);
  const dataAt = reserve(kept + baskets);
  const rankOf = words(occurrencesAt, span).fill(endOfBasket);
  const starts = words(startsAt, size + 1);
  starts[0] = placesAt;
  codes.forEach((code, rank) => {
    rankOf[code] = rank;
    starts[rank + 1] = (starts[rank] as number) + (occurrences[code] as number) * 4;
    collector.add(Uint32Array.of(rank), 0, 1, occurrences[code] as number);
  });
  words(ranksAt, size).set(codes.map((_, rank) => rank));
  words(cursorsAt, size).set(starts.subarray(0, size));
  let data = dataAt;
  for (let first = 0; first < baskets; first += part) {
    data = listBaskets(offsetsAt, itemsAt, first, Math.min(baskets, first + part), occurrencesAt, cursorsAt, endsAt, data) >>> 0;
  }
  for (let rank = 0; rank < size; rank++) fillBaskets(rank, starts[rank] as number, starts[rank + 1] as number, endsAt);
  for (let first = 0; first < baskets; first += part) closeBaskets(endsAt, first, Math.min(baskets, first + part));
  if (maxLength < 2) return collector;

  const workAt = reserve(size * 3 + 4096 + 2 + foundRoom / 4 + 16);
  const free = configure(minCount, Math.min(maxLength, size), size, workAt, foundRoom) >>> 0;
  if (parents !== undefined) {
    const parentsAt = reserve(size);
    words(parentsAt, size).set(codes.map((code) => rankOf[parents[code] as number] ?? endOfBasket));
    configureParents(parentsAt);
  }
  const found = free - foundRoom;
  take = (end) => {
    const sets = words(found, (end - found) / 4);
    for (let at = 0; at < sets.length;) {
      const length = sets[at] as number;
      collector.add(sets, at + 2, length, sets[at + 1] as number);
      at += length + 2;
    }
  };
  for (let item = 0; item + 1 < size; item++) extend(item, size, ranksAt, startsAt, 0, top);
  finish();
  return collector;
}
