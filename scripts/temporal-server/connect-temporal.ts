import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { ClienteleError } from '../../gateways/errors.ts';

/** A client, and how to close its connection. */
export interface TemporalClient {
  readonly client: Client;
  close(): Promise<void>;
}

/**
 * Connects to a server. Namespace, TLS and API key come from Temporal's own settings (`TEMPORAL_NAMESPACE`, `TEMPORAL_TLS`, `TEMPORAL_API_KEY`,
 * `TEMPORAL_PROFILE`, …) as @temporalio/envconfig reads them.
 * @param environment whose settings count; for a server that we started see ownServerEnvironment
 * @throws ClienteleError TEMPORAL_UNREACHABLE when nothing answers within `timeoutSeconds`
 */
export async function connectTemporal(address: string, environment: Readonly<NodeJS.ProcessEnv>, timeoutSeconds = 10): Promise<TemporalClient> {
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: { ...environment, TEMPORAL_ADDRESS: address } });
  try {
    const connection = await Connection.connect({ ...connectionOptions, address, connectTimeout: timeoutSeconds * 1000 });
    return { client: new Client({ connection, namespace: namespace ?? 'default' }), close: () => connection.close() };
  } catch (error) {
    throw new ClienteleError('TEMPORAL_UNREACHABLE', { address, problem: (error as Error).message }, { cause: error });
  }
}
