import { executeChild, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { CycleSettings } from '../activities/collect/contract.ts';
import type { CycleScope, Relations } from '../activities/contract.ts';
import type { EvaluateActivities, EvaluateResult } from '../activities/evaluate/contract.ts';
import { quick, scan } from './activity-options.ts';
import { awaitOutcomes } from './await-outcomes.ts';
import type { CycleDesk, StepDone } from './cycle-desk.ts';
import { fitWindow } from './fit-window.ts';
import { outcomesId } from './ids.ts';
import type { CampaignRun } from './run-campaign.ts';

const { attributionWindow } = proxyActivities<EvaluateActivities>(quick);
const { outcomesReady, evaluate } = proxyActivities<EvaluateActivities>(scan);

export interface MeasureInput {
  readonly scope: CycleScope;
  readonly relations: Relations;
  readonly settings: CycleSettings;
  readonly campaign: CampaignRun;
  readonly previousCycle?: string;
}

/** The evaluate step: waits out the attribution window where somebody was mailed, then measures. */
export async function measureOutcomes(desk: CycleDesk, { scope, relations, settings, campaign, previousCycle }: MeasureInput): Promise<StepDone<EvaluateResult>> {
  const { sent, plan } = campaign;
  const whole = await attributionWindow({ ...scope, openedAt: sent?.openedAt ?? new Date(Date.now()).toISOString() });
  const { cut, from, to, windowSeconds, maximumWindowSeconds } = fitWindow({ ...whole, windowSeconds: settings.windowSeconds, maximumWindowSeconds: settings.maximumWindowSeconds }, secondsLeft());
  desk.show({ window: { from, to } });
  if (sent && cut) desk.warn(`The attribution window was cut to end at ${to}, so that this cycle ends before its time-out.`);

  let ready: boolean;
  if (sent) {
    desk.waitFor('outcomes');
    const outcomes = await executeChild(awaitOutcomes, {
      workflowId: outcomesId(scope.shop, scope.cycle),
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      // It only waits and looks: there is nothing to clean up.
      parentClosePolicy: 'TERMINATE',
      cancellationType: 'TRY_CANCEL',
      args: [{ ...scope, campaign: plan.campaign, from, to, windowSeconds, maximumWindowSeconds, earlyLooks: settings.earlyLooks }],
    });
    desk.waitFor(undefined);
    outcomes.warnings.forEach((words) => desk.warn(words));
    if (!outcomes.ready) desk.warn(`The shop's data end at ${outcomes.dataUntil || 'an unknown time'} and do not reach ${to}, the end of the window.`);
    ready = outcomes.ready;
  } else {
    ready = (await outcomesReady({ ...scope, from, to })).ready;
  }

  const evaluation = await evaluate({ ...scope, from, to, relations, ready, previousCycle, ...(sent ? { plan } : {}) });
  const rows = Object.values(evaluation.relations).reduce((sum, relation) => sum + relation.rows, 0);
  return { value: evaluation, rows, figures: evaluation.figures, note: evaluation.measured ? '' : evaluation.why, skipped: false };
}

/** Real seconds until the execution's time-out, less what evaluating and writing the report need. */
function secondsLeft(): number {
  const { executionExpirationTime, executionTimeoutMs } = workflowInfo();
  if (!executionExpirationTime || !executionTimeoutMs) return Number.MAX_SAFE_INTEGER;
  return (executionExpirationTime.getTime() - Date.now() - Math.min(executionTimeoutMs / 10, 6 * 3_600_000)) / 1000;
}
