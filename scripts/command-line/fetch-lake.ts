import { lakeMirrorOf } from '../../workers/lake-store.ts';
import type { WorkerEnvironment } from '../../workers/environment.ts';

/**
 * Where the lake is in an object store, brings what a command reads to this machine.
 * @param path `demo/` or `demo/2026-W48/`; everything when empty
 * @returns brings what the command changed back
 * @throws ClienteleError LAKE_UNREACHABLE
 */
export async function fetchLake(environment: Pick<WorkerEnvironment, 'lake' | 'lakeStore'>, path = ''): Promise<() => Promise<void>> {
  const mirror = lakeMirrorOf(environment);
  await mirror?.pull(path);
  return async () => { await mirror?.push(path); };
}
