import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isoWeek } from '../../workflows/iso-week.ts';
import { cycleId } from '../../workflows/ids.ts';
import { scheduleOptions } from '../../workflows/schedule-options.ts';
import type { campaignCycle } from '../../workflows/campaign-cycle.ts';
import { weeklyCycle } from '../../workflows/weekly-cycle.ts';
import { fakeActivities, settings } from './fake-activities.ts';
import { progressWhen, startWorker } from './start-worker.ts';
import { startDevServer } from './temporal-environments.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => { environment = await startDevServer(); }, 120_000);
afterAll(() => environment.teardown());

const weekly = scheduleOptions({ shop: 'corner', settings: { schedule: { day: 'monday', time: '06:30' }, time_zone: 'Asia/Tokyo' } });
const done = { ...settings, approval: 'automatic' as const, windowSeconds: 0.1, maximumWindowSeconds: 1, earlyLooks: [] };

test('a weekly schedule is created, described, paused and deleted', { timeout: 60_000 }, async () => {
  const handle = await environment.client.schedule.create(weekly);
  const described = await handle.describe();
  expect(handle.scheduleId).toBe('weekly/corner');
  expect(described.spec.timezone).toBe('Asia/Tokyo');
  expect(described.policies).toMatchObject({ overlap: 'BUFFER_ONE', catchupWindow: 86_400_000 });
  expect(described.action).toMatchObject({ workflowType: 'weeklyCycle', taskQueue: 'orchestrate' });
  expect(described.info.nextActionTimes.slice(0, 2).map((time) => time.toLocaleString('en-GB', { timeZone: 'Asia/Tokyo', weekday: 'long', hour: '2-digit', minute: '2-digit' }))).toEqual(['Monday 06:30', 'Monday 06:30']);
  const interval = Number(described.info.nextActionTimes[1]) - Number(described.info.nextActionTimes[0]);
  expect(described.action.workflowExecutionTimeout).toBeLessThan(interval);

  await handle.pause('stock-taking');
  expect((await handle.describe()).state).toMatchObject({ paused: true, note: 'stock-taking' });
  await handle.delete();
  await expect(handle.describe()).rejects.toThrow(/not found/i);
});

test('a triggered schedule runs the cycle of this week under its own id, in the calendar of the shop', { timeout: 60_000 }, async ({ task }) => {
  const fake = fakeActivities({ readCycleSettings: async () => done });
  await using _worker = await startWorker(environment, task.name, fake.activities);
  const handle = await environment.client.schedule.create(weekly);
  await handle.trigger();
  let taken = (await handle.describe()).info.recentActions[0];
  while (!taken) taken = (await handle.describe()).info.recentActions[0];

  const outcome = await environment.client.workflow.getHandle<typeof weeklyCycle>(taken.action.workflow.workflowId).result();
  const today = new Date(`${new Date().toLocaleDateString('sv-SE', { timeZone: 'Asia/Tokyo' })}T00:00:00Z`);
  expect(outcome).toEqual({ shop: 'corner', cycle: isoWeek(today), outcome: 'finished' });
  const cycle = environment.client.workflow.getHandle<typeof campaignCycle>(cycleId('corner', isoWeek(today)));
  expect(await progressWhen(cycle, () => true)).toMatchObject({ state: 'finished', asOf: today.toISOString() });

  await handle.delete();
});

test('a week that was started by hand is met, not started again', { timeout: 60_000 }, async ({ task }) => {
  const fake = fakeActivities({ readCycleSettings: async () => done });
  await using worker = await startWorker(environment, task.name, fake.activities);
  await (await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' })).result();
  const weeklyRun = await worker.start(weeklyCycle, { args: [{ shop: worker.shop, cycle: '2026-W48' }] });
  expect(await weeklyRun.result()).toEqual({ shop: worker.shop, cycle: '2026-W48', outcome: 'already_there' });
  expect(fake.callsOf('collect')).toHaveLength(1);
});

test('a cycle with a time-out cuts its window so that it ends in time', { timeout: 60_000 }, async ({ task }) => {
  const fake = fakeActivities({ readCycleSettings: async () => ({ ...done, windowSeconds: 7 * 86_400, maximumWindowSeconds: 14 * 86_400 }) });
  await using worker = await startWorker(environment, task.name, fake.activities);
  const handle = await worker.startCycle({ shop: worker.shop, cycle: '2026-W48' }, { workflowExecutionTimeout: 6 * 86_400_000 });
  const { window, warnings } = await progressWhen(handle, ({ waitsFor }) => waitsFor === 'outcomes');
  // Six days, less six hours for evaluating, of the seven that the window wanted.
  expect(window).toMatchObject({ from: '2026-11-23T00:00:00.000Z', to: expect.stringMatching(/^2026-11-28T17:59/) });
  expect(warnings).toHaveLength(1);
});
