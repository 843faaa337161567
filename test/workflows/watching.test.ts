import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findCycle } from '../../scripts/cycle/find-cycle.ts';
import { createProgressDisplay } from '../../scripts/display/progress-display.ts';
import { checkClock, readTemporalClock } from '../../scripts/doctor/check-clock.ts';
import { checkTemporal } from '../../scripts/doctor/check-temporal.ts';
import { readProgress } from '../../scripts/show/read-progress.ts';
import { createJsonDisplay } from '../../scripts/watch/create-json-display.ts';
import { watchCycle } from '../../scripts/watch/watch-cycle.ts';
import { abandonUpdate, approvePlanUpdate } from '../../workflows/messages.ts';
import type { CycleProgress } from '../../workflows/progress.ts';
import { fakeActivities, settings } from './fake-activities.ts';
import { progressWhen, startWorker } from './start-worker.ts';
import { startDevServer } from './temporal-environments.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => { environment = await startDevServer(); }, 120_000);
afterAll(() => environment.teardown());

const soon = { readCycleSettings: async () => ({ ...settings, approval: 'required' as const, windowSeconds: 0.2, maximumWindowSeconds: 1, earlyLooks: [] }) };
const { signal } = new AbortController();

test('a cycle is watched through its waits to its end, and is given nothing', { timeout: 60_000 }, async ({ task }) => {
  await using worker = await startWorker(environment, task.name, fakeActivities(soon).activities);
  const cycle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
  const { handle, running } = await findCycle(environment.client, worker.shop, '2026-W48');
  expect(running).toBe(true);
  const [lines, states]: [string[], string[]] = [[], []];
  const watching = watchCycle({ handle, once: false, signal, lookEverySeconds: 0.05, display: createProgressDisplay({ stream: { write: (text) => lines.push(text) }, environment: {}, now: Date.now }) });
  const watchedAsJson = watchCycle({ handle, once: false, signal, lookEverySeconds: 0.05, display: createJsonDisplay({ write: (text) => states.push(text) }) });

  const { plan } = await progressWhen(cycle, ({ waitsFor }) => waitsFor === 'approval');
  const looked: string[] = [];
  expect(await watchCycle({ handle, once: true, signal, display: createJsonDisplay({ write: (text) => looked.push(text) }) })).toBe(3);
  expect(looked.map((line) => (JSON.parse(line) as CycleProgress).waitsFor)).toEqual(['approval']);
  expect(await readProgress(environment.client, worker.shop, '2026-W48')).toMatchObject({ waitsFor: 'approval' });
  expect(await readProgress(environment.client, worker.shop, '2026-W49')).toBeUndefined();

  // Looks that come between two others see what lies between them only if they are waited for.
  await expect.poll(() => lines.join(''), { timeout: 20_000 }).toContain('Waits for approval');
  await cycle.executeUpdate(approvePlanUpdate, { args: [{ by: 'ann', comment: '', hash: plan?.hash ?? '' }] });
  expect(await Promise.all([watching, watchedAsJson])).toEqual([0, 0]);
  expect(lines.join('')).toMatch(/^Cycle .*\/2026-W48[\s\S]*Waits for approval[\s\S]*feedback: done/);
  expect(new Set(states).size).toBe(states.length);
  expect(JSON.parse(states.at(-1) ?? '')).toMatchObject({ state: 'finished' });
  expect(await watchCycle({ handle, once: true, signal, display: createJsonDisplay({ write: () => undefined }) })).toBe(0);
  expect(await readProgress(environment.client, worker.shop, '2026-W48')).toBeUndefined();
});

test('a cycle that somebody abandons ends its watching with exit code 1', { timeout: 60_000 }, async ({ task }) => {
  await using worker = await startWorker(environment, task.name, fakeActivities(soon).activities);
  const cycle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' });
  const { handle } = await findCycle(environment.client, worker.shop, '2026-W48');
  const watching = watchCycle({ handle, once: false, signal, lookEverySeconds: 0.05, display: createJsonDisplay({ write: () => undefined }) });
  await progressWhen(cycle, ({ waitsFor }) => waitsFor === 'approval');
  await cycle.executeUpdate(abandonUpdate, { args: [{ by: 'ann', reason: 'wrong data' }] });
  expect(await watching).toBe(1);
  expect(await watchCycle({ handle, once: true, signal, display: createJsonDisplay({ write: () => undefined }) })).toBe(1);
});

test('the doctor sees server, namespace, workers and the clock of the server', { timeout: 60_000 }, async ({ task }) => {
  const door = { kind: 'open', address: environment.address, whose: 'yours', client: environment.client } as const;
  {
    await using _worker = await startWorker(environment, task.name, fakeActivities().activities);
    // A worker is known from its first question on.
    await expect.poll(() => checkTemporal(door), { timeout: 20_000 }).toMatchObject([{ what: 'server', state: 'ok' }, { what: 'namespace', state: 'ok' }, { what: 'workers', state: 'ok' }]);
  }
  const clock = await readTemporalClock(environment.client);
  expect(checkClock(clock === undefined ? [] : [clock])).toMatchObject([{ state: 'ok' }]);
});
