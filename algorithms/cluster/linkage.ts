/**
 * A dendrogram in the way of scipy's linkage matrix: merge i joins clusters left[i] and right[i] (left[i] < right[i]) at heights[i]
 * into cluster observations + i of sizes[i] rows. Clusters below `observations` are single observations; heights never fall.
 */
export interface Linkage {
  readonly observations: number;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly heights: Float64Array;
  readonly sizes: Float64Array;
}

/** Unions in any order, each named by one observation of either cluster. */
export interface Unions {
  readonly one: Int32Array;
  readonly other: Int32Array;
  readonly heights: Float64Array;
}

/** Puts unions in the order of their heights and names clusters as scipy does. `weights` are rows by observation, 1 when not given. */
export function linkageOf({ one, other, heights }: Unions, weights?: Float64Array): Linkage {
  const merges = heights.length;
  const observations = merges + 1;
  const order = Uint32Array.from({ length: merges }, (_, merge) => merge).sort((a, b) => heights[a]! - heights[b]! || a - b);
  const parents = Int32Array.from({ length: observations + merges }, (_, cluster) => cluster);
  const rootOf = (observation: number): number => {
    let root = observation;
    while (parents[root] !== root) root = parents[root]!;
    for (let at = observation; at !== root;) {
      const next = parents[at]!;
      parents[at] = root;
      at = next;
    }
    return root;
  };
  const linkage: Linkage = {
    observations,
    left: new Int32Array(merges), right: new Int32Array(merges), heights: new Float64Array(merges), sizes: new Float64Array(merges),
  };
  const sizeOf = (cluster: number): number => (cluster < observations ? weights?.[cluster] ?? 1 : linkage.sizes[cluster - observations]!);
  order.forEach((merge, place) => {
    const a = rootOf(one[merge]!);
    const b = rootOf(other[merge]!);
    parents[a] = observations + place;
    parents[b] = observations + place;
    linkage.left[place] = Math.min(a, b);
    linkage.right[place] = Math.max(a, b);
    linkage.heights[place] = heights[merge]!;
    linkage.sizes[place] = sizeOf(a) + sizeOf(b);
  });
  return linkage;
}

/**
 * The clusters that are left when the dendrogram is cut: labels 0 to nClusters - 1 by observation, in the order of each cluster's first
 * observation.
 * @throws RangeError unless nClusters is between 1 and the number of observations.
 */
export function cutTree({ observations, left, right }: Linkage, nClusters: number): Int32Array {
  if (!Number.isInteger(nClusters) || nClusters < 1 || nClusters > observations) throw new RangeError(`nClusters must be an integer in [1, ${observations}], not ${nClusters}`);
  const merges = observations - nClusters;
  const tops = Int32Array.from({ length: observations + merges }, (_, cluster) => cluster);
  for (let merge = merges - 1; merge >= 0; merge--) {
    tops[left[merge]!] = tops[observations + merge]!;
    tops[right[merge]!] = tops[observations + merge]!;
  }
  const names = new Map<number, number>();
  return tops.slice(0, observations).map((top) => {
    if (!names.has(top)) names.set(top, names.size);
    return names.get(top)!;
  });
}
