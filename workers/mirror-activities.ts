import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { LakeMirror } from '../gateways/warehouse/lake-mirror.ts';

/** Layers that only the cycle after theirs still reads. */
const heavyLayers: ReadonlySet<string> = new Set(['snapshot', 'features', 'segments']);

/**
 * For a lake in an object store: before an activity its cycle, and once a cycle what earlier ones left, are brought to this machine; after it what it
 * wrote is brought to the store, and only then does it count as done, so that the next step may run anywhere.
 */
export function mirrorActivities(mirror: LakeMirror, lake: string): () => { readonly inbound: ActivityInboundCallsInterceptor } {
  const earlierFetched = new Map<string, Promise<void>>();

  async function fetchEarlier(shop: string, cycle: string): Promise<void> {
    const paths = await mirror.paths(`${shop}/`);
    const ended = paths.flatMap((path) => { const [, name, file] = path.split('/'); return file === 'manifest.json' && name! < cycle ? [name!] : []; }).sort();
    for (const name of ended.slice(0, -1)) {
      // A heavy relation that is here is looked at all the same: erasing somebody rewrites it.
      await mirror.pull(`${shop}/${name}/`, { wanted: (path) => !heavyLayers.has(path.split('/')[2]!) || existsSync(join(lake, path)) });
    }
    const last = ended.at(-1);
    if (last !== undefined) await mirror.pull(`${shop}/${last}/`);
  }

  function earlierOnce(shop: string, cycle: string): Promise<void> {
    const key = `${shop}/${cycle}`;
    const fetched = earlierFetched.get(key) ?? fetchEarlier(shop, cycle).catch((error: unknown) => { earlierFetched.delete(key); throw error; });
    earlierFetched.set(key, fetched);
    return fetched;
  }

  return () => ({
    inbound: {
      async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
        const scope = scopeOf(input.args[0]);
        if (scope === undefined) return next(input);
        const path = `${scope.shop}/${scope.cycle}/`;
        await earlierOnce(scope.shop, scope.cycle);
        await mirror.pull(path);
        const result = await next(input);
        await mirror.push(path);
        return result;
      },
    },
  });
}

/** The cycle that an activity's input names; undefined for an activity that belongs to none. */
function scopeOf(input: unknown): { readonly shop: string; readonly cycle: string } | undefined {
  if (typeof input !== 'object' || input === null || !('shop' in input) || !('cycle' in input)) return undefined;
  const { shop, cycle } = input;
  return typeof shop === 'string' && typeof cycle === 'string' && /^[a-z0-9][a-z0-9-]*$/.test(shop) && /^\d{4}-W\d{2}$/.test(cycle) ? { shop, cycle } : undefined;
}
