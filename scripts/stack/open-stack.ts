import type { Client } from '@temporalio/client';
import type { StopList } from '../processes/stop-list.ts';
import { joinStack } from './join-stack.ts';
import type { Simulator } from './start-simulator.ts';
import { startStack, type StackOptions } from './start-stack.ts';

/** A stack to work with: one that another command keeps up, or our own. */
export interface OpenStack {
  readonly client: Client;
  readonly temporalUiUrl?: string;
  readonly webUrl: string;
  readonly outbox?: string;
  /** Ours when we started it; a joined stack's owner lets its shop live. */
  readonly simulator?: Simulator;
  /** The shop whose customers live, whoever lets them. */
  readonly simulatedShop?: string;
  readonly joined: boolean;
}

/** Joins the stack that runs in this checkout, or starts one that ends with this command. */
export async function openStack(options: StackOptions & { readonly stops: StopList }): Promise<OpenStack> {
  const running = await joinStack(options);
  if (running !== undefined) return { ...running, joined: true };
  const stack = await startStack({ ...options, keepWorkerRunning: true });
  return { ...stack, simulatedShop: options.simulate ? options.shop ?? 'demo' : undefined, joined: false };
}
