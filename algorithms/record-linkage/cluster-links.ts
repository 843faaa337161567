import { UnionFind } from './union-find.ts';

export interface Links {
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  readonly probabilities: ArrayLike<number>;
}

export interface ClusterOptions {
  readonly records: number;
  /** Links of at least this probability are made. */
  readonly threshold: number;
  /** Links of at least this probability that are not made are for a person to look at. */
  readonly reviewFrom: number;
  /** Most records of one cluster: beyond it, links are for a person to look at. */
  readonly largestCluster: number;
  /** Pairs of records that are never to be in one cluster. */
  readonly apart?: readonly (readonly [number, number])[];
}

/** What became of a link: `implied` where its records were in one cluster by stronger links, whatever its own probability. */
export type LinkVerdict = 'linked' | 'implied' | 'review' | 'refused' | 'below';

export interface Clusters {
  /** For each record the first record of its cluster, which names it. */
  readonly clusterOf: Uint32Array;
  /** For each link, in their order. */
  readonly verdicts: readonly LinkVerdict[];
}

/**
 * Clusters of records by links, the most probable first, ties in the order of their records: the result is the same in whatever order links come. What would join two records
 * that are to stay apart is refused, what would make a cluster too large is put to review, so that one wrong link does not chain two families together.
 * @throws RangeError where `reviewFrom` is above `threshold`
 */
export function clusterLinks({ left, right, probabilities }: Links, { records, threshold, reviewFrom, largestCluster, apart = [] }: ClusterOptions): Clusters {
  if (reviewFrom > threshold) throw new RangeError(`The review band begins at ${reviewFrom}, above the threshold ${threshold}.`);
  const order = Uint32Array.from({ length: left.length }, (_, link) => link);
  const low = (link: number): number => Math.min(left[link]!, right[link]!);
  const high = (link: number): number => Math.max(left[link]!, right[link]!);
  order.sort((a, b) => probabilities[b]! - probabilities[a]! || low(a) - low(b) || high(a) - high(b));
  const sets = new UnionFind(records);
  const enemies = new Map<number, number[]>();
  for (const [one, other] of apart) {
    enemies.set(one, [...enemies.get(one) ?? [], other]);
    enemies.set(other, [...enemies.get(other) ?? [], one]);
  }
  // By the record that stands for a set: the records that none of it may be joined with.
  const forbidden = new Map(enemies);
  const verdicts = new Array<LinkVerdict>(left.length).fill('below');
  for (const link of order) {
    if (!(probabilities[link]! >= threshold)) break;
    const [one, other] = [sets.find(left[link]!), sets.find(right[link]!)];
    if (one === other) verdicts[link] = 'linked';
    else if ((forbidden.get(one) ?? []).some((enemy) => sets.find(enemy) === other)) verdicts[link] = 'refused';
    else if (sets.sizeOf(one) + sets.sizeOf(other) > largestCluster) verdicts[link] = 'review';
    else {
      const both = [...forbidden.get(one) ?? [], ...forbidden.get(other) ?? []];
      const root = sets.union(one, other);
      if (both.length > 0) forbidden.set(root, both);
      verdicts[link] = 'linked';
    }
  }
  for (const link of order) {
    const probability = probabilities[link]!;
    if (probability >= threshold || !(probability >= reviewFrom)) continue;
    const [one, other] = [sets.find(left[link]!), sets.find(right[link]!)];
    const isApart = (forbidden.get(one) ?? []).some((enemy) => sets.find(enemy) === other);
    verdicts[link] = one === other ? 'implied' : isApart ? 'refused' : 'review';
  }
  const names = new Map<number, number>();
  const clusterOf = new Uint32Array(records);
  for (let record = 0; record < records; record++) {
    const root = sets.find(record);
    const name = names.get(root) ?? record;
    names.set(root, name);
    clusterOf[record] = name;
  }
  return { clusterOf, verdicts };
}
