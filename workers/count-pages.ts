import type { Metrics } from './metrics.ts';

type Fetch = (request: Request, connection?: object) => Response | Promise<Response>;

/** First parts of paths that are ours; others are strangers' guesses, which must not become series of their own. */
const places = new Set(['api', 'static', 'cycles', 'shops', 'live', 'login', 'logout', 'a', 'u', 'o', 'c', 'go', 'language', 'coupons', 'mail', 'health', 'reports']);

/** The same pages, whose answers are counted by the first part of their path. */
export function countPages(fetch: Fetch, metrics: Metrics): Fetch {
  return async (request, connection) => {
    const began = performance.now();
    const first = new URL(request.url).pathname.split('/')[1] ?? '';
    const response = await fetch(request, connection);
    metrics.pageAnswered(first === '' ? 'home' : places.has(first) ? first : 'other', response.status, (performance.now() - began) / 1000);
    return response;
  };
}
