import type { ScheduleOptions } from '@temporalio/client';
import { taskQueues } from './activity-options.ts';
import type { CycleInput } from './cycle-scope.ts';
import { scheduleId } from './ids.ts';

type Day = 'MONDAY' | 'TUESDAY' | 'WEDNESDAY' | 'THURSDAY' | 'FRIDAY' | 'SATURDAY' | 'SUNDAY';

/** A shop's weekly schedule. */
export interface ScheduleInput {
  readonly shop: string;
  /** The part of shop.yaml that a schedule reads. */
  readonly settings: { readonly time_zone: string; readonly schedule: { readonly day: Lowercase<Day>; readonly time: string } };
  readonly dataFolder?: string;
}

/** Under the interval of a week, so that a cycle that hangs cannot stop the weeks behind it; the cycle cuts its window to fit. */
const executionTimeout = '166 hours';

/** Start of the weekly cycle in the shop's own time; creating it again under the same id changes it. */
export function scheduleOptions({ shop, settings, dataFolder }: ScheduleInput): ScheduleOptions {
  const [hour, minute] = settings.schedule.time.split(':').map(Number);
  const input: CycleInput = { shop, timeZone: settings.time_zone, ...(dataFolder === undefined ? {} : { dataFolder }) };
  return {
    scheduleId: scheduleId(shop),
    spec: { calendars: [{ dayOfWeek: settings.schedule.day.toUpperCase() as Day, hour, minute, comment: `every ${settings.schedule.day} at ${settings.schedule.time}` }], timezone: settings.time_zone },
    action: {
      type: 'startWorkflow',
      workflowType: 'weeklyCycle',
      workflowId: scheduleId(shop),
      taskQueue: taskQueues.orchestrate,
      workflowExecutionTimeout: executionTimeout,
      args: [input],
    },
    policies: { overlap: 'BUFFER_ONE', catchupWindow: '1 day', pauseOnFailure: false },
  };
}
