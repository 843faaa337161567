import type { Client } from '@temporalio/client';
import { ClienteleError } from '../../gateways/errors.ts';
import type { StopList } from '../processes/stop-list.ts';
import { connectTemporal } from '../temporal-server/connect-temporal.ts';
import { joinStack } from './join-stack.ts';

/**
 * A server that runs already, for commands that only look: the one TEMPORAL_ADDRESS names, else the running stack's.
 * @throws ClienteleError COMMAND_INVALID where nothing runs, TEMPORAL_UNREACHABLE
 */
export async function findServer(options: { readonly root: string; readonly environment: Readonly<NodeJS.ProcessEnv>; readonly log: (line: string) => void; readonly stops: StopList }): Promise<Client> {
  const { environment, stops } = options;
  const address = environment['TEMPORAL_ADDRESS'] ?? '';
  if (address !== '') {
    const { client, close } = await connectTemporal(address, environment);
    stops.add(close);
    return client;
  }
  const joined = await joinStack(options);
  if (joined === undefined) throw new ClienteleError('COMMAND_INVALID', { problem: 'Nothing runs in this checkout', remedy: 'Start it with npm start, or set TEMPORAL_ADDRESS; a finished cycle is shown by clientele show.' });
  return joined.client;
}
