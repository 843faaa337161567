import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DemandFound, ForecastActivities, ForecastInput } from '../../activities/forecast/contract.ts';
import { forecastDemand } from '../../workflows/forecast-demand.ts';
import { forecastSchedule } from '../../workflows/forecast-schedule.ts';
import { forecastId } from '../../workflows/ids.ts';
import { fakeActivities } from './fake-activities.ts';
import { startWorker } from './start-worker.ts';
import { startDevServer } from './temporal-environments.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => { environment = await startDevServer(); }, 120_000);
afterAll(() => environment.teardown());

const found: DemandFound = { shop: 'corner', cycle: '2026-W48', asOf: '2026-11-23T00:00:00Z', weeks: 4, relations: {}, products: 3, categories: 1, mase: 0.8, naiveMase: 1, models: [], stock: { over: 1 }, expectedUnits: 12, tiedUp: 0 };

test('a forecast runs apart from the cycle and hands back what was found', { timeout: 60_000 }, async ({ task }) => {
  const asked: ForecastInput[] = [];
  const own: ForecastActivities = { forecastDemand: async (input) => { asked.push(input); return found; } };
  await using worker = await startWorker(environment, task.name, { ...fakeActivities().activities, ...own });
  const run = await worker.start(forecastDemand, { workflowId: forecastId('corner'), args: [{ shop: 'corner', cycle: '2026-W48' }] });
  expect(await run.result()).toEqual(found);
  expect(asked).toEqual([{ shop: 'corner', cycle: '2026-W48' }]);
});

test('its schedule is every day in the shop’s own time, and one that still runs is not overtaken', { timeout: 60_000 }, async () => {
  const handle = await environment.client.schedule.create(forecastSchedule({ shop: 'corner', settings: { schedule: { day: 'monday', time: '06:30' }, time_zone: 'Asia/Tokyo' } }));
  const described = await handle.describe();
  expect(handle.scheduleId).toBe('forecast/corner');
  expect(described.policies).toMatchObject({ overlap: 'SKIP' });
  expect(described.action).toMatchObject({ workflowType: 'forecastDemand', workflowId: 'forecast/corner', args: [{ shop: 'corner' }] });
  const [first, second] = described.info.nextActionTimes.map(Number);
  expect(second! - first!).toBe(86_400_000);
  expect(new Date(first!).toLocaleTimeString('en-GB', { timeZone: 'Asia/Tokyo', hour: '2-digit', minute: '2-digit' })).toBe('06:30');
  await handle.delete();
});
