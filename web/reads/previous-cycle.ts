import type { ListedCycle } from '../list-cycles.ts';

/** The cycle of the same shop before this one; ISO weeks sort as text. */
export const previousCycle = (cycles: readonly ListedCycle[], { shop, cycle }: { readonly shop: string; readonly cycle: string }): string | undefined => cycles
  .filter((one) => one.shop === shop && one.cycle < cycle)
  .map((one) => one.cycle)
  .sort()
  .at(-1);
