import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { CycleProgress } from '../../workflows/progress.ts';
import type { CommandContext } from '../command-line/run-command.ts';
import { openStack } from '../stack/open-stack.ts';
import { readShopClock } from '../stack/shop-life.ts';
import { parseCycleName } from './cycle-name.ts';
import { findCycle } from './find-cycle.ts';
import { workOnCycle } from './work-on-cycle.ts';

export interface ContinueOptions {
  readonly context: CommandContext;
  readonly root: string;
  /** `demo/2026-W48`, or the week of the demo. */
  readonly name: string;
  readonly json: boolean;
  /** What to do with a cycle that is under way, before it is followed. */
  readonly act: (handle: WorkflowHandle, progress: CycleProgress) => Promise<void>;
}

/**
 * What resume, approve and reject share: opens the stack, finds the cycle, acts on it, and follows it.
 * @returns exit code
 * @throws ClienteleError COMMAND_INVALID, SHOP_NOT_FOUND, CYCLE_NOT_FOUND
 */
export async function continueCycle({ context, root, name, json, act }: ContinueOptions): Promise<number> {
  const { shop, cycle } = parseCycleName(name, 'demo');
  const { settings } = await openShopFolder(join(root, 'shops'), shop);
  const simulate = await readShopClock(root, shop) !== undefined;
  const stack = await openStack({ root, shop, environment: process.env, simulate, log: context.say, stops: context.stops });
  const { handle, running } = await findCycle(stack.client, shop, cycle);
  if (running) await act(handle, await handle.query<CycleProgress>('progress'));
  return workOnCycle({ context, root, stack, handle, shop, cycle, settings, json });
}
