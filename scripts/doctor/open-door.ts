import { cacheFolder } from '../temporal-server/cache-folder.ts';
import { connectTemporal } from '../temporal-server/connect-temporal.ts';
import { findTemporalServer } from '../temporal-server/find-temporal-server.ts';
import { joinStack } from '../stack/join-stack.ts';
import type { StopList } from '../processes/stop-list.ts';
import type { TemporalDoor } from './check-temporal.ts';
import { wordsOf } from './finding.ts';

/** The server that commands would use: the one TEMPORAL_ADDRESS names, the running stack's, or one of their own; fetched where there is none yet. */
export async function openDoor({ root, environment, stops, say }: { readonly root: string; readonly environment: Readonly<NodeJS.ProcessEnv>; readonly stops: StopList; readonly say: (line: string) => void }): Promise<TemporalDoor> {
  const address = environment['TEMPORAL_ADDRESS'] ?? '';
  if (address !== '') {
    try {
      const { client, close } = await connectTemporal(address, environment);
      stops.add(close);
      return { kind: 'open', whose: 'yours', address, client };
    } catch (error) {
      return { kind: 'shut', address, problem: wordsOf((error as Error).cause ?? error) };
    }
  }
  const joined = await joinStack({ root, environment, log: say, stops });
  if (joined !== undefined) return { kind: 'open', whose: 'a running stack', address: joined.temporalAddress, client: joined.client };
  try {
    const server = await findTemporalServer({ environment, cache: cacheFolder(root, environment), say });
    return server.kind === 'program' ? { kind: 'own', program: server.path } : { kind: 'shut', address: server.address, problem: 'not asked' };
  } catch (error) {
    return { kind: 'none', problem: wordsOf(error) };
  }
}
