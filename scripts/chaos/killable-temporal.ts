import type { Client } from '@temporalio/client';
import { connectTemporal } from '../temporal-server/connect-temporal.ts';
import { ownServerEnvironment } from '../temporal-server/own-server-environment.ts';
import { startTemporalServer, type RunningTemporalServer } from '../temporal-server/start-temporal-server.ts';

/** A Temporal server of this run, which may be killed. */
export interface KillableTemporal {
  readonly client: Client;
  /** Settings by which a worker process finds it. */
  readonly environment: NodeJS.ProcessEnv;
  /** SIGKILL, and up again at the same address on the same database. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** @param folder of its database */
export async function startKillableTemporal(folder: string): Promise<KillableTemporal> {
  let server: RunningTemporalServer = await startTemporalServer({ folder });
  const { address } = server;
  const connection = await connectTemporal(address, ownServerEnvironment({}, address));
  return {
    client: connection.client,
    environment: ownServerEnvironment(process.env, address),
    async crash() {
      process.kill(server.pid, 'SIGKILL');
      await server.stop();
      server = await startTemporalServer({ folder });
      // Everybody knows the first address only.
      if (server.address !== address) throw new Error(`Temporal came back at ${server.address} instead of ${address}.`);
    },
    async stop() {
      await connection.close();
      await server.stop();
    },
  };
}
