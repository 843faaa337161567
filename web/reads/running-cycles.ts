import { cycleId } from '../../workflows/ids.ts';
import type { CycleProgress } from '../../workflows/progress.ts';
import type { CycleDoor, CycleRun } from '../app-parts.ts';

/** One look at the server serves every page and every open browser for this long. */
const freshMs = 900;
const listedRuns = 100;

export interface CyclesNow {
  readonly running: readonly CycleProgress[];
  readonly runs: readonly CycleRun[];
}

/** Looks at running cycles, at most about once a second however many people watch. */
export function createCyclesWatch(door: CycleDoor | undefined): () => Promise<CyclesNow> {
  let looked: { readonly at: number; readonly seen: Promise<CyclesNow> } | undefined;
  const look = async (): Promise<CyclesNow> => {
    if (door === undefined) return { running: [], runs: [] };
    const runs = await door.runs(listedRuns);
    const running = await Promise.all(runs.filter(({ status }) => status === 'running').map(({ shop, cycle }) => door.progress(cycleId(shop, cycle)).catch(() => undefined)));
    return { runs, running: running.filter((progress) => progress !== undefined) };
  };
  return () => {
    if (looked !== undefined && performance.now() - looked.at < freshMs) return looked.seen;
    const seen = look();
    looked = { at: performance.now(), seen };
    return seen;
  };
}
