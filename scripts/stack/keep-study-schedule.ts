import { ScheduleAlreadyRunning } from '@temporalio/client';
import type { ShopSettings } from '../../gateways/shop-folder/shop-settings.ts';
import { studySchedule, studyScheduleId, type Study } from '../../workflows/study-schedule.ts';
import { projectRoot as root } from '../command-line/project-root.ts';
import type { CommandContext } from '../command-line/run-command.ts';
import { joinStack } from './join-stack.ts';
import { openTemporal } from './open-temporal.ts';

export const scheduleVerbs = ['create', 'describe', 'delete'] as const;

/** Creates, describes or deletes a study's daily schedule, and says so in lines of `name value`. Creating it again gives it the present settings; a paused one stays paused. */
export async function keepStudySchedule(study: Study, { shop, settings, verb }: { readonly shop: string; readonly settings: ShopSettings; readonly verb: (typeof scheduleVerbs)[number] }, { stops, say }: Pick<CommandContext, 'stops' | 'say'>): Promise<Readonly<Record<string, string | boolean>>> {
  const options = { root, environment: process.env, log: say, stops };
  const { client } = await joinStack(options) ?? await openTemporal(options);
  const schedule = studyScheduleId(study, shop);
  const handle = client.schedule.getHandle(schedule);
  if (verb === 'delete') {
    await handle.delete();
    return { done: 'deleted', schedule };
  }
  if (verb === 'create') {
    const { scheduleId: _, ...change } = studySchedule(study, { shop, settings });
    await client.schedule.create({ scheduleId: schedule, ...change }).catch(async (error: unknown) => {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      await handle.update((before) => ({ ...change, state: { paused: before.state.paused, note: before.state.note } }));
    });
  }
  const { info, state } = await handle.describe();
  return { done: verb === 'create' ? 'created' : 'described', schedule, paused: state.paused, next: info.nextActionTimes.slice(0, 3).map((time) => time.toISOString()).join(', ') };
}
