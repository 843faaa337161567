import type { LakeMirror } from '../gateways/warehouse/lake-mirror.ts';

/** Pages are so far behind the lake at most. */
const everyMs = 15_000;

/**
 * Keeps a whole lake on this machine for pages to read, beginning with all of it.
 * @param onError told when a later round fails; the next one tries again
 * @returns ends it
 * @throws ClienteleError LAKE_UNREACHABLE when the first round fails
 */
export async function keepPulling(mirror: LakeMirror, onError: (error: unknown) => void): Promise<() => void> {
  await mirror.pull('');
  let pulling = false;
  const timer = setInterval(() => {
    if (pulling) return;
    pulling = true;
    mirror.pull('', { keepUnknown: true }).catch(onError).finally(() => { pulling = false; });
  }, everyMs);
  return () => { clearInterval(timer); };
}
