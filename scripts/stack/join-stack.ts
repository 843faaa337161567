import type { StopList } from '../processes/stop-list.ts';
import { connectTemporal, type TemporalClient } from '../temporal-server/connect-temporal.ts';
import { ownServerEnvironment } from '../temporal-server/own-server-environment.ts';
import { findRunningStack, type RunningStack } from './running-stack.ts';

/** The stack that another command keeps up in this checkout, with a client of our own; undefined when there is none. */
export async function joinStack({ root, environment, log, stops }: { readonly root: string; readonly environment: Readonly<NodeJS.ProcessEnv>; readonly log: (line: string) => void; readonly stops: StopList }): Promise<(RunningStack & Pick<TemporalClient, 'client'>) | undefined> {
  const running = await findRunningStack(root);
  if (running === undefined) return undefined;
  log(`Working with the stack that process ${running.pid} runs.`);
  const { client, close } = await connectTemporal(running.temporalAddress, running.ownTemporal ? ownServerEnvironment({}, running.temporalAddress) : environment);
  stops.add(close);
  return { ...running, client };
}
