import type { KMeansData } from './kmeans-data.ts';

/** Where one descent of Lloyd's algorithm ended. */
export interface Descent {
  /** Row-major nClusters x columns. */
  readonly centres: Float32Array;
  /** Inertia at the beginning of each iteration. */
  readonly inertias: readonly number[];
  /** Whether it ended before maxIter, by labels that stayed or by the tolerance. */
  readonly converged: boolean;
}

/** Falls as large as the last that a descent is granted to reach what it must beat, once it has done so many iterations. */
const patience = 50;
const granted = 5;

/**
 * Lloyd's algorithm from given centres until no label changes, the centres' squared movement is at most `tolerance`, or `maxIter`
 * iterations are done. An empty cluster is given the row farthest from its centre.
 *
 * @param seeds row-major nClusters x columns, not changed.
 * @param options.toBeat an inertia below which the descent must end to be of use.
 * @returns nothing when it was given up, because at its pace it would not come below `toBeat` for long.
 */
export async function lloyd(
  data: KMeansData, seeds: Float32Array, options: { readonly maxIter: number; readonly tolerance: number; readonly toBeat?: number },
): Promise<Descent | undefined> {
  const { maxIter, tolerance, toBeat = Number.POSITIVE_INFINITY } = options;
  const inertias: number[] = [];
  let centres = seeds;
  data.reset(seeds.length / data.columns);
  while (inertias.length < maxIter) {
    const { inertia, changed, counts, sums } = await data.assign(centres);
    const fall = (inertias.at(-1) ?? Number.POSITIVE_INFINITY) - inertia;
    inertias.push(inertia);
    if (inertias.length > granted && inertia - toBeat > patience * fall) return undefined;
    if (changed === 0) return { centres, inertias, converged: true };
    refillEmptyClusters(data, centres, counts, sums);
    const moved = meansOf(sums, counts, centres);
    const movement = squaredDistance(moved, centres);
    centres = moved;
    if (movement <= tolerance) return { centres, inertias, converged: true };
  }
  return { centres, inertias, converged: false };
}

/** Gives each empty cluster the row farthest from its own centre, as scikit-learn does; changes `counts` and `sums` in place. */
function refillEmptyClusters(data: KMeansData, centres: Float32Array, counts: Float64Array, sums: Float64Array): void {
  const empty = Array.from(counts.keys()).filter((cluster) => counts[cluster] === 0);
  if (empty.length === 0) return;
  const { rows, columns, labels } = data;
  const distances = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    distances[row] = squaredDistance(data.row(row), centres.subarray((labels[row] as number) * columns, ((labels[row] as number) + 1) * columns));
  }
  const taken = new Set<number>();
  for (const cluster of empty) {
    let farthest = -1;
    for (let row = 0; row < rows; row++) {
      if (taken.has(row) || counts[labels[row] as number] === 1) continue;
      if ((distances[row] as number) > (farthest < 0 ? 0 : (distances[farthest] as number))) farthest = row;
    }
    // Every row lies on its centre: there are fewer different rows than clusters, and this one stays empty.
    if (farthest < 0) return;
    taken.add(farthest);
    const donor = labels[farthest] as number;
    const values = data.row(farthest);
    counts[donor] = (counts[donor] as number) - 1;
    counts[cluster] = 1;
    for (let column = 0; column < columns; column++) {
      const value = values[column] as number;
      sums[donor * columns + column] = (sums[donor * columns + column] as number) - value;
      sums[cluster * columns + column] = value;
    }
  }
}

function meansOf(sums: Float64Array, counts: Float64Array, before: Float32Array): Float32Array {
  const columns = sums.length / counts.length;
  return before.map((value, place) => {
    const count = counts[Math.floor(place / columns)] as number;
    return count === 0 ? value : (sums[place] as number) / count;
  });
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += ((a[index] as number) - (b[index] as number)) ** 2;
  return sum;
}
