import type { ScheduleOptions } from '@temporalio/client';
import { taskQueues } from './activity-options.ts';
import { journeysId, riskId } from './ids.ts';
import type { ScheduleInput } from './schedule-options.ts';

/** What can be studied of a shop apart from its cycle. */
export type Study = 'journeys' | 'risk';

const studies = { journeys: { id: journeysId, workflowType: 'studyJourneys' }, risk: { id: riskId, workflowType: 'scoreRisk' } } as const;

export const studyScheduleId = (study: Study, shop: string): string => studies[study].id(shop);

/** Every day at the hour of the weekly cycle, in the shop's own time, of what its latest cycle knows. What has not changed is not computed again. */
export function studySchedule(study: Study, { shop, settings }: Omit<ScheduleInput, 'dataFolder'>): ScheduleOptions {
  const [hour, minute] = settings.schedule.time.split(':').map(Number);
  const { id, workflowType } = studies[study];
  return {
    scheduleId: id(shop),
    spec: { calendars: [{ hour, minute, comment: `every day at ${settings.schedule.time}` }], timezone: settings.time_zone },
    action: { type: 'startWorkflow', workflowType, workflowId: id(shop), taskQueue: taskQueues.orchestrate, workflowExecutionTimeout: '23 hours', args: [{ shop }] },
    policies: { overlap: 'SKIP', catchupWindow: '1 day', pauseOnFailure: false },
  };
}
