// One life of a worker process that sends a campaign, for whoever kills it: node dispatch-worker.ts '<settings as JSON>'.
import { resolve } from 'node:path';
import { Context } from '@temporalio/activity';
import { Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { atTheEdge } from '../../activities/at-the-edge.ts';
import { createDispatchActivities } from '../../activities/campaign/dispatch/index.ts';
import { openLedger } from '../../gateways/ledger/open-ledger.ts';
import { tally } from '../../gateways/ledger/tally.ts';
import { openRelay } from '../../gateways/mail/relay.ts';
import { openRelayLog } from '../../gateways/mail/relay-log.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { plainLetters } from '../gateways/mail-dispatch-letters.ts';

// libuv makes its threads at first use, which is after this line and before the imports below end.
process.env['UV_THREADPOOL_SIZE'] ??= '16';
const { connectWorker } = await import('../../workers/connect-worker.ts');
const { createWorkers } = await import('../../workers/create-workers.ts');
const { temporalLogger } = await import('../../workers/open-log.ts');

export interface DispatchWorkerSettings {
  /** `mail` sends and holds the ledger, `orchestrate` runs the workflow. */
  readonly queue: 'mail' | 'orchestrate';
  readonly ledgerFolder: string;
  readonly databaseUrl?: string;
  readonly lake: string;
  readonly url: string;
  readonly log?: string;
  readonly campaign: string;
  readonly settleAfterSeconds: number;
  readonly silenceTimeoutSeconds: number;
}

/** What a worker tells its parent: how many sends it found claimed by the dead one before it, and that it polls. */
export type DispatchWorkerNews = { readonly claimed: number } | { readonly polling: true };

const settings = JSON.parse(process.argv[2]!) as DispatchWorkerSettings;
const logger = temporalLogger(pino({ level: 'silent' }));
Runtime.install({ logger, shutdownSignals: [], telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } } });

async function mailActivities(): Promise<object> {
  const ledger = await openLedger({ databaseUrl: settings.databaseUrl, folder: settings.ledgerFolder });
  const relay = openRelay({ url: settings.url, maximumConnections: 5, silenceTimeoutSeconds: settings.silenceTimeoutSeconds, connectTimeoutSeconds: 2 });
  process.send?.({ claimed: (await tally(ledger, settings.campaign)).claimed } satisfies DispatchWorkerNews);
  return atTheEdge(createDispatchActivities({
    warehouse: await openWarehouse({ lake: settings.lake }), ledger, relay, relayLog: openRelayLog(settings.log), letters: plainLetters,
    clock: () => new Date(), cancellation: () => Context.current().cancellationSignal, settleAfterSeconds: settings.settleAfterSeconds,
  }));
}

const activities = settings.queue === 'mail' ? await mailActivities() : {};
const { native, namespace } = await connectWorker(process.env);
const workers = await createWorkers({ environment: { root: resolve(import.meta.dirname, '../..'), threads: Number(process.env['UV_THREADPOOL_SIZE']) }, connection: native, namespace, queues: [settings.queue], activities, logger });
process.send?.({ polling: true } satisfies DispatchWorkerNews);
await Promise.all(workers.map((worker) => worker.run()));
