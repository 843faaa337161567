import { Context } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atTheEdge } from '../../activities/at-the-edge.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { createWorkers } from '../../workers/create-workers.ts';
import { campaignCycle } from '../../workflows/campaign-cycle.ts';
import { cycleId } from '../../workflows/ids.ts';
import { historyAsJson } from '../replay/history-json.ts';
import { fakeActivities, settings, type Activities } from './fake-activities.ts';
import { progressWhen } from './start-worker.ts';
import { startDevServer } from './temporal-environments.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => { environment = await startDevServer(); }, 120_000);
afterAll(() => environment.teardown());

const root = resolve(import.meta.dirname, '../..');
const logger = new DefaultLogger('ERROR');
const unattended = { readCycleSettings: async () => ({ ...settings, approval: 'automatic' as const, windowSeconds: 0.1, maximumWindowSeconds: 1, earlyLooks: [] }) };

/** The workers as `workers/local.ts` makes them, over fake activities. */
async function runWorkers(activities: Activities): Promise<AsyncDisposable> {
  const workers = await createWorkers({ environment: { root, threads: 16 }, connection: environment.nativeConnection, namespace: environment.namespace ?? 'default', queues: ['orchestrate', 'warehouse', 'learn', 'mail'], activities: atTheEdge(activities), logger });
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    async [Symbol.asyncDispose]() {
      workers.forEach((worker) => { worker.shutdown(); });
      await running;
    },
  };
}

const start = (shop: string) => environment.client.workflow.start(campaignCycle, { workflowId: cycleId(shop, '2026-W48'), taskQueue: 'orchestrate', args: [{ shop, cycle: '2026-W48' }] });

/** A history as text, its payloads readable. */
const decoded = (history: Parameters<typeof historyAsJson>[0]): string => JSON.stringify(historyAsJson(history)).replace(/"data":"([^"]*)"/g, (_, data: string) => Buffer.from(data, 'base64').toString());

/** Settles when an activity begins. */
function signal(): { readonly given: Promise<void>; give(): void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolvePromise) => { give = resolvePromise; });
  return { given, give };
}

test('an activity that never heard of Temporal beats, and learns that it was cancelled', { timeout: 60_000 }, async () => {
  const begun = signal();
  const cancelled = signal();
  await using _workers = await runWorkers(fakeActivities({ ...unattended, profile: async () => {
    const { cancellationSignal } = Context.current();
    begun.give();
    await new Promise((resolvePromise) => { cancellationSignal.addEventListener('abort', resolvePromise); });
    cancelled.give();
    throw cancellationSignal.reason;
  } }).activities);
  const handle = await start('beats');
  await begun.given;
  await handle.cancel();
  await cancelled.given;
  expect(await handle.result()).toMatchObject({ outcome: 'cancelled' });
});

test('a cycle reads the table\'s code of what went wrong, and no address', { timeout: 60_000 }, async () => {
  await using _workers = await runWorkers(fakeActivities({ ...unattended, collect: async () => { throw new ClienteleError('SOURCE_UNREADABLE', { source: 'orders', problem: 'line 7 says ann@example.org.', cycle: '2026-W48' }, { cause: new Error('ann@example.org') }); } }).activities);
  const handle = await start('codes');
  const { held } = await progressWhen(handle, ({ waitsFor }) => waitsFor === 'repair');
  expect(held).toEqual({ code: 'SOURCE_UNREADABLE', message: 'Source orders could not be read: line 7 says <address>. Mend the file or the query, then `npm run resume -- 2026-W48`.' });
  expect(decoded(await handle.fetchHistory())).not.toContain('ann@');
  await handle.terminate();
});

test('a cycle in mid-flight goes on with the next version of the program', { timeout: 60_000 }, async () => {
  const begun = signal();
  const first = await runWorkers(fakeActivities({ ...unattended, profile: async () => {
    begun.give();
    const { cancellationSignal } = Context.current();
    await new Promise((_, reject) => { cancellationSignal.addEventListener('abort', () => { reject(cancellationSignal.reason as Error); }); });
    throw new TypeError('unreachable: the wait ends by rejecting');
  } }).activities);
  const handle = await start('upgraded');
  await begun.given;
  // The grace time passes, the activity is told, and its attempt fails.
  await first[Symbol.asyncDispose]();
  await using _second = await runWorkers(fakeActivities(unattended).activities);
  expect(await handle.result()).toMatchObject({ outcome: 'finished' });
});
