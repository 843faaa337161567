import type { FrequentItemsets } from './frequent-itemsets.ts';

/** The sets of one length: `values` has length items and a count for each set. */
interface Bucket {
  values: Uint32Array;
  sets: number;
}

/** Takes frequent itemsets in any order and gives them in the order that `FrequentItemsets` promises. */
export class ItemsetCollector {
  readonly #codes: Uint32Array;
  /** Place of each rank's code among all the codes, by size. */
  readonly #order: Uint32Array;
  /** By length of the sets, from 0. */
  readonly #buckets: Bucket[] = [];

  /** @param codes code of the item of each rank. */
  constructor(codes: Uint32Array) {
    this.#codes = codes.slice().sort();
    const byCode = Uint32Array.from(codes.keys()).sort((one, other) => (codes[one] as number) - (codes[other] as number));
    this.#order = new Uint32Array(codes.length);
    for (let place = 0; place < byCode.length; place++) this.#order[byCode[place] as number] = place;
  }

  /** @param ranks the set is the `length` of them from `begin` on, in any order. */
  add(ranks: Uint32Array, begin: number, length: number, count: number): void {
    while (this.#buckets.length <= length) this.#buckets.push({ values: new Uint32Array(256 * (this.#buckets.length + 1)), sets: 0 });
    const bucket = this.#buckets[length] as Bucket;
    const first = bucket.sets++ * (length + 1);
    if (first + length >= bucket.values.length) {
      const larger = new Uint32Array(bucket.values.length * 2);
      larger.set(bucket.values);
      bucket.values = larger;
    }
    const { values } = bucket;
    for (let index = 0; index < length; index++) {
      const item = this.#order[ranks[begin + index] as number] as number;
      let hole = first + index;
      for (; hole > first && (values[hole - 1] as number) > item; hole--) values[hole] = values[hole - 1] as number;
      values[hole] = item;
    }
    values[first + length] = count;
  }

  collected(baskets: number): FrequentItemsets {
    const sets = this.#buckets.reduce((sum, bucket) => sum + bucket.sets, 0);
    const occurrences = this.#buckets.reduce((sum, bucket, length) => sum + bucket.sets * length, 0);
    const offsets = new Uint32Array(sets + 1);
    const items = new Uint32Array(occurrences);
    const counts = new Uint32Array(sets);
    let set = 0;
    let end = 0;
    for (let length = 1; length < this.#buckets.length; length++) {
      const { values } = this.#buckets[length] as Bucket;
      for (const row of this.#sorted(length)) {
        const first = row * (length + 1);
        for (let index = 0; index < length; index++) items[end++] = this.#codes[values[first + index] as number] as number;
        counts[set++] = values[first + length] as number;
        offsets[set] = end;
      }
    }
    return { offsets, items, counts, baskets };
  }

  /** Sets of one length by their items: a counting sort by each item, the last first. */
  #sorted(length: number): Uint32Array {
    const { values, sets } = this.#buckets[length] as Bucket;
    let order = Uint32Array.from({ length: sets }, (_, row) => row);
    let other = new Uint32Array(sets);
    const cursors = new Uint32Array(this.#codes.length + 1);
    for (let index = length - 1; index >= 0; index--) {
      cursors.fill(0);
      for (let row = 0; row < sets; row++) {
        const item = values[row * (length + 1) + index] as number;
        cursors[item + 1] = (cursors[item + 1] as number) + 1;
      }
      for (let item = 1; item < cursors.length; item++) cursors[item] = (cursors[item] as number) + (cursors[item - 1] as number);
      for (let place = 0; place < sets; place++) {
        const row = order[place] as number;
        const item = values[row * (length + 1) + index] as number;
        const cursor = cursors[item] as number;
        other[cursor] = row;
        cursors[item] = cursor + 1;
      }
      [order, other] = [other, order];
    }
    return order;
  }
}
