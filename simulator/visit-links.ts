/** One request a customer's mail program or browser makes. */
export interface Visit {
  readonly url: string;
  /** `unsubscribe` is the one-click POST of RFC 8058; nothing else unsubscribes. */
  readonly kind: 'open' | 'click' | 'unsubscribe';
}

const concurrency = 16;
const attempts = 3;

/**
 * Makes the requests of each reader in their order, sixteen readers at a time, without following redirects: where a link leads is not ours to call.
 * A server that does not answer, or answers 5xx or 429, is tried three times.
 * @param readers requests of each reader
 * @returns how many requests got no good answer (below 400)
 */
export async function visitLinks(readers: readonly (readonly Visit[])[], fetch: typeof globalThis.fetch): Promise<{ readonly failed: number }> {
  let next = 0;
  let failed = 0;
  const readOn = async (): Promise<void> => {
    for (let reader = readers[next++]; reader !== undefined; reader = readers[next++]) {
      for (const visit of reader) if (!await request(visit, fetch)) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, readOn));
  return { failed };
}

async function request({ url, kind }: Visit, fetch: typeof globalThis.fetch): Promise<boolean> {
  const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36' };
  const init: RequestInit = kind === 'unsubscribe'
    ? { method: 'POST', headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: 'List-Unsubscribe=One-Click' }
    : { method: 'GET', headers };
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(10_000) });
      await response.body?.cancel();
      if (response.status < 500 && response.status !== 429) return response.status < 400;
    } catch {
      // Refused, cut or too slow: tried again below.
    }
    if (attempt < attempts) await new Promise((resolve) => { setTimeout(resolve, 50 * 4 ** attempt); });
  }
  return false;
}
