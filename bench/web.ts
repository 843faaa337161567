import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLetterComposer } from '../activities/campaign/letters/create-letter-composer.ts';
import { proofLinks } from '../activities/campaign/letters/proof-links.ts';
import { createLinks } from '../activities/campaign/signed-link.ts';
import { openLedger } from '../gateways/ledger/open-ledger.ts';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { appParts } from '../test/web/app-parts.ts';
import { fillExampleLedger, makeExampleLake } from '../test/web/example-lake.ts';
import { createApp } from '../web/create-app.ts';
import { serveWeb } from '../workers/serve-web.ts';
import { spread, type Spread } from './spread.ts';
import { textTable } from './text-table.ts';

/** One page as it was answered, again and again. */
export interface PageTimes {
  readonly page: string;
  /** Seconds from the request to the last byte, over HTTP on this machine; the first requests are left out. */
  readonly seconds: Spread;
  readonly bytes: number;
  /** Bytes of a first visit as they are transferred, files included, without the chart library. */
  readonly firstLoadBytes: number;
}

export interface WebReport {
  readonly customers: number;
  readonly pages: readonly PageTimes[];
}

const at = '/shops/demo/2026-W49';
/** Every page, and a word that is on it only when its data were read. */
const pages: Readonly<Record<string, readonly [path: string, word: string]>> = {
  cycles: ['/', '2026-W48'], customers: [`${at}/customers`, 'Champions'], 'customers, searched': [`${at}/customers?search=person.777`, 'person.777'], 'customers of a segment': [`${at}/customers?segment=3&sort=likely&page=40`, 'Champions'],
  customer: [`${at}/customers/C0050002`, 'Why this decision'], segments: [`${at}/segments`, 'Who moved'], baskets: [`${at}/baskets`, 'Tea No. 2'], campaigns: [`${at}/campaigns?why=no%20address`, 'C0000050'], results: [`${at}/results`, 'From the letter to the order'],
  decisions: [`${at}/decisions`, 'in force'], deliverability: [`${at}/deliverability`, 'mail.example'], 'data quality': [`${at}/data`, 'Drift'], settings: [`${at}/settings`, 'day_length_seconds'], letter: [`${at}/letters/C0050002`, 'XXXX-XXXX'],
};
const warmUps = 3;

/**
 * Times every page of the console over HTTP, on a shop of so many customers with two cycles and the letters of both in the embedded ledger.
 * @throws Error when a page does not answer 200 with what belongs on it
 */
export async function benchWeb({ root, customers, runs, say }: { readonly root: string; readonly customers: number; readonly runs: number; readonly say: (line: string) => void }): Promise<WebReport> {
  await using closing = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'bench-web-'));
  closing.defer(() => rm(folder, { recursive: true, force: true }));
  say(`Making two cycles of ${customers} customers …`);
  const warehouse = await openWarehouse({ lake: join(folder, 'lake') });
  await makeExampleLake(warehouse, { customers });
  const ledger = await openLedger({ folder: join(folder, 'ledger') });
  closing.defer(() => ledger.close());
  await fillExampleLedger(ledger, { customers });
  const shops = (name: string) => openShopFolder(join(root, 'shops'), name);
  const server = await serveWeb({ host: '127.0.0.1', port: 0 });
  closing.defer(() => server.close());
  const faults: unknown[] = [];
  const app = createApp(appParts({
    ledger, warehouse, shops, clock: () => new Date(), publicUrl: server.url, links: createLinks({ publicUrl: server.url, secret: 'a secret that is only for this bench' }), letters: createLetterComposer({ shops, links: proofLinks(server.url) }), onError: (error) => { faults.push(error); },
  }));
  closing.defer(() => app.close());
  server.show(app);

  const times: PageTimes[] = [];
  for (const [page, [path, word]] of Object.entries(pages)) {
    const seconds: number[] = [];
    let text = '';
    for (let run = 0; run < warmUps + runs; run += 1) {
      const started = performance.now();
      const answer = await fetch(`${server.url}${path}`);
      text = await answer.text();
      const took = (performance.now() - started) / 1000;
      if (answer.status !== 200 || !text.includes(word)) throw new Error(`${page} answered ${answer.status}${faults.length === 0 ? '' : `: ${String(faults[0])}`}, without “${word}”.`);
      if (run >= warmUps) seconds.push(took);
    }
    const bytes = Buffer.byteLength(text);
    let firstLoadBytes = bytes;
    for (const [, file] of text.matchAll(/(?:src|href)="(\/static\/(?!echarts)[^"]+)"/g)) firstLoadBytes += (await (await app.request(`${server.url}${file}`, { headers: { 'accept-encoding': 'gzip' } })).arrayBuffer()).byteLength;
    times.push({ page, seconds: spread(seconds), bytes, firstLoadBytes });
  }
  return { customers, pages: times };
}

/** The report as a table, slowest first. */
export function renderWebReport({ customers, pages: times }: WebReport): string {
  const ms = (seconds: number): string => `${(seconds * 1000).toFixed(0)} ms`;
  const rows = [...times].sort((one, other) => other.seconds.median - one.seconds.median).map(({ page, seconds, bytes, firstLoadBytes }) => [page, ms(seconds.median), `${ms(seconds.least)} to ${ms(seconds.most)}`, `${(bytes / 1000).toFixed(0)} kB`, `${(firstLoadBytes / 1000).toFixed(0)} kB`]);
  return `Pages of the console, ${customers.toLocaleString('en')} customers, warm\n${textTable(['page', 'median', 'range', 'page itself', 'first load without charts'], rows)}`;
}
