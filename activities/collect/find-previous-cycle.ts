import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CycleFolder } from '../../gateways/warehouse/warehouse.ts';

/** The latest finished cycle of the same shop before this one: one whose manifest is written. ISO weeks sort as text. */
export async function findPreviousCycle(lake: string, { shop, cycle }: CycleFolder): Promise<string | undefined> {
  const cycles = (await readdir(join(lake, shop)).catch((): string[] => [])).filter((name) => /^\d{4}-W\d{2}$/.test(name) && name < cycle).sort().reverse();
  for (const name of cycles) {
    if (await stat(join(lake, shop, name, 'manifest.json')).then(() => true, () => false)) return name;
  }
  return undefined;
}
