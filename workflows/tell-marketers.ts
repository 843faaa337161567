import { isCancellation, patched, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { CycleScope } from '../activities/contract.ts';
import type { TellActivities, TellInput } from '../activities/tell/contract.ts';
import { send } from './activity-options.ts';
import { rootProblem } from './root-problem.ts';

const longestMs = 15 * 60_000;
/** Left of the workflow's own time for its last lines. */
const spareMs = 10_000;

/** Tells the marketers how a cycle ended; what went wrong with it in words, empty when nothing did. */
export async function tellMarketers({ shop, cycle, asOf }: CycleScope, ended: Pick<TellInput, 'outcome' | 'reason' | 'warnings'>): Promise<string> {
  // Cycles that began before there was this mail end without it.
  if (!patched('report-mail')) return '';
  const expires = workflowInfo().executionExpirationTime;
  // A mail about a cycle must not keep the cycle from ending: a relay that stays down is given up after some minutes.
  const scheduleToCloseTimeout = Math.max(Math.min(longestMs, (expires?.getTime() ?? Infinity) - Date.now() - spareMs), 1_000);
  const { tellMarketers: mailThem } = proxyActivities<TellActivities>({ ...send, startToCloseTimeout: '5 minutes', scheduleToCloseTimeout, retry: { initialInterval: '1 second', backoffCoefficient: 3, maximumInterval: '1 minute', maximumAttempts: 6 } });
  try {
    const { inDoubt } = await mailThem({ shop, cycle, asOf, ...ended });
    return inDoubt === 0 ? '' : `Nobody can say whether the report mail reached ${inDoubt} of the marketers: the process died while it was sent, and the relay's log is not known. It is not sent again.`;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return `The report mail was not sent: ${rootProblem(error)?.code ?? 'unknown'}.`;
  }
}
