import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { ClienteleError } from '../gateways/errors.ts';

/** A process's connections to Temporal: one to poll, one to ask. */
export interface WorkerConnection {
  readonly native: NativeConnection;
  readonly client: Client;
  readonly namespace: string;
  close(): Promise<void>;
}

/**
 * Connects as Temporal's own settings say: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS*, TEMPORAL_PROFILE and the
 * configuration file, read by @temporalio/envconfig.
 * @throws ClienteleError TEMPORAL_UNREACHABLE
 */
export async function connectWorker(variables: Readonly<NodeJS.ProcessEnv>): Promise<WorkerConnection> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined)) });
  try {
    const native = await NativeConnection.connect(connectionOptions);
    const connection = await Connection.connect(connectionOptions);
    return {
      native, namespace, client: new Client({ connection, namespace }),
      async close() {
        await connection.close();
        await native.close();
      },
    };
  } catch (error) {
    throw new ClienteleError('TEMPORAL_UNREACHABLE', { address: connectionOptions.address ?? 'localhost:7233', problem: (error as Error).message }, { cause: error });
  }
}
