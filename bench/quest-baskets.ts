import { SeededRandom } from '../algorithms/random/seeded-random.ts';

export interface QuestOptions {
  readonly baskets: number;
  /** Mean number of items of a basket. */
  readonly basketLength: number;
  /** Mean number of items of a pattern: a set that tends to be bought together. */
  readonly patternLength: number;
  readonly items: number;
  readonly patterns: number;
  readonly seed: number;
}

/**
 * Baskets as IBM's Quest generator makes them (T10I4D100K is its best known output): each is filled with patterns, drawn by their
 * weight and kept in part, and patterns share items with the one before.
 *
 * Source: R. Agrawal and R. Srikant, "Fast algorithms for mining association rules", VLDB 1994, section 3.1, with its correlation of
 * 0.5 and its corruption of mean 0.5 and variance 0.1.
 * @returns codes below `items`, ascending and different within a basket
 */
export function questBaskets({ baskets, basketLength, patternLength, items, patterns, seed }: QuestOptions): number[][] {
  const random = new SeededRandom(seed);
  const made: { readonly members: readonly number[]; readonly corruption: number }[] = [];
  const until: number[] = [];
  let weights = 0;
  let before: readonly number[] = [];
  for (let pattern = 0; pattern < patterns; pattern++) {
    const length = Math.min(items, Math.max(1, poisson(random, patternLength - 1) + 1));
    const shared = Math.min(before.length, length, Math.round(length * Math.min(1, exponential(random) * 0.5)));
    const members = new Set(random.shuffle([...before]).slice(0, shared));
    while (members.size < length) members.add(random.integer(items));
    before = [...members];
    made.push({ members: before, corruption: Math.min(1, Math.max(0, 0.5 + Math.sqrt(0.1) * random.normal())) });
    until.push(weights += exponential(random));
  }
  const draw = (): readonly number[] => {
    const at = random.uniform() * weights;
    let [low, high] = [0, patterns - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (until[middle]! > at) high = middle;
      else low = middle + 1;
    }
    const { members, corruption } = made[low]!;
    const kept = random.shuffle([...members]);
    while (kept.length > 0 && random.uniform() < corruption) kept.pop();
    return kept;
  };
  let waiting: readonly number[] = [];
  return Array.from({ length: baskets }, () => {
    const length = Math.max(1, poisson(random, basketLength - 1) + 1);
    const basket = new Set(waiting);
    waiting = [];
    while (basket.size < length) {
      const pattern = draw();
      // What does not fit goes in all the same half of the times, and otherwise into the next basket.
      if (basket.size > 0 && basket.size + pattern.length > length) {
        if (random.uniform() < 0.5) waiting = pattern;
        else for (const item of pattern) basket.add(item);
        break;
      }
      for (const item of pattern) basket.add(item);
    }
    return [...basket].sort((one, other) => one - other);
  });
}

const exponential = (random: SeededRandom): number => -Math.log(1 - random.uniform());

function poisson(random: SeededRandom, mean: number): number {
  const limit = Math.exp(-mean);
  let draws = 0;
  for (let product = 1 - random.uniform(); product > limit; product *= 1 - random.uniform()) draws++;
  return draws;
}
