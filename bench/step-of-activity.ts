import type { StepName } from '../activities/contract.ts';

const steps: Readonly<Record<StepName, readonly string[]>> = {
  collect: ['readCycleSettings', 'collect', 'audit'],
  preprocess: ['preprocess'],
  profile: ['profile'],
  analyse: ['analyse', 'reuseLastSegmentation'],
  campaign: ['planCampaign', 'sendProof', 'recordApproval', 'openDispatch', 'dispatchPage', 'reconcileInDoubt', 'retryFailed', 'closeDispatch', 'cancelDispatch'],
  evaluate: ['attributionWindow', 'outcomesReady', 'lookEarly', 'evaluate'],
  feedback: ['decide', 'writeReport'],
};

/** The steps of a cycle in order. */
export const stepNames: readonly StepName[] = Object.keys(steps) as StepName[];

/** The step an activity works for; its own name for one that is of no step. */
export const stepOfActivity = (activity: string): string => stepNames.find((step) => steps[step].includes(activity)) ?? activity;
