import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure, TemporalFailure } from '@temporalio/common';
import { scrub } from './scrub.ts';

/** Well under the heartbeat time-out of workflows/activity-options.ts; also how soon an activity learns that it was cancelled. */
export const beatEveryMs = 2_000;

/** Errors of the program itself: the next attempt would run the same lines. A TypeError with a cause is a failed `fetch`. */
const isBug = (error: Error): boolean => error.cause === undefined && (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError || error instanceof SyntaxError);

/**
 * What Temporal may keep of a failed activity: code and message without personal data, no cause. Causes carry the words of DuckDB, Postgres and
 * relays, which repeat rows and addresses, and a failure stays in the history.
 */
export function keepable(error: unknown): unknown {
  if (error instanceof CancelledFailure || (error instanceof Error && error.name === 'AbortError')) return error;
  if (error instanceof ApplicationFailure) {
    return ApplicationFailure.create({ type: error.type ?? 'UNKNOWN', message: scrub(error.message), nonRetryable: error.nonRetryable ?? false, nextRetryDelay: error.nextRetryDelay });
  }
  if (error instanceof TemporalFailure) return error;
  if (!(error instanceof Error)) return ApplicationFailure.create({ type: 'UNKNOWN', message: 'Something was thrown that is no error.' });
  const failure = ApplicationFailure.create({ type: error.name, message: scrub(error.message), nonRetryable: isBug(error) });
  // Frames only: the first lines of a stack repeat the message.
  failure.stack = `${failure.name}: ${failure.message}\n${(error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).join('\n')}`;
  return failure;
}

/** Beats for every activity while it runs, so that activity modules stay plain and a killed worker is missed within seconds, and keeps failures clean. */
export function activityEdge(context: Context): { readonly inbound: ActivityInboundCallsInterceptor } {
  return {
    inbound: {
      async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
        context.heartbeat();
        const beat = setInterval(() => { context.heartbeat(); }, beatEveryMs);
        try {
          return await next(input);
        } catch (error) {
          throw keepable(error);
        } finally {
          clearInterval(beat);
        }
      },
    },
  };
}
