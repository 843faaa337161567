import { join } from 'node:path';
import type { StopList } from '../processes/stop-list.ts';
import { connectTemporal, type TemporalClient } from '../temporal-server/connect-temporal.ts';
import { ownServerEnvironment } from '../temporal-server/own-server-environment.ts';
import { startTemporalServer } from '../temporal-server/start-temporal-server.ts';

export interface OpenTemporal {
  readonly address: string;
  /** Absent when the server is somebody else's. */
  readonly uiUrl?: string;
  readonly client: TemporalClient['client'];
  /** In which a worker reaches the same server. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Connects to the server that TEMPORAL_ADDRESS names, or starts the checkout's own with its database in `var/temporal`.
 * @throws ClienteleError TEMPORAL_NOT_FOUND, TEMPORAL_UNREACHABLE
 */
export async function openTemporal({ root, environment, log, stops }: { readonly root: string; readonly environment: Readonly<NodeJS.ProcessEnv>; readonly log: (line: string) => void; readonly stops: StopList }): Promise<OpenTemporal> {
  const given = environment['TEMPORAL_ADDRESS'] ?? '';
  const own = given === '' ? await startTemporalServer({ folder: join(root, 'var', 'temporal'), environment, say: log, stops }) : undefined;
  const address = own?.address ?? given;
  const reachable = own === undefined ? { ...environment } : ownServerEnvironment(environment, address);
  const { client, close } = await connectTemporal(address, reachable);
  stops.add(close);
  return { address, uiUrl: own?.uiUrl, client, environment: reachable };
}
