import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Effect } from '../../activities/evaluate/contract.ts';
import { readEffects } from '../../activities/evaluate/read-effects.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { CycleResult } from '../../workflows/cycle-result.ts';

/** What the letters of a cycle did, from the lake in which its report lies; undefined where that lake is not on this machine or nothing was measured. */
export async function effectsOf({ report, relations }: CycleResult): Promise<readonly Effect[] | undefined> {
  const ref = relations['outcomes.effects'];
  if (report === undefined || ref === undefined || !existsSync(report)) return undefined;
  await using session = await (await openWarehouse({ lake: dirname(dirname(dirname(report))) })).open({ 'outcomes.effects': ref });
  return await readEffects(session);
}
