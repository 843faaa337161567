import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createLinks } from '../activities/campaign/signed-link.ts';
import { openLiveRecommender } from '../activities/recommend/live-recommender.ts';
import { openLedger } from '../gateways/ledger/open-ledger.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { appParts } from '../test/web/app-parts.ts';
import { createApp } from '../web/create-app.ts';
import { serveWeb } from '../workers/serve-web.ts';

export interface LiveReport {
  readonly requests: number;
  readonly perSecond: number;
  readonly failed: number;
  /** Milliseconds from when a request was due, so that one that waits for its turn counts its wait too. */
  readonly median: number;
  readonly p99: number;
  readonly most: number;
}

export interface LoadTask { readonly url: string; readonly token: string; readonly rate: number; readonly seconds: number; readonly customers: number; readonly products: number }

const products = 2400;

/**
 * Requests at a steady rate over HTTP, each fifth of them an event, for a shop of so many customers with ten recommendations each.
 * @throws Error when the load could not be made
 */
export async function benchLive({ customers, rate, seconds, say }: { readonly customers: number; readonly rate: number; readonly seconds: number; readonly say: (line: string) => void }): Promise<LiveReport> {
  await using closing = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'bench-live-'));
  closing.defer(() => rm(folder, { recursive: true, force: true }));
  say(`Making the lists of ${customers.toLocaleString('en')} customers …`);
  const warehouse = await openWarehouse({ lake: join(folder, 'lake') });
  const cycle = { shop: 'demo', cycle: '2026-W48' };
  {
    await using session = await warehouse.open({});
    const make = (name: string, sql: string) => session.materialise(cycle, { name, sql, inputs: [] });
    await make('snapshot.products', `select 'P' || range as product_id, 'Product ' || range as title, 5 as stock from range(${products})`);
    await make('features.order_lines', `select 'C' || customer as customer_id, 'P' || ((hash(customer, line) % 40) * 60 + customer % 60) as product_id, false as is_return from range(${customers}) as c(customer), range(10) as l(line)`);
    await make('recommendations.products', `select 'C' || customer as customer_id, place + 1 as rank, 'P' || ((customer * 7 + place * 61) % ${products}) as product_id, 'Because you bought it' as reason from range(${customers}) as c(customer), range(10) as p(place)`);
  }
  const ledger = await openLedger({ folder: join(folder, 'ledger') });
  closing.defer(() => ledger.close());
  const live = openLiveRecommender({ warehouse, folder: join(folder, 'events'), clock: () => new Date() });
  closing.defer(() => live.close());
  const server = await serveWeb({ host: '127.0.0.1', port: 0 });
  closing.defer(() => server.close());
  const token = 'a-token-of-the-bench';
  const app = createApp(appParts({
    ledger, warehouse, live, shops: () => Promise.reject(new Error('not asked')), clock: () => new Date(), publicUrl: server.url, links: createLinks({ publicUrl: server.url, secret: 'a secret that is only for this bench' }), onError: (error) => { say(String(error)); },
    accounts: { users: [], tokens: [{ name: 'shop', role: 'operator', sha256: createHash('sha256').update(token).digest('hex') }] },
  }));
  closing.defer(() => app.close());
  server.show(app);
  await live.recommend('demo', 'C0');
  const load = async (span: number): Promise<LiveReport> => new Promise((resolve, reject) => {
    const task: LoadTask = { url: server.url, token, rate, seconds: span, customers, products };
    const worker = new Worker(new URL('./live-load.thread.ts', import.meta.url), { workerData: task, execArgv: [] });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  say('Warming up …');
  await load(3);
  say(`${rate} requests a second for ${seconds} s …`);
  return await load(seconds);
}

/** The figures as text. */
export function renderLiveReport({ requests, perSecond, failed, median, p99, most }: LiveReport): string {
  return `live: ${requests.toLocaleString('en')} requests at ${perSecond.toFixed(0)} a second, ${failed} failed; median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${most.toFixed(1)} ms`;
}
