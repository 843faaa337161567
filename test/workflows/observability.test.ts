import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atTheEdge } from '../../activities/at-the-edge.ts';
import { openRelay } from '../../gateways/mail/relay.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import { cacheFolder } from '../../scripts/temporal-server/cache-folder.ts';
import { findTemporalServer } from '../../scripts/temporal-server/find-temporal-server.ts';
import { createWorkers } from '../../workers/create-workers.ts';
import { readEnvironment } from '../../workers/environment.ts';
import { observeActivities } from '../../workers/observe-activities.ts';
import { openLog } from '../../workers/open-log.ts';
import { openObservability, type Observability } from '../../workers/open-observability.ts';
import { campaignCycle } from '../../workflows/campaign-cycle.ts';
import { cycleId } from '../../workflows/ids.ts';
import { startMailSink, type MailSink } from '../gateways/mail-sink.ts';
import { fakeActivities, page, relation, settings } from './fake-activities.ts';

interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly events: readonly { readonly name: string }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

/** An OTLP/HTTP receiver that keeps the spans it is sent. */
async function startCollector(): Promise<{ readonly url: string; readonly spans: ReceivedSpan[]; readonly bodies: string[]; close(): Promise<void> }> {
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      bodies.push(body);
      const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: ReceivedSpan[] }[] }[] };
      if (request.url === '/v1/traces' && request.headers['x-tenant'] === 'clientele') spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((listening) => { server.listen(0, '127.0.0.1', listening); });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, bodies, close: () => new Promise((closed) => { server.closeAllConnections(); server.close(() => closed()); }) };
}

const root = resolve(import.meta.dirname, '../..');
const address = 'ann.lee@mailbox.example';

let home: string;
let collector: Awaited<ReturnType<typeof startCollector>>;
let sink: MailSink;
let observability: Observability;
let environment: TestWorkflowEnvironment;
let status: Record<'before' | 'ready' | 'alive' | 'metrics' | 'elsewhere', { status: number; text: string }>;

const ask = async (path: string): Promise<{ status: number; text: string }> => {
  const response = await fetch(`${observability.status!.url}${path}`);
  return { status: response.status, text: await response.text() };
};

// One cycle, looked at from every side: traces, metrics, health and log.
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'clientele-observed-'));
  collector = await startCollector();
  sink = await startMailSink();
  const settingsOfProcess = readEnvironment({ CLIENTELE_HOME: home, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=clientele', STATUS_PORT: '0', LOG_LEVEL: 'debug' });
  const log = openLog(settingsOfProcess);
  // Before anything of Temporal: its runtime takes its telemetry once.
  observability = await openObservability(settingsOfProcess, log);
  const { metrics, trace, logger } = observability;
  const before = await ask('/readyz');
  const server = await findTemporalServer({ environment: { ...process.env, TEMPORAL_ADDRESS: '' }, cache: cacheFolder(root, process.env), say: () => undefined });
  if (server.kind !== 'program') throw new TypeError('TEMPORAL_ADDRESS was taken out of the search');
  environment = await TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'existing-path', path: server.path }, log: { format: 'pretty', level: 'error' } } });

  const warehouse = await openWarehouse({ lake: settingsOfProcess.lake, trace });
  const relay = metrics.countRelay(openRelay({ url: sink.url, trace }));
  const fake = fakeActivities({
    readCycleSettings: async () => ({ ...settings, approval: 'automatic' as const, windowSeconds: 0.1, maximumWindowSeconds: 1, earlyLooks: [] }),
    preprocess: async () => {
      await using session = await warehouse.open({});
      await session.run("create schema features; create table features.customers as select 'Ann Lee' as name");
      await session.rows("select name from features.customers where name = 'Ann Lee'");
      return { relations: { 'features.customers': relation('features.customers') }, features: [], figures: [] };
    },
    dispatchPage: async () => {
      await relay.deliver({ from: { name: 'Shop', address: 'shop@shop.example' }, to: address, envelopeFrom: 'shop@shop.example', messageId: '<1@shop.example>', headers: {}, subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' });
      return page();
    },
    retryFailed: (() => {
      let failures = 0;
      return async () => {
        if (failures++ === 0) throw new Error(`no mailbox for ${address}`);
        return { returned: 0 };
      };
    })(),
  });
  const workers = await createWorkers({ environment: { root, threads: 16 }, connection: environment.nativeConnection, namespace: environment.namespace ?? 'default', queues: ['orchestrate', 'warehouse', 'learn', 'mail'], activities: atTheEdge(fake.activities), logger, trace, observe: observeActivities({ log, metrics }) });
  const running = Promise.all(workers.map((worker) => worker.run()));
  observability.watch(workers, async () => undefined);
  await environment.client.workflow.execute(campaignCycle, { workflowId: cycleId('seen', '2026-W48'), taskQueue: 'orchestrate', args: [{ shop: 'seen', cycle: '2026-W48' }] });
  status = { before, ready: await ask('/readyz'), alive: await ask('/healthz'), metrics: await ask('/metrics'), elsewhere: await ask('/') };
  workers.forEach((worker) => { worker.shutdown(); });
  await running;
  await relay.close();
  await observability.close();
}, 180_000);
afterAll(async () => {
  await environment?.teardown();
  await sink?.stop();
  await collector?.close();
  await rm(home, { recursive: true });
});

