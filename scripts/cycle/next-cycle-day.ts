import type { Client } from '@temporalio/client';
import { cycleId } from '../../workflows/ids.ts';
import { isoWeek } from '../../workflows/iso-week.ts';
import { readShopClock } from '../stack/shop-life.ts';

const weekMs = 7 * 86_400_000;

/**
 * Day of a simulated shop's next cycle: of the cycle that an earlier command left unfinished, else the shop's today.
 * @returns ISO 8601 instant
 */
export async function nextCycleDay({ root, shop, client }: { readonly root: string; readonly shop: string; readonly client: Client }): Promise<string> {
  const clock = await readShopClock(root, shop);
  if (clock === undefined) throw new TypeError(`shop ${shop} has no history yet`);
  const today = new Date(`${clock.today}T00:00:00Z`);
  // The shop may have lived the week of a cycle that was stopped before it could evaluate it.
  const before = new Date(today.getTime() - weekMs);
  const left = await client.workflow.getHandle(cycleId(shop, isoWeek(before))).describe().catch(() => undefined);
  return (left?.status.name === 'RUNNING' ? before : today).toISOString();
}
