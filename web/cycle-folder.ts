import { join } from 'node:path';

/** Folder of one cycle in the lake; undefined where the names could not be a shop and a cycle, so that no request reaches another folder. */
export function cycleFolder(lake: string, shop: string, cycle: string): string | undefined {
  return /^[a-z0-9][a-z0-9-]*$/.test(shop) && /^\d{4}-W\d{2}$/.test(cycle) ? join(lake, shop, cycle) : undefined;
}
