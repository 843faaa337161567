import { ApplicationFailure } from '@temporalio/common';
import { ClienteleError } from '../gateways/errors.ts';

/**
 * An error as Temporal should see it: the table's code as type, and no retry where trying again is useless. Everything else is passed on as it is,
 * cancellation above all. The cause stays behind: it repeats rows and addresses, and a failure stays in the history.
 */
export function asApplicationFailure(error: unknown): unknown {
  if (!(error instanceof ClienteleError)) return error;
  return ApplicationFailure.create({ type: error.code, message: error.message, nonRetryable: error.permanent });
}

/** The same activities, whose ClienteleErrors reach Temporal as ApplicationFailures. The one place where that happens. */
export function atTheEdge<Activities extends object>(activities: Activities): Activities {
  const wrapped = Object.entries(activities).map(([name, activity]) => {
    if (typeof activity !== 'function') return [name, activity] as const;
    return [name, async (...parameters: unknown[]): Promise<unknown> => {
      try {
        return await activity.apply(activities, parameters);
      } catch (error) {
        throw asApplicationFailure(error);
      }
    }] as const;
  });
  return Object.fromEntries(wrapped) as Activities;
}
