import type { Client } from '@temporalio/client';
import { cycleId } from '../../workflows/ids.ts';
import type { CycleProgress } from '../../workflows/progress.ts';

/** How a cycle stands that runs now; undefined where it does not, or nobody answers for it. */
export async function readProgress(client: Client, shop: string, cycle: string): Promise<CycleProgress | undefined> {
  const handle = client.workflow.getHandle(cycleId(shop, cycle));
  const running = await handle.describe().then(({ status }) => status.name === 'RUNNING', () => false);
  return running ? handle.query<CycleProgress>('progress').catch(() => undefined) : undefined;
}
