import type { ScheduleOptions } from '@temporalio/client';
import type { ForecastInput } from '../activities/forecast/contract.ts';
import { taskQueues } from './activity-options.ts';
import { forecastId } from './ids.ts';
import type { ScheduleInput } from './schedule-options.ts';

/** Every day at the hour of the weekly cycle, in the shop's own time. What has not changed is not computed again. */
export function forecastSchedule({ shop, settings }: Omit<ScheduleInput, 'dataFolder'>): ScheduleOptions {
  const [hour, minute] = settings.schedule.time.split(':').map(Number);
  const input: ForecastInput = { shop };
  return {
    scheduleId: forecastId(shop),
    spec: { calendars: [{ hour, minute, comment: `every day at ${settings.schedule.time}` }], timezone: settings.time_zone },
    action: { type: 'startWorkflow', workflowType: 'forecastDemand', workflowId: forecastId(shop), taskQueue: taskQueues.orchestrate, workflowExecutionTimeout: '23 hours', args: [input] },
    policies: { overlap: 'SKIP', catchupWindow: '1 day', pauseOnFailure: false },
  };
}
