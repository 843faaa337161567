import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KMeans } from '../algorithms/cluster/kmeans.ts';
import { writeMadeCustomers } from './made-customers.ts';
import type { Runs, Subject } from './side-by-side.ts';

interface KMeansInput {
  readonly file: string;
  readonly rows: number;
  readonly columns: number;
  readonly clusters: number;
}

const peer = 'scikit-learn Lloyd';

/** One start and the best of ten, of a million customers; the seed is another in each run. */
export const subject: Subject<KMeansInput> = {
  name: 'kmeans',
  description: 'k-means of 1M x 16, k 8, one start and ten, beside scikit-learn and faiss.',
  module: import.meta.url,
  peers: [
    { name: peer, script: 'kmeans.py', parameters: { library: 'scikit-learn' } },
    { name: 'faiss', script: 'kmeans.py', parameters: { library: 'faiss' } },
  ],
  async inputs({ folder, say }) {
    await mkdir(folder, { recursive: true });
    const size = { rows: 1_000_000, columns: 16 };
    const inputs: Record<string, KMeansInput> = {};
    // As many groups as clusters, where a good start ends soon, and more of them, where starts end in many places.
    for (const groups of [8, 12]) {
      const file = join(folder, `customers-1m-16-in-${groups}.f32`);
      await writeMadeCustomers(file, { ...size, groups, seed: 4 }, say);
      inputs[`1M x 16 of ${groups} groups, k 8`] = { ...size, file, clusters: 8 };
    }
    return inputs;
  },
  async own({ file, rows, columns, clusters, run }) {
    const bytes = await readFile(file);
    const matrix = new Float32Array(bytes.buffer, bytes.byteOffset, rows * columns);
    const seconds: Record<string, number> = {};
    const figures: Record<string, number> = {};
    for (const [name, nInit] of [['one start', 1], ['ten starts', 10]] as const) {
      const start = performance.now();
      const model = await new KMeans({ nClusters: clusters, nInit, seed: run }).fit(matrix, rows, columns);
      seconds[name] = (performance.now() - start) / 1000;
      figures[`inertia of ${name}`] = model.inertia;
      figures[`iterations of ${name}`] = model.iterations;
    }
    return { seconds, figures };
  },
  check({ own, peers }: Runs) {
    // One start may end in another valley than the peer's; over the runs, neither side's starts may be the worse ones.
    const complaints: string[] = [];
    for (const name of ['inertia of one start', 'inertia of ten starts']) {
      const mean = (runs: Runs['own']): number => runs.reduce((sum, { figures }) => sum + figures[name]!, 0) / runs.length;
      const excess = mean(own) / mean(peers[peer]!) - 1;
      if (!(excess <= 0.001)) complaints.push(`${name} is on the mean ${(excess * 100).toFixed(3)} % above the peer's`);
    }
    return complaints;
  },
};
