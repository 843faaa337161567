import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { cycleFolder } from './cycle-folder.ts';

/** A cycle of the lake as the console lists it. */
export interface ListedCycle {
  readonly shop: string;
  readonly cycle: string;
  /** In words; empty before the cycle's report is written. */
  readonly outcome: string;
  readonly hasReport: boolean;
  /** Seconds of all steps, waits included; null before the report is written. */
  readonly seconds: number | null;
}

const summary = z.object({ outcome: z.object({ words: z.string() }), steps: z.array(z.object({ seconds: z.number() })).default([]) });

const foldersIn = async (folder: string): Promise<string[]> => (await readdir(folder, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();

async function readOutcome(folder: string): Promise<Pick<ListedCycle, 'outcome' | 'seconds'>> {
  const text = await readFile(join(folder, 'report.json'), 'utf8').catch(() => '');
  if (text === '') return { outcome: '', seconds: null };
  try {
    const { outcome, steps } = summary.parse(JSON.parse(text));
    return { outcome: outcome.words, seconds: steps.length === 0 ? null : steps.reduce((sum, step) => sum + step.seconds, 0) };
  } catch {
    return { outcome: 'report.json is not readable', seconds: null };
  }
}

/** Every cycle of every shop in the lake, the newest first. */
export async function listCycles(lake: string): Promise<ListedCycle[]> {
  const cycles: ListedCycle[] = [];
  for (const shop of await foldersIn(lake)) {
    for (const cycle of await foldersIn(join(lake, shop))) {
      const folder = cycleFolder(lake, shop, cycle);
      if (folder === undefined) continue;
      const hasReport = await access(join(folder, 'report.html')).then(() => true, () => false);
      cycles.push({ shop, cycle, ...await readOutcome(folder), hasReport });
    }
  }
  return cycles.sort((a, b) => b.cycle.localeCompare(a.cycle) || a.shop.localeCompare(b.shop));
}
