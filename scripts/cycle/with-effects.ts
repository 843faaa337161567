import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { readEffects } from '../../activities/evaluate/read-effects.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { CycleResult } from '../../workflows/cycle-result.ts';

/** A cycle's result with the effects that did not fit into it, from the lake in which its report lies; as it is where that lake is not on this machine. */
export async function withEffects(result: CycleResult): Promise<CycleResult> {
  const { report, evaluation, shop, cycle } = result;
  if (report === undefined || !existsSync(report) || evaluation?.measured !== true) return result;
  const warehouse = await openWarehouse({ lake: dirname(dirname(dirname(report))) });
  const ref = await warehouse.find({ shop, cycle }, 'outcomes.effects');
  if (ref === undefined) return result;
  await using session = await warehouse.open({ 'outcomes.effects': ref });
  return { ...result, evaluation: { ...evaluation, effects: await readEffects(session) } };
}
