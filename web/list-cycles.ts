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
}

const summary = z.object({ outcome: z.object({ words: z.string() }) });

const foldersIn = async (folder: string): Promise<string[]> => (await readdir(folder, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();

async function readOutcome(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'report.json'), 'utf8').catch(() => '');
  if (text === '') return '';
  try {
    return summary.parse(JSON.parse(text)).outcome.words;
  } catch {
    return 'report.json is not readable';
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
      cycles.push({ shop, cycle, outcome: await readOutcome(folder), hasReport });
    }
  }
  return cycles.sort((a, b) => b.cycle.localeCompare(a.cycle) || a.shop.localeCompare(b.shop));
}
