import { allHandlersFinished, ApplicationFailure, CancellationScope, condition, continueAsNew, getExternalWorkflowHandle, isCancellation, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { CampaignPlan, DispatchActivities, DispatchTally } from '../activities/campaign/contract.ts';
import type { CycleScope, Relations, StepFigure } from '../activities/contract.ts';
import { send } from './activity-options.ts';
import { rootProblem } from './root-problem.ts';
import { trippedArms } from './guardrail.ts';
import { cancelSignal, changeRateUpdate, pauseSignal, resumeSignal, sendingNotedSignal, sendingQuery, type SendingProgress } from './messages.ts';

const { openDispatch, dispatchPage, reconcileInDoubt, retryFailed, closeDispatch, cancelDispatch } = proxyActivities<DispatchActivities>(send);

/** Two pages at once hide the gap between pages; more would make a stop less immediate. */
const pagesInFlight = 2;
const retryRounds = 2;
/** Every note is an event in two histories. */
const noteEveryMs = 10_000;

export interface SendCampaignInput extends CycleScope {
  readonly plan: CampaignPlan;
  readonly mailsPerSecond: number;
  readonly maximumUnsubscribeShare: number;
  /** Real seconds before the failed are tried a second time; the third time waits three times as long. */
  readonly retryAfterSeconds: number;
  /** Pages a run sends before it continues as new, so that a history stays short. */
  readonly pagesPerRun?: number;
  /** Where the run before this one left off. */
  readonly position?: SendPosition;
}

/** How far sending has come; everything the next run needs to know. */
export interface SendPosition {
  recipients: number;
  pages: number;
  nextPage: number;
  /** 0 for the first way through the pages, then one more for each round of the failed. */
  round: number;
  handedOver: number;
  failed: number;
  suppressed: number;
  mailsPerSecond: number;
  paused: boolean;
  cancelled: boolean;
  stoppedArms: readonly string[];
  warnings: readonly string[];
  /** Pages that have sends whose recipient domain asked for patience, and how long the shortest of it is. */
  again?: readonly number[];
  againAfterMs?: number;
}

export interface SendCampaignResult {
  readonly relations: Relations;
  readonly tally: DispatchTally;
  /** When the first mail could have arrived, ISO 8601, real time. */
  readonly openedAt: string;
  readonly figures: readonly StepFigure[];
  readonly warnings: readonly string[];
  readonly cancelled: boolean;
}

/** Mails an approved plan page by page. The ledger holds the position; this workflow holds the pace, the guardrail and the second chances. */
export async function sendCampaign(input: SendCampaignInput): Promise<SendCampaignResult> {
  const { shop, cycle, asOf, dataFolder, plan, maximumUnsubscribeShare, pagesPerRun = 200 } = input;
  const scope = { shop, cycle, asOf, dataFolder };
  const campaign = { ...scope, campaign: plan.campaign };
  const at: SendPosition = input.position ? { ...input.position } : {
    recipients: 0, pages: 0, nextPage: 0, round: 0, handedOver: 0, failed: 0, suppressed: 0, mailsPerSecond: input.mailsPerSecond,
    paused: false, cancelled: false, stoppedArms: [], warnings: [],
  };
  let phase: 'sending' | 'settling' | 'done' = 'sending';
  let inFlight = 0;
  let relayDown = false;
  let told = Date.now();
  let broken: unknown;
  const stopping = (): boolean => at.cancelled || broken !== undefined;
  const warn = (words: string): void => { at.warnings = [...at.warnings, words]; };

  setHandler(sendingQuery, (): SendingProgress => {
    const { pages, recipients, handedOver, failed, suppressed, mailsPerSecond, stoppedArms, warnings } = at;
    const sending = at.paused ? 'paused' : relayDown ? 'waiting for the relay' : 'sending';
    return { state: at.cancelled ? 'cancelled' : phase === 'sending' ? sending : phase, pages, pagesDone: at.nextPage - inFlight, recipients, handedOver, failed, suppressed, mailsPerSecond, stoppedArms, warnings };
  });
  setHandler(pauseSignal, () => { at.paused = true; });
  setHandler(resumeSignal, () => { at.paused = false; });
  setHandler(cancelSignal, () => { at.cancelled = true; });
  setHandler(changeRateUpdate, (rate) => { at.mailsPerSecond = rate; }, {
    validator(rate) {
      if (!(rate > 0)) throw ApplicationFailure.nonRetryable(`A rate is a number of mails a second over 0, not ${rate}.`, 'COMMAND_INVALID');
    },
  });

  const parent = workflowInfo().parent;
  async function tellCycle(note: string): Promise<void> {
    if (parent) await getExternalWorkflowHandle(parent.workflowId).signal(sendingNotedSignal, { relayDown, note });
  }

  async function dispatch(page: number): Promise<boolean> {
    const result = await dispatchPage({ ...campaign, page, mailsPerSecond: at.mailsPerSecond / pagesInFlight, stoppedArms: at.stoppedArms, contentHash: plan.contentHash }).catch((error: unknown) => {
      if (rootProblem(error)?.code === 'RELAY_UNREACHABLE') return undefined;
      throw error;
    });
    if (!result) return false;
    at.handedOver += result.handedOver;
    at.failed += result.failed;
    at.suppressed += result.suppressed;
    if (result.putOff) {
      at.again = [...at.again ?? [], page];
      at.againAfterMs = Math.min(at.againAfterMs ?? Infinity, result.againAfterMs ?? 0);
    }
    for (const { arm, words } of trippedArms(result.arms, maximumUnsubscribeShare)) {
      if (at.stoppedArms.includes(arm)) continue;
      at.stoppedArms = [...at.stoppedArms, arm];
      warn(words);
      await tellCycle(words);
    }
    return !result.relayDown;
  }

  async function sendPage(page: number): Promise<void> {
    for (let waitSeconds = 5; ; waitSeconds = Math.min(waitSeconds * 2, 300)) {
      await condition(() => !at.paused || stopping());
      if (stopping()) return;
      const taken = await dispatch(page);
      if (taken === relayDown) {
        relayDown = !taken;
        await tellCycle(relayDown ? 'The mail relay does not answer; sending goes on when it does.' : 'The mail relay answers again.');
      }
      if (taken) return;
      await condition(stopping, waitSeconds * 1000);
    }
  }

  function begin(page: number): void {
    inFlight += 1;
    void sendPage(page).catch((error: unknown) => { broken ??= error; }).finally(() => { inFlight -= 1; });
  }

  /** What domains asked to have later, once it is due: a slow domain holds up nobody else's mail. */
  async function sendPutOff(): Promise<void> {
    for (let started = 0; at.again !== undefined && at.again.length > 0 && !stopping();) {
      const pages = at.again;
      const waitMs = Math.min(Math.max(at.againAfterMs ?? 0, 1000), 300_000);
      await condition(stopping, waitMs);
      if (started + pages.length > pagesPerRun && started > 0 && !stopping()) {
        await condition(allHandlersFinished);
        await continueAsNew<typeof sendCampaign>({ ...input, position: at });
      }
      at.again = [];
      at.againAfterMs = undefined;
      for (const page of pages) {
        await condition(() => stopping() || (inFlight < pagesInFlight && !at.paused));
        if (stopping()) break;
        started += 1;
        begin(page);
      }
      await condition(() => inFlight === 0);
    }
    if (broken !== undefined) throw broken;
  }

  async function sendPages(): Promise<void> {
    for (let started = 0; at.nextPage < at.pages; started += 1) {
      if (started >= pagesPerRun) {
        await condition(() => inFlight === 0);
        if (stopping()) break;
        await condition(allHandlersFinished);
        await continueAsNew<typeof sendCampaign>({ ...input, position: at });
      }
      await condition(() => stopping() || (inFlight < pagesInFlight && !at.paused));
      if (stopping()) break;
      const page = at.nextPage;
      at.nextPage += 1;
      begin(page);
      if (Date.now() - told >= noteEveryMs) {
        told = Date.now();
        await tellCycle(`${page} of ${at.pages} pages`);
      }
    }
    await condition(() => inFlight === 0);
    if (broken !== undefined) throw broken;
  }

  try {
    if (!input.position) Object.assign(at, await openDispatch({ ...scope, plan }));
    for (;;) {
      phase = 'sending';
      await sendPages();
      await sendPutOff();
      phase = 'settling';
      const settled = await reconcileInDoubt(campaign);
      if (at.cancelled || at.round === retryRounds) break;
      // What the relay's log proves never came is to be sent like what failed.
      if (settled.returned + (await retryFailed(campaign)).returned === 0) break;
      await condition(() => at.cancelled, input.retryAfterSeconds * 1000 * 3 ** at.round);
      at.round += 1;
      at.nextPage = 0;
    }
    const unsent = at.cancelled || at.stoppedArms.length > 0 ? (await cancelDispatch(campaign)).cancelled : 0;
    if (at.cancelled) warn(`Sending was cancelled: ${unsent} mails were not sent.`);
    const { relations, tally, openedAt, figures } = await closeDispatch({ ...campaign, plan });
    const lost = tally.failed + tally.softBounced;
    if (lost > 0) warn(`${lost} of ${at.recipients} mails could not be delivered, the last after ${at.round + 1} attempts.`);
    if (tally.planned > 0) warn(`${tally.planned} mails were not sent.`);
    if (tally.inDoubt > 0) warn(`${tally.inDoubt} mails are in doubt: nobody can say whether the relay took them, so they are not sent again.`);
    phase = 'done';
    await condition(allHandlersFinished);
    return { relations, tally, openedAt, figures, warnings: at.warnings, cancelled: at.cancelled };
  } catch (error) {
    if (!isCancellation(error)) throw error;
    at.cancelled = true;
    await CancellationScope.nonCancellable(async () => {
      await condition(() => inFlight === 0);
      await reconcileInDoubt(campaign);
      await cancelDispatch(campaign);
    });
    throw error;
  }
}
