import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { makeHistory } from '../../simulator/make-history.ts';
import { startSmtpSink } from '../../simulator/smtp-sink.ts';
import type { StopList } from '../processes/stop-list.ts';
import { startWorker } from '../stack/start-worker.ts';
import { connectTemporal } from '../temporal-server/connect-temporal.ts';
import { ownServerEnvironment } from '../temporal-server/own-server-environment.ts';
import { startTemporalServer } from '../temporal-server/start-temporal-server.ts';
import { writeShop } from './living-shop.ts';
import { runBaseline } from './run-baseline.ts';
import { runLoop } from './run-loop.ts';
import { rivals, type Rival, type SeedScore, type WeekScore } from './score.ts';

export interface SimulateInput {
  readonly root: string;
  /** Holds everything of the run. */
  readonly folder: string;
  readonly customers: number;
  readonly weeks: number;
  /** Most letters a week, for every policy. */
  readonly letters: number;
  readonly stops: StopList;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Opens what seeds share (a Temporal server, a worker with its ledger and lake, a mail sink) and gives the run of one seed. */
export async function openSimulation({ root, folder, customers, weeks, letters, stops, signal, say }: SimulateInput): Promise<(seed: number, withoutEffect: boolean) => Promise<SeedScore>> {
  await rm(folder, { recursive: true, force: true });
  const [shops, outbox] = [join(folder, 'shops'), join(folder, 'outbox')];
  await mkdir(outbox, { recursive: true });
  await mkdir(shops, { recursive: true });
  const server = await startTemporalServer({ folder: join(folder, 'temporal'), environment: process.env, say, stops });
  const environment = ownServerEnvironment(process.env, server.address);
  const { client, close } = await connectTemporal(server.address, environment);
  stops.add(close);
  const sink = await startSmtpSink({ outbox });
  stops.add(() => sink.stop());
  await startWorker({ root, stops, say, keepRunning: false, environment: { ...environment, CLIENTELE_HOME: folder, SHOPS: shops, LAKE: join(folder, 'lake'), SMTP_URL: sink.url, SMTP_LOG: join(outbox, 'relay.log.jsonl'), SMTP_LOG_SETTLES_AFTER: '10', PUBLIC_PORT: '0', LOG_LEVEL: 'warn', DATABASE_URL: '' } });
  const warehouse = await openWarehouse({ lake: join(folder, 'lake'), threads: 1 });
  const parts = { root, folder, shops, outbox, customers, weeks, letters, client, warehouse, signal, say };
  return async (seed, withoutEffect) => {
    const score = await runSeed(parts, seed);
    return withoutEffect ? { ...score, withoutEffect: await runWithoutEffect(parts, seed) } : score;
  };
}

interface Parts extends Omit<SimulateInput, 'stops'> {
  readonly shops: string;
  readonly outbox: string;
  readonly client: Client;
  readonly warehouse: Warehouse;
}

const historyOf = (customers: number) => ({ customers, dirt: false, eventsPerCustomer: 8 });

async function runSeed({ root, folder, shops, outbox, customers, weeks, letters, client, warehouse, signal, say }: Parts, seed: number): Promise<SeedScore> {
  const name = `seed-${seed}`;
  const place = join(folder, 'data', name);
  const data = join(place, 'loop');
  await makeHistory({ folder: data, seed, ...historyOf(customers) });
  const { settings } = await writeShop({ root, shops, name, data, seed, letters });
  const offer = settings.campaign.offers[0]!;
  const lived: Partial<Record<Rival, readonly WeekScore[]>> = {};
  for (const baseline of rivals) {
    signal.throwIfAborted();
    const own = join(place, baseline.replaceAll(' ', '-'));
    await cp(data, own, { recursive: true });
    lived[baseline] = await runBaseline({ warehouse, folder: own, weeks, baseline, settings, offer });
  }
  const loop = await runLoop({ client, warehouse, shop: name, settings, folder: data, outbox, weeks, signal, say });
  await rm(place, { recursive: true, force: true });
  return { seed, customers, weeks, letters, offer: offer.name, loop, rivals: lived as Record<Rival, readonly WeekScore[]> };
}

/** The same shop where nobody does anything for a letter; the letters of each week. */
async function runWithoutEffect({ root, folder, shops, outbox, customers, weeks, letters, client, warehouse, signal, say }: Parts, seed: number): Promise<number[]> {
  const name = `idle-${seed}`;
  const data = join(folder, 'data', name);
  await makeHistory({ folder: data, seed, ...historyOf(customers), mailEffect: 'none' });
  const { settings } = await writeShop({ root, shops, name, data, seed, letters });
  const loop = await runLoop({ client, warehouse, shop: name, settings, folder: data, outbox, weeks, signal, say });
  await rm(data, { recursive: true, force: true });
  return loop.map(({ mailed }) => mailed);
}
