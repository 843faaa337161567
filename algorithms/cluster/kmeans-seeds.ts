import { kmeans } from 'ml-kmeans';
import type { SeededRandom } from '../random/seeded-random.ts';
import type { KMeansData } from './kmeans-data.ts';

/** Iterations on the sample; they are cheap and each saves about one over all rows. */
const sampleIterations = 30;

/**
 * First centres for k-means: a seeded sample of the rows, k-means++ on it (Arthur and Vassilvitskii 2007, greedy as in
 * scikit-learn) and a short refinement there, all by ml-kmeans.
 *
 * @returns row-major nClusters x columns.
 */
export function kmeansSeeds(data: KMeansData, nClusters: number, sampleSize: number, random: SeededRandom): Float32Array {
  const chosen = random.sample(data.rows, Math.min(data.rows, sampleSize));
  const sample = Array.from(chosen, (row) => Array.from(data.row(row)));
  const { centroids } = kmeans(sample, nClusters, { seed: random.bits(), initialization: 'kmeans++', maxIterations: sampleIterations });
  return Float32Array.from(centroids.flat());
}
