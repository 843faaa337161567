import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { earlierCycles } from '../../gateways/warehouse/earlier-cycles.ts';
import type { CycleFolder } from '../../gateways/warehouse/warehouse.ts';

/** The latest finished cycle of the same shop before this one: one whose manifest is written. */
export async function findPreviousCycle(lake: string, folder: CycleFolder): Promise<string | undefined> {
  for (const name of await earlierCycles(lake, folder)) {
    if (await stat(join(lake, folder.shop, name, 'manifest.json')).then(() => true, () => false)) return name;
  }
  return undefined;
}
