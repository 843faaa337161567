import { SeededRandom } from '../random/seeded-random.ts';

export interface SilhouetteOptions {
  /** Rows compared with each other; more are sampled down to it, without replacement. */
  readonly sampleSize?: number;
  readonly seed?: number;
}

/**
 * Mean silhouette of a clustering: (b - a) / max(a, b) of each row, a its mean Euclidean distance to its own cluster and b to the
 * nearest other one; 0 for a row alone in its cluster. Between -1 (wrong) and 1 (apart). Exact when rows <= sampleSize, else of a
 * seeded sample, as scikit-learn's `sample_size`. Time and memory go with sampleSize squared and sampleSize.
 *
 * Source: P. Rousseeuw, "Silhouettes", Journal of Computational and Applied Mathematics 20 (1987).
 *
 * @param matrix row-major rows x columns, the units that were clustered.
 * @param labels cluster of each row, any integers.
 * @throws RangeError when the shapes do not fit, or the rows compared are of fewer than 2 clusters or each of its own.
 */
export function silhouetteScore(
  matrix: Float32Array | Float64Array,
  rows: number,
  columns: number,
  labels: Int32Array,
  options: SilhouetteOptions = {},
): number {
  const { sampleSize = 2000, seed = 0 } = options;
  if (matrix.length !== rows * columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * columns}`);
  if (labels.length !== rows) throw new RangeError(`labels has ${labels.length} values for ${rows} rows`);
  if (!Number.isInteger(sampleSize) || sampleSize < 2) throw new RangeError(`sampleSize must be an integer of at least 2, not ${sampleSize}`);

  const chosen = rows <= sampleSize ? Uint32Array.from({ length: rows }, (_, row) => row) : new SeededRandom(seed).sample(rows, sampleSize);
  const size = chosen.length;
  const values = new Float64Array(size * columns);
  chosen.forEach((row, place) => values.set(matrix.subarray(row * columns, (row + 1) * columns), place * columns));

  const names = [...new Set(Array.from(chosen, (row) => labels[row] as number))].sort((a, b) => a - b);
  const clusters = names.length;
  if (clusters < 2 || clusters >= size) throw new RangeError(`a silhouette needs 2 to rows - 1 clusters, but ${size} rows are of ${clusters}`);
  const position = new Map(names.map((name, index) => [name, index]));
  const clusterOf = Uint32Array.from(chosen, (row) => position.get(labels[row] as number) as number);
  const counts = new Float64Array(clusters);
  for (const cluster of clusterOf) counts[cluster] = (counts[cluster] as number) + 1;

  // Each pair is measured once, for both of its rows.
  const away = new Float64Array(size * clusters);
  for (let row = 0; row < size; row++) {
    const own = clusterOf[row] as number;
    for (let other = row + 1; other < size; other++) {
      let square = 0;
      for (let left = row * columns, right = other * columns, end = left + columns; left < end; left++, right++) {
        const difference = (values[left] as number) - (values[right] as number);
        square += difference * difference;
      }
      const distance = Math.sqrt(square);
      const toOther = row * clusters + (clusterOf[other] as number);
      const toOwn = other * clusters + own;
      away[toOther] = (away[toOther] as number) + distance;
      away[toOwn] = (away[toOwn] as number) + distance;
    }
  }

  let total = 0;
  for (let row = 0; row < size; row++) {
    const own = clusterOf[row] as number;
    if (counts[own] === 1) continue;
    const distances = away.subarray(row * clusters, (row + 1) * clusters);
    const inside = (distances[own] as number) / ((counts[own] as number) - 1);
    let outside = Number.POSITIVE_INFINITY;
    for (let cluster = 0; cluster < clusters; cluster++) {
      if (cluster !== own) outside = Math.min(outside, (distances[cluster] as number) / (counts[cluster] as number));
    }
    const larger = Math.max(inside, outside);
    if (larger > 0) total += (outside - inside) / larger;
  }
  return total / size;
}
