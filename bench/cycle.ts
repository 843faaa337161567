import { cpus } from 'node:os';
import { join } from 'node:path';
import { openBenchShop, type ScaleName } from './bench-shop.ts';
import { compareAnswers } from './compare-answers.ts';
import { cycleReport, type CycleReport } from './cycle-report.ts';
import { peerPython } from './peers/peer-python.ts';
import { runCycle, type CycleRun } from './run-cycle.ts';
import { runPeer, type PeerRun } from './run-peer.ts';

export interface CycleBenchOptions {
  readonly root: string;
  readonly scale: ScaleName;
  readonly runs: number;
  /** For the intervals of the models' figures, on both sides. */
  readonly resamples: number;
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs the cycle and its peer in turn on the same history and compares their answers before anything is said about time.
 * @throws Error when they do not agree, naming every figure
 */
export async function benchCycle({ root, scale, runs, resamples, environment, say, signal }: CycleBenchOptions): Promise<CycleReport> {
  const folder = join(root, 'var', 'bench');
  const python = await peerPython(join(folder, 'venv'), environment, say);
  const bench = await openBenchShop({ root, folder, scale, resamples, say });
  const own: CycleRun[] = [];
  const peer: PeerRun[] = [];
  for (let run = 1; run <= runs; run += 1) {
    say(`Run ${run} of ${runs}: Clientele …`);
    const ownRun = await runCycle({ root, folder: join(folder, 'runs', scale), bench, environment, say, signal });
    signal.throwIfAborted();
    say(`Run ${run} of ${runs}: pandas, scikit-learn and mlxtend …`);
    const peerRun = await runPeer({ python, folder: join(folder, 'peer', scale), bench });
    signal.throwIfAborted();
    const differences = compareAnswers(ownRun.answers, peerRun.answers);
    if (differences.length > 0) throw new Error(`The answers differ, so their times say nothing: ${differences.map(({ figure, own: one, peer: other }) => `${figure} ${one} against ${other}`).join('; ')}`);
    own.push(ownRun);
    peer.push(peerRun);
  }
  const processors = cpus();
  return cycleReport({ scale, machine: { cores: processors.length, model: processors[0]?.model ?? 'unknown', node: process.versions.node }, own, peer });
}
