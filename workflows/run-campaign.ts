import { executeChild, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { CampaignActivities, CampaignPlan } from '../activities/campaign/contract.ts';
import type { CycleSettings } from '../activities/collect/contract.ts';
import type { CycleScope, Relations } from '../activities/contract.ts';
import { quick, scan, send } from './activity-options.ts';
import type { CycleDesk, StepDone } from './cycle-desk.ts';
import type { CampaignOutcome } from './cycle-result.ts';
import { sendId } from './ids.ts';
import { rootProblem } from './root-problem.ts';
import { sendCampaign, type SendCampaignResult } from './send-campaign.ts';

const { planCampaign } = proxyActivities<CampaignActivities>(scan);
const { sendProof } = proxyActivities<CampaignActivities>(send);
const { recordApproval } = proxyActivities<CampaignActivities>(quick);

type Verdict = Pick<Parameters<CampaignActivities['recordApproval']>[0], 'decision' | 'by' | 'comment'>;

/** The campaign step: its outcome, the plan, and what was sent where something was. */
export interface CampaignRun {
  readonly outcome: CampaignOutcome;
  readonly plan: CampaignPlan;
  readonly sent?: SendCampaignResult;
}

export interface RunCampaignInput {
  readonly scope: CycleScope;
  readonly relations: Relations;
  readonly settings: CycleSettings;
  readonly approval: 'required' | 'automatic';
  /** Who started the cycle by hand. */
  readonly startedBy?: string;
}

/** Plans, shows the proof, waits for the marketers' word, and sends. Whatever they say, the cycle goes on. */
export async function runCampaign(desk: CycleDesk, { scope, relations, settings, approval, startedBy }: RunCampaignInput): Promise<StepDone<CampaignRun>> {
  const plan = await planCampaign({ ...scope, relations });
  desk.show({ plan });
  const { relations: _, ...summary } = plan;
  if (plan.toSend === 0) {
    const note = `Nobody to mail${plan.leftOut[0] ? `: ${plan.leftOut[0].reason} (${plan.leftOut[0].customers} customers)` : ''}.`;
    return { value: { plan, outcome: { plan: summary, decision: 'nobody_to_mail', by: '' } }, rows: 0, note, skipped: true };
  }

  // Two pairs of eyes where there are two people.
  const author = (settings.marketers ?? 1) > 1 ? startedBy : undefined;
  const verdict = await askMarketers(desk, scope, plan, settings, approval, author);
  const { decision, by } = verdict;
  await recordApproval({ ...scope, campaign: plan.campaign, hash: plan.hash, ...verdict });
  if (decision !== 'approved') {
    const note = decision === 'rejected' ? `Rejected by ${by}: ${verdict.comment || 'no reason given'}.` : `Nobody decided within ${settings.giveUpAfterSeconds / 3600} hours; nothing was mailed.`;
    desk.warn(note);
    return { value: { plan, outcome: { plan: summary, decision, by } }, rows: 0, note, skipped: true };
  }

  const { shop, cycle } = scope;
  const sent = await executeChild(sendCampaign, {
    workflowId: sendId(shop, cycle, plan.campaign.split('/').at(-1) ?? plan.campaign),
    // The ledger refuses a second mail, so a cycle that is run again may send what is still to send.
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    // A cycle that ends in the middle takes its sending with it, and sending cleans up after itself.
    parentClosePolicy: 'REQUEST_CANCEL',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    args: [{
      ...scope, plan, mailsPerSecond: settings.mailsPerSecond, maximumUnsubscribeShare: settings.maximumUnsubscribeShare,
      // A grey-listing server wants minutes; a shop whose week takes seconds cannot give them.
      retryAfterSeconds: Math.min(Math.max(settings.windowSeconds / 1000, 2), 300),
    }],
  });
  sent.warnings.forEach((words) => desk.warn(words));
  return { value: { plan, sent, outcome: { plan: summary, decision, by, dispatch: sent.tally } }, rows: plan.toSend, figures: sent.figures };
}

async function askMarketers(desk: CycleDesk, scope: CycleScope, plan: CampaignPlan, settings: CycleSettings, approval: 'required' | 'automatic', author: string | undefined): Promise<Verdict> {
  const { workflowId } = workflowInfo();
  const asked = Date.now();
  const deadline = asked + settings.giveUpAfterSeconds * 1000;
  const prove = (reminder: boolean): Promise<boolean> => whenRelayAnswers(desk, deadline, () => sendProof({ ...scope, plan, reminder, workflowId }));

  const shown = await prove(false);
  if (approval === 'automatic' && shown) return { decision: 'approved', by: 'automatic', comment: '' };
  let verdict = await desk.verdictUntil(plan, Math.min(deadline, asked + settings.remindAfterSeconds * 1000), author);
  if (!verdict && Date.now() < deadline) {
    await prove(true);
    verdict = await desk.verdictUntil(plan, deadline, author);
  }
  return verdict ? { decision: verdict.decision, by: verdict.by, comment: verdict.comment } : { decision: 'timed_out', by: '', comment: '' };
}

/** Repeats what needs the relay until the relay takes it; false when it never did. */
async function whenRelayAnswers(desk: CycleDesk, deadline: number, work: () => Promise<unknown>): Promise<boolean> {
  for (let waitMs = 5_000; ; waitMs = Math.min(waitMs * 2, 300_000)) {
    try {
      await work();
      desk.waitFor(undefined, '');
      return true;
    } catch (error) {
      const problem = rootProblem(error);
      if (problem?.code !== 'RELAY_UNREACHABLE') throw error;
      desk.waitFor('relay', problem.message);
    }
    if (Date.now() + waitMs > deadline) return false;
    await sleep(waitMs);
  }
}