const named = (name: string): ReceivedSpan => {
  const found = collector.spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`no span ${name} among ${[...new Set(collector.spans.map((span) => span.name))].sort().join(', ')}`);
  return found;
};
const parentOf = (span: ReceivedSpan): string => collector.spans.find(({ spanId }) => spanId === span.parentSpanId)?.name ?? '';

test('workflow, activity, statement and SMTP conversation of a cycle are one trace, each inside of what asked for it', () => {
  expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(1);
  const chain = (name: string): string[] => {
    const names = [name];
    for (let parent = parentOf(named(name)); parent !== ''; parent = parentOf(named(parent))) names.push(parent);
    return names;
  };
  expect(chain('duckdb select')).toEqual(['duckdb select', 'RunActivity:preprocess', 'StartActivity:preprocess', 'RunWorkflow:campaignCycle']);
  const mail = ['RunActivity:dispatchPage', 'StartActivity:dispatchPage', 'RunWorkflow:sendCampaign', 'StartChildWorkflow:sendCampaign', 'RunWorkflow:campaignCycle'];
  expect(chain('smtp conversation')).toEqual(['smtp conversation', ...mail]);
  expect(chain('smtp connect')).toEqual(['smtp connect', 'smtp conversation', ...mail]);
});

test('a conversation tells what was said and replied, a statement which relations it read', () => {
  expect(named('smtp conversation').events.map(({ name }) => name)).toEqual(['MAIL', 'RCPT', 'DATA', 'end of data']);
  expect(named('smtp conversation').attributes).toContainEqual({ key: 'smtp.outcome', value: { stringValue: 'accepted' } });
  expect(named('duckdb select').attributes).toContainEqual({ key: 'db.query.summary', value: { stringValue: 'select features.customers' } });
});

test('a failure is there by its code; no name, no address, no row', () => {
  expect(collector.spans.some(({ name, status: { code } }) => name === 'RunActivity:retryFailed' && code === 2)).toBe(true);
  expect(collector.bodies.join('\n')).not.toMatch(/ann\.lee|Ann Lee/i);
});

test('readiness comes with polling; health is there all the time', () => {
  expect(status.before).toEqual({ status: 503, text: 'starting\n' });
  expect(status.ready).toEqual({ status: 200, text: 'ok\n' });
  expect(status.alive).toEqual({ status: 200, text: 'ok\n' });
  expect(status.elsewhere.status).toBe(404);
});

test('metrics count activities by step, letters by outcome, and Temporal’s own are beside them', () => {
  const { text } = status.metrics;
  expect(text).toMatch(/^clientele_activity_seconds_count\{activity="analyse",step="analyse",outcome="done",code=""\} 1$/m);
  expect(text).toMatch(/^clientele_activity_seconds_count\{activity="retryFailed",step="campaign",outcome="failed",code="Error"\} 1$/m);
  expect(text).toMatch(/^clientele_letter_seconds_count\{outcome="accepted",reply="250"\} 9$/m);
  expect(text).toMatch(/^clientele_rows_written_total\{step="collect"\} \d+$/m);
  expect(text).toMatch(/^temporal_workflow_completed(_total)?\{.*workflow_type="campaignCycle".*\} 1$/m);
});

test('every metric that the dashboard draws is one that a process gives', async () => {
  const dashboard = JSON.parse(await readFile(join(root, 'ops/grafana/clientele.json'), 'utf8')) as { panels: { title: string; targets?: { expr: string }[] }[] };
  const given = new Set([...status.metrics.text.matchAll(/^([a-z0-9_]+)[{ ]/gm)].map(([, name]) => name));
  const drawn = dashboard.panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => [...expr.matchAll(/\b((?:clientele|temporal|process|nodejs)_[a-z0-9_]+)/g)].map(([, name]) => name)));
  expect(drawn.length).toBeGreaterThan(8);
  expect(drawn.filter((name) => !given.has(name))).toEqual([]);
});

test('the log says shop, cycle and step of each activity, and the code of a failure without its words', async () => {
  const text = await readFile(join(home, 'log', 'clientele.jsonl'), 'utf8');
  const lines = text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toContainEqual(expect.objectContaining({ msg: 'activity done', activityType: 'profile', step: 'profile', shop: 'seen', cycle: '2026-W48', attempt: 1 }));
  expect(lines).toContainEqual(expect.objectContaining({ msg: 'step done', step: 'collect', shop: 'seen', cycle: '2026-W48' }));
  expect(lines).toContainEqual(expect.objectContaining({ msg: 'activity failed', activityType: 'retryFailed', step: 'campaign', code: 'Error' }));
  expect(text).not.toMatch(/ann\.lee|Ann Lee/i);
});
