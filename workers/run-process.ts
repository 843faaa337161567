import { join } from 'node:path';
import { ClienteleError } from '../gateways/errors.ts';
import { createLetterComposer } from '../activities/campaign/letters/create-letter-composer.ts';
import { proofLinks } from '../activities/campaign/letters/proof-links.ts';
import { openLiveRecommender } from '../activities/recommend/live-recommender.ts';
import { openAuditLog } from '../web/access/audit-log.ts';
import { createApp } from '../web/create-app.ts';
import type { TaskQueue } from '../workflows/activity-options.ts';
import { connectWorker } from './connect-worker.ts';
import { countPages } from './count-pages.ts';
import { createWorkers } from './create-workers.ts';
import { cycleDoor } from './cycle-door.ts';
import { readEnvironment } from './environment.ts';
import { lakeMirrorOf } from './lake-store.ts';
import { keepPulling } from './keep-pulling.ts';
import { mirrorActivities } from './mirror-activities.ts';
import { observeActivities } from './observe-activities.ts';
import { logFields, openLog } from './open-log.ts';
import { openObservability } from './open-observability.ts';
import { openServices } from './open-services.ts';
import { serveWeb } from './serve-web.ts';
import { wireActivities } from './wire-activities.ts';

export interface ProcessInput {
  readonly queues: readonly TaskQueue[];
  /** Whether this process serves the pages behind links in mail. */
  readonly web: boolean;
  readonly variables: Readonly<NodeJS.ProcessEnv>;
}

/**
 * Runs a worker process until SIGTERM or SIGINT: opens what it needs, says `{"ready":true}` on one line of stdout once it polls, lets what is
 * running end in its grace time, and closes what it opened in the reverse order.
 * @throws ClienteleError TEMPORAL_UNREACHABLE, LEDGER_LOCKED, LEDGER_UNREACHABLE, ENVIRONMENT_INVALID
 */
export async function runProcess({ queues, web, variables }: ProcessInput): Promise<void> {
  const environment = readEnvironment(variables);
  const log = openLog(environment);
  await using closing = new AsyncDisposableStack();
  const observability = await openObservability(environment, log);
  closing.defer(() => observability.close());
  const { metrics, trace, logger } = observability;
  const server = web ? await serveWeb({ host: environment.publicHost, port: environment.publicPort }) : undefined;
  if (server) closing.defer(() => server.close());
  const publicUrl = environment.publicUrl ?? server?.url;
  if (publicUrl === undefined) throw new ClienteleError('ENVIRONMENT_INVALID', { name: 'PUBLIC_URL', problem: 'not set', remedy: 'Set it to the address at which recipients reach the web process.' });

  const opened = await openServices(environment, publicUrl, trace);
  const services = { ...opened, relay: metrics.countRelay(opened.relay) };
  closing.defer(() => services.close());
  const connection = await connectWorker(variables);
  closing.defer(() => connection.close());
  const mirror = lakeMirrorOf(environment);
  const workers = await createWorkers({ mirror: mirror === undefined ? undefined : mirrorActivities(mirror, environment.lake), environment, connection: connection.native, namespace: connection.namespace, queues, activities: wireActivities(services), logger, trace, observe: observeActivities({ log, metrics }) });

  if (server) {
    const { ledger, links, openShop, clock, warehouse, returnPaths } = services;
    const live = openLiveRecommender({ warehouse, folder: join(environment.home, 'live-events'), clock });
    closing.defer(() => live.close());
    const app = createApp({
      live, ledger, links, clock, warehouse, publicUrl, shops: openShop, temporal: cycleDoor(connection.client), loopback: server.loopback, accounts: environment.accounts, shopToken: environment.shopToken,
      returnPaths, reportsSecret: environment.mail.reportsSecret,
      letters: createLetterComposer({ shops: openShop, links: proofLinks(publicUrl) }), audit: openAuditLog(join(environment.home, 'log', 'audit.jsonl'), clock),
      onError: (error) => { log.error(logFields({ error }), 'a page failed'); },
    });
    closing.defer(() => app.close());
    if (mirror !== undefined) closing.defer(await keepPulling(mirror, (error) => { log.error(logFields({ error }), 'the lake could not be fetched'); }));
    server.show({ fetch: countPages(app.fetch, metrics) });
  }

  const shutDown = (): void => { workers.forEach((worker) => { if (worker.getState() === 'RUNNING') worker.shutdown(); }); };
  const running = Promise.all(workers.map((worker) => worker.run()));
  // One worker that fails ends them all: a process that serves three queues of four looks healthy and is not.
  running.catch(shutDown);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, shutDown);
  observability.watch(workers, () => services.ledger.query('select 1'));
  process.stdout.write(`${JSON.stringify({ ready: true, ...(server ? { webUrl: server.url } : {}), ...(observability.status ? { statusUrl: observability.status.url } : {}) })}\n`);
  log.info({ queues }, 'polling');
  await running;
  log.info({ queues }, 'stopped');
}
