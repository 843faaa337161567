import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SeededRandom } from '../algorithms/random/seeded-random.ts';
import { shareModel } from '../algorithms/uplift/outcome-model.ts';
import { TLearner } from '../algorithms/uplift/t-learner.ts';
import { UpliftRanking } from '../algorithms/uplift/uplift-ranking.ts';
import { compareFigures } from './compare-figures.ts';
import type { Subject } from './side-by-side.ts';

interface UpliftInput {
  /** Rows of doubles: the columns, then 1 for mailed, then 1 for bought; the first half to learn from, the second to judge by. */
  readonly file: string;
  readonly rows: number;
  readonly columns: number;
}

/** Whom a mail moves: the T-learner on logistic regression and its Qini and uplift scores, beside scikit-uplift with scikit-learn. */
export const subject: Subject<UpliftInput> = {
  name: 'uplift',
  description: 'T-learner of 400k x 12, Qini and AUUC, beside scikit-uplift.',
  module: import.meta.url,
  peers: [{ name: 'scikit-uplift', script: 'uplift.py' }],
  async inputs({ folder }) {
    await mkdir(folder, { recursive: true });
    const made = { file: join(folder, 'experiment-400k-12.f64'), rows: 400_000, columns: 12 };
    if (await readFile(made.file).then(() => false, () => true)) await writeFile(made.file, madeExperiment(made));
    return { '400k x 12, half to learn from': made };
  },
  async own({ file, rows, columns }) {
    const bytes = await readFile(file);
    const values = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const half = (first: number) => {
      const count = rows / 2;
      const width = columns + 2;
      const x = new Float64Array(count * columns);
      for (let row = 0; row < count; row++) x.set(values.subarray((first + row) * width, (first + row) * width + columns), row * columns);
      const flag = (place: number) => (_: unknown, row: number): number => values[(first + row) * width + columns + place] as number;
      return { x, rows: count, columns, treated: Uint8Array.from({ length: count }, flag(0)), outcome: Float64Array.from({ length: count }, flag(1)) };
    };
    const [learn, judge] = [half(0), half(rows / 2)];
    const times = [performance.now()];
    const learner = new TLearner({ outcome: shareModel() }).fit(learn);
    times.push(performance.now());
    const uplift = learner.predict(judge.x, judge.rows);
    times.push(performance.now());
    const ranking = new UpliftRanking({ uplift, treated: judge.treated, outcome: Uint8Array.from(judge.outcome) });
    const figures = { Qini: ranking.qiniScore(), AUUC: ranking.upliftScore() };
    times.push(performance.now());
    const took = (step: number): number => (times[step + 1]! - times[step]!) / 1000;
    return { seconds: { fit: took(0), predict: took(1), 'Qini and AUUC': took(2), all: took(0) + took(1) + took(2) }, figures };
  },
  check: (runs) => [...compareFigures(runs, 'Qini', 0.0005, true), ...compareFigures(runs, 'AUUC', 0.0005, true)],
};

/** Customers with habits in the first columns, whom a mail moves by the third and drives away by the fourth. */
function madeExperiment({ rows, columns }: UpliftInput): Uint8Array {
  const random = new SeededRandom(31);
  const values = new Float64Array(rows * (columns + 2));
  for (let row = 0, place = 0; row < rows; row++) {
    const start = place;
    for (let column = 0; column < columns; column++) values[place++] = random.normal();
    const mailed = random.uniform() < 0.5 ? 1 : 0;
    const [habit, taste, moved, annoyed] = values.subarray(start, start + 4) as unknown as [number, number, number, number];
    const logOdds = -2 + 0.6 * habit - 0.3 * taste + mailed * (0.2 + 0.5 * moved - 0.4 * annoyed);
    values[place++] = mailed;
    values[place++] = random.uniform() < 1 / (1 + Math.exp(-logOdds)) ? 1 : 0;
  }
  return new Uint8Array(values.buffer);
}
