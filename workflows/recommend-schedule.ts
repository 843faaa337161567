import type { ScheduleOptions } from '@temporalio/client';
import type { RecommendInput } from '../activities/recommend/contract.ts';
import { taskQueues } from './activity-options.ts';
import { recommendId } from './ids.ts';
import type { ScheduleInput } from './schedule-options.ts';

/** Every day at the hour of the weekly cycle, in the shop's own time. */
export function recommendSchedule({ shop, settings }: Omit<ScheduleInput, 'dataFolder'>): ScheduleOptions {
  const [hour, minute] = settings.schedule.time.split(':').map(Number);
  const input: RecommendInput = { shop };
  return {
    scheduleId: recommendId(shop),
    spec: { calendars: [{ hour, minute, comment: `every day at ${settings.schedule.time}` }], timezone: settings.time_zone },
    action: { type: 'startWorkflow', workflowType: 'recommendProducts', workflowId: recommendId(shop), taskQueue: taskQueues.orchestrate, workflowExecutionTimeout: '23 hours', args: [input] },
    policies: { overlap: 'SKIP', catchupWindow: '1 day', pauseOnFailure: false },
  };
}
