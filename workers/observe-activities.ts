import type { Context } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';
import { logFields } from './open-log.ts';
import { stepOfActivity } from './step-of-activity.ts';

/** Counts every activity and writes one line about it: shop, cycle, step, attempt, seconds, and the code of its failure. */
export function observeActivities({ log, metrics }: { readonly log: Logger; readonly metrics: Metrics }): (context: Context) => { readonly inbound: ActivityInboundCallsInterceptor } {
  return ({ info }) => ({
    inbound: {
      async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
        const { activityType: activity, attempt } = info;
        const step = stepOfActivity(activity);
        const began = performance.now();
        const seconds = (): number => Math.round(performance.now() - began) / 1000;
        const about = { activityType: activity, attempt, step, workflowId: info.workflowExecution?.workflowId };
        metrics.activityBegan(activity);
        try {
          const result = await next(input);
          for (const { rows, bytes } of relationsOf(result)) metrics.rowsWritten(step, rows, bytes);
          metrics.activityEnded(activity, step, seconds(), undefined);
          log.debug(logFields({ ...about, seconds: seconds() }), 'activity done');
          return result;
        } catch (error) {
          const fields = logFields({ ...about, seconds: seconds(), error });
          metrics.activityEnded(activity, step, seconds(), String(fields['code']));
          log.warn(fields, 'activity failed');
          throw error;
        }
      },
    },
  });
}

function relationsOf(result: unknown): { readonly rows: number; readonly bytes: number }[] {
  if (typeof result !== 'object' || result === null || !('relations' in result) || typeof result.relations !== 'object' || result.relations === null) return [];
  return Object.values(result.relations).filter((ref): ref is { rows: number; bytes: number } => typeof ref === 'object' && ref !== null && 'rows' in ref && 'bytes' in ref);
}
