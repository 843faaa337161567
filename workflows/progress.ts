import type { CampaignPlan } from '../activities/campaign/contract.ts';
import type { StepFigure, StepName, CycleScope } from '../activities/contract.ts';

/** The steps of a cycle in their order. */
const stepNames: readonly StepName[] = ['collect', 'preprocess', 'profile', 'analyse', 'campaign', 'evaluate', 'feedback'];

export interface StepProgress {
  readonly name: StepName;
  readonly state: 'waiting' | 'running' | 'done' | 'held' | 'skipped';
  /** Rows read by collect, mails planned by campaign, rows written by the others. */
  readonly rows: number;
  /** Real seconds, waits included; 0 until the step is over. */
  readonly seconds: number;
  readonly note: string;
  readonly figures: readonly StepFigure[];
  /** ISO 8601, from the first start on. */
  readonly startedAt?: string;
}

export interface CycleProgress {
  readonly shop: string;
  readonly cycle: string;
  readonly asOf: string;
  readonly state: 'running' | 'held' | 'finished' | 'abandoned' | 'cancelled';
  readonly steps: readonly StepProgress[];
  /** What the cycle cannot go on without. */
  readonly waitsFor?: 'repair' | 'approval' | 'relay' | 'outcomes';
  readonly held?: { readonly code: string; readonly message: string };
  /** The attribution window in the shop's time, once it is open. */
  readonly window?: { readonly from: string; readonly to: string };
  readonly plan?: CampaignPlan;
  readonly warnings: readonly string[];
}

/** Progress of a cycle that has not begun its first step. */
export function openProgress(scope: CycleScope): CycleProgress {
  const { shop, cycle, asOf } = scope;
  return { shop, cycle, asOf, state: 'running', warnings: [], steps: stepNames.map((name) => ({ name, state: 'waiting', rows: 0, seconds: 0, note: '', figures: [] })) };
}

/** The progress with one step changed. */
export function withStep(progress: CycleProgress, name: StepName, change: Partial<StepProgress>): CycleProgress {
  return { ...progress, steps: progress.steps.map((step) => (step.name === name ? { ...step, ...change } : step)) };
}

/** The progress while it waits; `undefined` when it goes on. */
export function withWait(progress: CycleProgress, waitsFor: CycleProgress['waitsFor'], held?: CycleProgress['held']): CycleProgress {
  return { ...progress, waitsFor, held, state: waitsFor === 'repair' ? 'held' : 'running' };
}

/** The step that is under way, when one is. */
export function currentStep(progress: CycleProgress): StepProgress | undefined {
  return progress.steps.find((step) => step.state === 'running' || step.state === 'held');
}
