import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Runtime, type Logger, type Worker } from '@temporalio/worker';
import type { Logger as Pino } from 'pino';
import { openTrace, type OpenTrace } from '../gateways/trace/open-trace.ts';
import type { WorkerEnvironment } from './environment.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { temporalLogger } from './open-log.ts';
import { serveStatus, type StatusServer } from './serve-status.ts';

/** What looks at a process from outside. */
export interface Observability {
  readonly metrics: Metrics;
  readonly trace?: OpenTrace;
  readonly logger: Logger;
  /** Absent where STATUS_PORT is not set. */
  readonly status?: StatusServer;
  /** From now on the process is ready while these run and `healthy` does not throw. */
  watch(workers: readonly Worker[], healthy: () => Promise<unknown>): void;
  close(): Promise<void>;
}

/** Opens traces, metrics and status pages as the environment wants them, and Temporal's runtime with them: it takes its telemetry only once a process. */
export async function openObservability({ root, observability: { traces, status: wanted } }: Pick<WorkerEnvironment, 'root' | 'observability'>, log: Pino): Promise<Observability> {
  const logger = temporalLogger(log);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const metrics = createMetrics();
  const temporal = wanted === undefined ? undefined : `127.0.0.1:${await freePort()}`;
  // Signals are the process's own: the pages and the ledger must close after the workers.
  Runtime.install({ logger, shutdownSignals: [], telemetryOptions: { logging: { filter: { core: 'WARN', other: 'WARN' }, forward: {} }, ...(temporal === undefined ? {} : { metrics: { prometheus: { bindAddress: temporal, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true } } }) } });
  const trace = traces === undefined ? undefined : openTrace({ ...traces, version });

  let watched: { readonly workers: readonly Worker[]; readonly healthy: () => Promise<unknown> } | undefined;
  const status = wanted === undefined ? undefined : await serveStatus(wanted, {
    dead: () => (watched?.workers.some((worker) => worker.getState() === 'FAILED') === true ? 'a worker has failed' : undefined),
    unready: async () => {
      if (watched === undefined) return 'starting';
      if (watched.workers.some((worker) => worker.getState() !== 'RUNNING')) return 'not polling';
      return watched.healthy().then(() => undefined, () => 'the ledger does not answer');
    },
    metrics: async () => {
      const own = await metrics.registry.metrics();
      const response = await fetch(`http://${temporal}/metrics`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
      return response?.ok === true ? `${own.trimEnd()}\n${await response.text()}` : own;
    },
  });
  return {
    metrics, trace, logger, status,
    watch: (workers, healthy) => { watched = { workers, healthy }; },
    async close() {
      await status?.close();
      await trace?.close().catch(() => { log.warn('the last spans were not taken by the collector'); });
    },
  };
}

/** Temporal's runtime wants to be told its port; it is asked through the status page only. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const address = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return typeof address === 'object' && address !== null ? address.port : 0;
}
