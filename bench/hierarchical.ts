import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AgglomerativeClustering } from '../algorithms/cluster/agglomerative-clustering.ts';
import { writeMadeCustomers } from './made-customers.ts';
import type { Runs, Subject } from './side-by-side.ts';

interface HierarchicalInput {
  readonly file: string;
  readonly rows: number;
  readonly columns: number;
  readonly clusters: number;
}

const partition = 'partition (checksum)';
const height = 'sum of heights';

/** Ward's whole dendrogram and its cut. */
export const subject: Subject<HierarchicalInput> = {
  name: 'hierarchical',
  description: 'Ward\'s clustering of 20k x 16 beside fastcluster.',
  module: import.meta.url,
  peers: [{ name: 'fastcluster', script: 'hierarchical.py' }],
  async inputs({ folder, say }) {
    await mkdir(folder, { recursive: true });
    const size = { rows: 20_000, columns: 16 };
    const file = join(folder, 'customers-20k-16.f32');
    await writeMadeCustomers(file, { ...size, groups: 12, seed: 4 }, say);
    return { '20k x 16, 8 clusters': { ...size, file, clusters: 8 } };
  },
  async own({ file, rows, columns, clusters }) {
    const bytes = await readFile(file);
    const matrix = new Float32Array(bytes.buffer, bytes.byteOffset, rows * columns);
    const start = performance.now();
    const model = await new AgglomerativeClustering({ nClusters: clusters, linkage: 'ward' }).fit(matrix, rows, columns);
    const { labels } = model;
    const seconds = { ward: (performance.now() - start) / 1000 };
    return { seconds, figures: { [partition]: checksum(labels), [height]: model.dendrogram.heights.reduce((sum, value) => sum + value, 0) } };
  },
  check({ own, peers }: Runs) {
    const [first] = own;
    return [...own, ...Object.values(peers).flat()].flatMap(({ figures }) => [
      ...(figures[partition] === first!.figures[partition] ? [] : ['the partitions are not the same']),
      ...(Math.abs(figures[height]! / first!.figures[height]! - 1) < 1e-9 ? [] : [`the heights add up to ${figures[height]}, not ${first!.figures[height]}`]),
    ]);
  },
};

/** The same for the same partition: labels are numbered by their first row on both sides, so equal sums are an adjusted Rand index of 1. */
function checksum(labels: Int32Array): number {
  return labels.reduce((sum, label) => (sum * 31 + label) % 2147483647, 0);
}
