import { ApplicationFailure, condition, isCancellation, log, setHandler, workflowInfo } from '@temporalio/workflow';
import type { CampaignPlan } from '../activities/campaign/contract.ts';
import type { CycleScope, StepFigure, StepName } from '../activities/contract.ts';
import { abandonUpdate, approvePlanUpdate, progressQuery, rejectPlanUpdate, resumeUpdate, sendingNotedSignal, type Abandonment, type PlanVerdict } from './messages.ts';
import { currentStep, openProgress, withStep, withWait, type CycleProgress } from './progress.ts';
import { rootProblem, type Problem } from './root-problem.ts';

/** What a step did, for the next step (`value`) and for people (the rest). */
export interface StepDone<Value> {
  readonly value: Value;
  readonly rows: number;
  readonly figures?: readonly StepFigure[];
  readonly note?: string;
  readonly skipped?: boolean;
}

/** Where people meet a running cycle: they see its progress, decide on its plan, resume it after a repair, or abandon it. */
export interface CycleDesk {
  readonly progress: CycleProgress;
  readonly abandoned: Abandonment | undefined;
  /** Runs a step; a failure holds the cycle until somebody resumes it, then the step runs again with the next attempt (1, 2, …). */
  step<Value>(name: StepName, work: (attempt: number) => Promise<StepDone<Value>>): Promise<Value>;
  /** Shows what the cycle waits for; `undefined` ends the wait. */
  waitFor(what: 'approval' | 'relay' | 'outcomes' | undefined, note?: string): void;
  /** Waits for the verdict on a plan until the deadline (ms since the epoch); `undefined` when nobody spoke. The author may reject it, not approve it. */
  verdictUntil(plan: CampaignPlan, deadline: number, author?: string): Promise<({ readonly decision: 'approved' | 'rejected' } & PlanVerdict) | undefined>;
  show(change: Pick<CycleProgress, 'window'> | Pick<CycleProgress, 'plan'>): void;
  warn(words: string): void;
  close(state: 'finished' | 'abandoned' | 'cancelled'): void;
}

function refuse(message: string, code: string): never {
  throw ApplicationFailure.nonRetryable(message, code);
}

const sameName = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase();

/**
 * Opens the desk and registers the query and the updates.
 * @param onAbandon called once, when a person ends the cycle
 */
export function openCycleDesk(scope: CycleScope, onAbandon: () => void): CycleDesk {
  let progress = openProgress(scope);
  let resumed = false;
  let abandoned: Abandonment | undefined;
  let verdict: ({ readonly decision: 'approved' | 'rejected' } & PlanVerdict) | undefined;
  /** Hash of the plan that people may decide on; a reminder that waits for the relay does not close the question. */
  let asked: string | undefined;
  let authorOfAsked: string | undefined;

  const waitsForNothing = (command: string): never => refuse(`Cycle ${scope.cycle} waits for nothing that \`${command}\` could give it; it is ${progress.state}${progress.waitsFor ? `, waiting for ${progress.waitsFor}` : ''}.`, 'CYCLE_NOT_WAITING');
  const mayDecide = ({ hash }: PlanVerdict): void => {
    if (asked === undefined || verdict) waitsForNothing('approve');
    if (hash !== asked) refuse(`Plan ${hash} is not the plan that waits, ${asked}. Look at the newest proof and decide on that.`, 'PLAN_CHANGED');
  };
  const mayApprove = (given: PlanVerdict): void => {
    mayDecide(given);
    if (authorOfAsked !== undefined && sameName(given.by, authorOfAsked)) refuse(`${given.by} started this cycle, so another marketer must approve its plan.`, 'APPROVER_IS_AUTHOR');
  };
  setHandler(progressQuery, () => progress);
  setHandler(approvePlanUpdate, (given) => { verdict = { decision: 'approved', ...given }; }, { validator: mayApprove });
  setHandler(rejectPlanUpdate, (given) => { verdict = { decision: 'rejected', ...given }; }, { validator: mayDecide });
  setHandler(resumeUpdate, () => { resumed = true; }, { validator: () => { if (progress.waitsFor !== 'repair' || resumed) waitsForNothing('resume'); } });
  setHandler(abandonUpdate, (given) => { abandoned = given; onAbandon(); }, {
    validator: (_given: Abandonment) => { if (abandoned || (progress.state !== 'running' && progress.state !== 'held')) waitsForNothing('abandon'); },
  });
  setHandler(sendingNotedSignal, ({ relayDown, note }) => { waitFor(relayDown ? 'relay' : undefined, note); });

  function noteStep(note: string | undefined): void {
    const step = currentStep(progress);
    if (step && note !== undefined) progress = withStep(progress, step.name, { note });
  }

  function waitFor(what: CycleProgress['waitsFor'], note?: string): void {
    progress = withWait(progress, what);
    noteStep(note);
  }

  async function hold(name: StepName, problem: Problem): Promise<void> {
    log.warn('cycle held', { step: name, code: problem.code });
    resumed = false;
    progress = withStep(withWait(progress, 'repair', problem), name, { state: 'held', note: problem.message });
    const expires = workflowInfo().executionExpirationTime;
    // A cycle that its time-out would kill ends itself before, so that it can say so and leave nothing behind.
    const left = expires && expires.getTime() - Date.now() - 60_000;
    if (left === undefined) await condition(() => resumed);
    else if (!(await condition(() => resumed, Math.max(left, 1)))) {
      abandoned = { by: 'time-out', reason: `nobody resumed it: ${problem.code}` };
      onAbandon();
      await condition(() => false);
    }
    progress = withStep(withWait(progress, undefined), name, { state: 'running', note: '' });
  }

  return {
    get progress() { return progress; },
    get abandoned() { return abandoned; },
    waitFor,
    async step(name, work) {
      const started = Date.now();
      progress = withStep(progress, name, { state: 'running', startedAt: new Date(started).toISOString() });
      for (let attempt = 1; ; attempt += 1) {
        try {
          const { value, rows, figures = [], note = '', skipped } = await work(attempt);
          asked = undefined;
          const seconds = (Date.now() - started) / 1000;
          progress = withStep(withWait(progress, undefined), name, { state: skipped ? 'skipped' : 'done', rows, seconds, figures, note });
          log.info('step done', { step: name, rows, seconds });
          return value;
        } catch (error) {
          const problem = isCancellation(error) ? undefined : rootProblem(error);
          if (!problem) throw error;
          await hold(name, problem);
        }
      }
    },
    async verdictUntil(plan, deadline, author) {
      progress = { ...withWait(progress, 'approval'), plan };
      asked = plan.hash;
      authorOfAsked = author;
      await condition(() => verdict !== undefined, Math.max(deadline - Date.now(), 1));
      const given = verdict;
      if (given) {
        asked = undefined;
        verdict = undefined;
        waitFor(undefined);
      }
      return given;
    },
    show(change) { progress = { ...progress, ...change }; },
    warn(words) { progress = { ...progress, warnings: [...progress.warnings, words] }; },
    close(state) { progress = { ...withWait(progress, undefined), state }; },
  };
}
