import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { parse, stringify } from 'yaml';
import type { Manifest } from '../../../activities/feedback/write-manifest.ts';
import type { CycleReport } from '../../../activities/feedback/report/cycle-report.ts';
import { openShopFolder, type ShopFolder } from '../../../gateways/shop-folder/open-shop-folder.ts';
import { startCycle } from '../../../scripts/cycle/start-cycle.ts';
import { createShopLife, readShopClock } from '../../../scripts/stack/shop-life.ts';
import { startStack, type Stack } from '../../../scripts/stack/start-stack.ts';
import { makeHistory } from '../../../simulator/make-history.ts';
import type { CycleResult } from '../../../workflows/cycle-result.ts';
import { isoWeek } from '../../../workflows/iso-week.ts';
import type { CycleProgress } from '../../../workflows/progress.ts';

const checkout = resolve(import.meta.dirname, '../../..');
const shop = 'demo';

/** One line of the mail sink's log. */
export interface RelayLine {
  readonly messageId: string;
  readonly recipient: string;
}

/** What a test may do while a cycle runs. */
export interface CycleWatch {
  /** Called with the cycle's progress again and again, before the shop lives the week it waits for. */
  readonly onProgress?: (progress: CycleProgress) => Promise<void>;
  /** Called once the shop has lived the week. */
  readonly onLived?: () => Promise<void>;
}

/** A demo shop of 600 customers with its own Temporal server, worker process and mail sink in a folder of its own. */
export interface SmallShop extends AsyncDisposable {
  readonly stack: Stack;
  readonly lake: string;
  /** Opens the copy of the demo's folder that this shop runs by. */
  readonly openShop: (name: string) => Promise<ShopFolder>;
  /** Runs the shop's next cycle to its end and lets its customers live the week it waits for. */
  runCycle(watch?: CycleWatch): Promise<CycleResult>;
  relayLog(): Promise<RelayLine[]>;
  manifest(cycle: string): Promise<Manifest>;
  report(cycle: string): Promise<CycleReport>;
  /** Rows of SQL in which `{plan.offers}` stands for the file of that relation of the cycle. */
  rows<Row>(result: CycleResult, sql: string): Promise<Row[]>;
  /** Given names and addresses in the shop's own customer file. */
  people(): Promise<{ readonly givenNames: readonly string[]; readonly addresses: readonly string[] }>;
}

/** Makes the shop's past once, for several shops to start from. */
export async function makeSmallHistory(seed: number): Promise<AsyncDisposable & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'clientele-history-'));
  await makeHistory({ folder, customers: 600, eventsPerCustomer: 30, productsPerCategory: 20, seed });
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

export async function openSmallShop({ history, mailsPerSecond }: { readonly history: string; readonly mailsPerSecond: number }): Promise<SmallShop> {
  const root = await mkdtemp(join(tmpdir(), 'clientele-whole-'));
  const home = join(root, 'var');
  const data = join(home, 'shops', shop);
  const shops = join(root, 'shops');
  const lake = join(home, 'lake');
  await mkdir(join(home, 'shops'), { recursive: true });
  await cp(history, data, { recursive: true });
  await cp(join(checkout, 'shops', shop), join(shops, shop), { recursive: true });
  await shorten(join(shops, shop, 'shop.yaml'), { data, mailsPerSecond });

  const stack = await startStack({
    root, shop, simulate: true, log: () => undefined,
    environment: { ...process.env, TEMPORAL_ADDRESS: '', DATABASE_URL: '', LAKE: '', PUBLIC_URL: '', PUBLIC_PORT: '0', SHOPS: shops },
    scripts: { worker: join(checkout, 'workers', 'local.ts'), simulator: join(checkout, 'simulator', 'serve.ts') },
  }).catch(async (error: unknown) => {
    await rm(root, { recursive: true, force: true });
    throw error;
  });
  const duck = await DuckDBInstance.create();
  const read = async <Row>(sql: string): Promise<Row[]> => {
    const connection = await duck.connect();
    try {
      return (await (await connection.run(sql)).getRowObjectsJson()) as Row[];
    } finally {
      connection.closeSync();
    }
  };
  const { client, simulator } = stack;
  if (simulator === undefined) throw new TypeError('a simulated shop has a simulator');

  return {
    stack, lake,
    openShop: (name) => openShopFolder(shops, name),
    async runCycle({ onProgress, onLived } = {}) {
      const clock = await readShopClock(root, shop);
      const asOf = new Date(`${clock?.today}T00:00:00Z`);
      const life = createShopLife({ root, shop, simulator, say: () => undefined });
      const { handle } = await startCycle(client, { shop, cycle: isoWeek(asOf), asOf: asOf.toISOString(), approval: 'automatic' });
      let lived = false;
      for (;;) {
        // A killed worker answers no query; the next look finds it again.
        const progress = await handle.query<CycleProgress>('progress').catch(() => undefined);
        if (progress?.held !== undefined) throw new Error(`The cycle is held: ${progress.held.code} ${progress.held.message}`);
        if (progress !== undefined) await onProgress?.(progress);
        if (progress?.waitsFor === 'outcomes' && !lived) {
          await life.live(progress);
          lived = true;
          await onLived?.();
        }
        if (progress !== undefined && progress.state !== 'running') return await handle.result() as CycleResult;
        const { status } = await handle.describe();
        if (status.name !== 'RUNNING') return await handle.result() as CycleResult;
        await sleep(15);
      }
    },
    relayLog: async () => linesOf(await readFile(join(home, 'outbox', 'relay.log.jsonl'), 'utf8').catch(() => '')),
    manifest: async (cycle) => JSON.parse(await readFile(join(lake, shop, cycle, 'manifest.json'), 'utf8')) as Manifest,
    report: async (cycle) => JSON.parse(await readFile(join(lake, shop, cycle, 'report.json'), 'utf8')) as CycleReport,
    rows: (result, sql) => read(sql.replaceAll(/\{([\w.]+)\}/g, (_, name: string) => {
      // Not every relation of the lake travels with the result.
      return `read_parquet('${join(lake, result.relations[name]?.uri ?? `${shop}/${result.cycle}/${name.replace('.', '/')}.parquet`)}')`;
    })),
    async people() {
      const people = await read<{ given_name: string | null; email: string | null }>(`select given_name, email from read_csv('${join(data, 'customers.csv')}', all_varchar = true, ignore_errors = true)`);
      const some = (values: readonly (string | null)[]): string[] => [...new Set(values.filter((value) => value !== null && value.trim() !== ''))] as string[];
      return { givenNames: some(people.map((person) => person.given_name)), addresses: some(people.map((person) => person.email)) };
    },
    async [Symbol.asyncDispose]() {
      await stack.stop();
      duck.closeSync();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** The demo's settings with a week that takes a second and mail slow enough to be interrupted. */
async function shorten(file: string, { data, mailsPerSecond }: { readonly data: string; readonly mailsPerSecond: number }): Promise<void> {
  const settings = parse(await readFile(file, 'utf8')) as { data: string; day_length_seconds: number; analyse: object; campaign: { mails_per_second: number } };
  settings.data = data;
  settings.day_length_seconds = 0.15;
  // Everything that a shop can ask of the analysis.
  settings.analyse = { ...settings.analyse, rules: { minimum_support: 0.005, minimum_confidence: 0.1, level: 'both' }, targets: ['churns', 'opens', 'redeems'], neighbourhoods: 300 };
  settings.campaign.mails_per_second = mailsPerSecond;
  await writeFile(file, stringify(settings));
}

/** A last line that is still being written is left for the next look. */
function linesOf(text: string): RelayLine[] {
  return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as RelayLine);
}
