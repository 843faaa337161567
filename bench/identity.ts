import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { blockingRules, largestBlock, recordFields } from '../activities/identities/linkage-model.ts';
import { gatherPairs, scorePairs } from '../activities/identities/score-pairs.ts';
import { clusterLinks } from '../algorithms/record-linkage/cluster-links.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { compareFigures } from './compare-figures.ts';
import { writeMadePeople } from './made-people.ts';
import type { Runs, Subject } from './side-by-side.ts';

interface IdentityInput {
  readonly records: string;
  readonly truth: string;
  readonly count: number;
  readonly lake: string;
  readonly threads: number;
  readonly keys: readonly string[];
  /** Pairs of at least this probability are held to be one person. */
  readonly threshold: number;
  /** At which precision the most recall is looked for. */
  readonly precision: number;
}

const leastRecall = 0.9;
const sameRecall = 'most recall at precision 0.98';

/** Which records are one person, beside splink on the very same pairs. */
export const subject: Subject<IdentityInput> = {
  name: 'identity',
  description: 'One person out of many records with slips, beside splink.',
  module: import.meta.url,
  peers: [{ name: 'splink', script: 'identity.py' }],
  ownEnvironment: true,
  async inputs({ folder, say }) {
    await mkdir(folder, { recursive: true });
    const inputs: Record<string, IdentityInput> = {};
    for (const people of [15_000, 60_000]) {
      const [records, truth] = [join(folder, `people-${people}.csv`), join(folder, `people-${people}.u32`)];
      if (await stat(truth).then(() => false, () => true)) {
        say(`Making the records of ${people.toLocaleString('en')} people.`);
        await writeMadePeople({ records, truth }, { people, seed: 7 });
      }
      const count = (await stat(truth)).size / 4;
      const lake = join(folder, 'lake');
      inputs[`${count.toLocaleString('en')} records of ${people.toLocaleString('en')} people`] = { records, truth, count, lake, threads: 2, keys: blockingRules.map(({ key }) => key), threshold: 0.9, precision: 0.98 };
    }
    return inputs;
  },
  async own({ records, truth, count, lake, threads, threshold, precision }) {
    const person = await readNumbers(truth);
    await using session = await (await openWarehouse({ lake, threads })).open({});
    const path = records.replaceAll("'", "''");
    await session.run(`create temporary table records as select record::integer as record, * exclude (record) from read_csv('${path}', all_varchar = true, header = true, nullstr = '')`);
    const start = performance.now();
    const model = { fields: recordFields, rules: blockingRules };
    const gathered = await gatherPairs(session, 'records', { ...model, records: count, largestBlock });
    const { probabilities } = scorePairs(gathered, { ...model, seed: 1 });
    const { left, right } = gathered;
    const scored = performance.now();
    const { clusterOf } = clusterLinks({ left, right, probabilities }, { records: count, threshold, reviewFrom: threshold / 2, largestCluster: 12 });
    const clustered = performance.now();
    return {
      seconds: { 'block, estimate and score': (scored - start) / 1000, 'cluster': (clustered - scored) / 1000 },
      figures: { ...pairFigures({ left, right, probabilities, person, threshold, precision }), ...clusterFigures(clusterOf, person) },
    };
  },
  check(runs: Runs, { precision }) {
    const short = runs.own.flatMap(({ figures }) => [
      ...(figures['precision']! >= precision ? [] : [`the precision is ${figures['precision']}, below ${precision}`]),
      ...(figures['recall']! >= leastRecall ? [] : [`the recall is ${figures['recall']}, below ${leastRecall}`]),
    ]);
    return [...short, ...compareFigures(runs, 'pairs compared', 0, true), ...compareFigures(runs, sameRecall, 0, false), ...compareFigures(runs, 'average precision', 0, false)];
  },
};

const pairsOf = (records: number): number => (records * (records - 1)) / 2;

function truePairs(person: Iterable<number>): number {
  const records = new Map<number, number>();
  for (const each of person) records.set(each, (records.get(each) ?? 0) + 1);
  return records.values().reduce((sum, count) => sum + pairsOf(count), 0);
}

/** Recall counts every pair of one person, whether it was brought together or not. */
function pairFigures({ left, right, probabilities, person, threshold, precision }: { readonly left: Uint32Array; readonly right: Uint32Array; readonly probabilities: Float64Array; readonly person: Uint32Array; readonly threshold: number; readonly precision: number }): Record<string, number> {
  const whole = truePairs(person);
  const order = Uint32Array.from(left, (_, pair) => pair).sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
  let [hits, kept, keptHits, best, area] = [0, 0, 0, 0, 0];
  order.forEach((pair, place) => {
    const same = person[left[pair]!] === person[right[pair]!];
    if (same) hits++;
    if (same) area += hits / (place + 1);
    if (hits / (place + 1) >= precision) best = hits;
    if (probabilities[pair]! >= threshold) [kept, keptHits] = [place + 1, hits];
  });
  return { 'pairs compared': left.length, 'precision': keptHits / Math.max(1, kept), 'recall': keptHits / whole, [sameRecall]: best / whole, 'average precision': area / whole };
}

/** The same of the pairs within a cluster, which links imply too. */
function clusterFigures(clusterOf: Uint32Array, person: Uint32Array): Record<string, number> {
  const together = truePairs(clusterOf);
  const both = truePairs(Array.from(clusterOf, (cluster, record) => cluster * person.length + person[record]!));
  return { 'precision of clusters': both / Math.max(1, together), 'recall of clusters': both / truePairs(person) };
}

async function readNumbers(file: string): Promise<Uint32Array> {
  const { buffer, byteOffset, byteLength } = await readFile(file);
  return new Uint32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}
