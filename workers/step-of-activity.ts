import type { StepName } from '../activities/contract.ts';

const steps: Readonly<Record<StepName, readonly string[]>> = {
  collect: ['readCycleSettings', 'collect', 'audit'],
  preprocess: ['preprocess'],
  profile: ['profile'],
  analyse: ['analyse', 'reuseLastSegmentation'],
  campaign: ['planCampaign', 'sendProof', 'recordApproval', 'openDispatch', 'dispatchPage', 'reconcileInDoubt', 'retryFailed', 'closeDispatch', 'cancelDispatch'],
  evaluate: ['attributionWindow', 'outcomesReady', 'lookEarly', 'evaluate'],
  feedback: ['decide', 'writeReport', 'tellMarketers'],
};
const known = new Map(Object.entries(steps).flatMap(([step, names]) => names.map((name) => [name, step] as const)));

/** The step of the loop that an activity belongs to; its own name where it stands beside the loop. */
export const stepOfActivity = (activity: string): string => known.get(activity) ?? activity;
