import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { similarRows } from '../algorithms/recommendation/neighbours.ts';
import { writeMadeCustomers } from './made-customers.ts';
import type { Subject } from './side-by-side.ts';

interface SimilarInput {
  readonly file: string;
  readonly rows: number;
  readonly columns: number;
  readonly k: number;
}

/** The ten customers most like each, by cosine, exactly. */
export const subject: Subject<SimilarInput> = {
  name: 'similar',
  description: 'The ten most similar of 100k x 16 customers for each of them, beside scikit-learn and faiss.',
  module: import.meta.url,
  peers: [
    { name: 'scikit-learn NearestNeighbors', script: 'similar.py', parameters: { library: 'scikit-learn' } },
    { name: 'faiss IndexFlatIP', script: 'similar.py', parameters: { library: 'faiss' } },
  ],
  async inputs({ folder, say }) {
    await mkdir(folder, { recursive: true });
    const size = { rows: 100_000, columns: 16 };
    const file = join(folder, 'customers-100k-16.f32');
    await writeMadeCustomers(file, { ...size, groups: 8, seed: 5 }, say);
    return { '100k x 16, top 10': { ...size, file, k: 10 } };
  },
  async own({ file, rows, columns, k }) {
    const bytes = await readFile(file);
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, rows * columns);
    const start = performance.now();
    const { ids } = similarRows({ values, rows, columns }, { k });
    const seconds = (performance.now() - start) / 1000;
    return { seconds: { 'similar customers': seconds }, figures: { 'sum of cosines': sumOfCosines(values, columns, ids, k) } };
  },
  check({ own, peers }) {
    // The sum over everybody's ten is largest where all are right; rounding in Float32 may exchange two that are equal to its last digit.
    const ours = own[0]!.figures['sum of cosines']!;
    return Object.entries(peers).flatMap(([name, runs]) => {
      const theirs = runs[0]!.figures['sum of cosines']!;
      return Math.abs(ours / theirs - 1) < 1e-9 ? [] : [`the cosines add up to ${ours} where those of ${name} add up to ${theirs}`];
    });
  },
};

/** Worked out anew in Float64 from who was found. */
function sumOfCosines(values: Float32Array, columns: number, ids: Int32Array, k: number): number {
  let sum = 0;
  for (let place = 0; place < ids.length; place++) {
    const [one, other] = [Math.floor(place / k) * columns, ids[place]! * columns];
    let [dot, a, b] = [0, 0, 0];
    for (let column = 0; column < columns; column++) {
      dot += values[one + column]! * values[other + column]!;
      a += values[one + column]! ** 2;
      b += values[other + column]! ** 2;
    }
    sum += dot / Math.sqrt(a * b);
  }
  return sum;
}
