import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CycleFolder } from './warehouse.ts';

/** Cycles of the same shop in the lake before this one, the latest first, finished or not. ISO weeks sort as text. */
export async function earlierCycles(lake: string, { shop, cycle }: CycleFolder): Promise<string[]> {
  return (await cyclesOf(lake, shop)).filter((name) => name < cycle).reverse();
}

/** Every cycle of a shop in the lake, the earliest first; none where the lake has no such shop. */
export async function cyclesOf(lake: string, shop: string): Promise<string[]> {
  const names = await readdir(join(lake, shop)).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => /^\d{4}-W\d{2}$/.test(name)).sort();
}
