import type { StepName } from '../activities/contract.ts';
import type { CycleRun } from './run-cycle.ts';
import type { PeerRun } from './run-peer.ts';
import { ratio, spread, type Spread } from './spread.ts';
import { stepNames } from './step-of-activity.ts';
import { textTable } from './text-table.ts';

/** The steps whose work the peer does too; of the campaign it does the plan, and no proof, ledger or mail. */
const sharedSteps: readonly StepName[] = ['collect', 'preprocess', 'profile', 'analyse'];

export interface StepReport {
  readonly step: StepName;
  readonly seconds: Spread;
  readonly rows: number;
  readonly rowsPerSecond: number;
  /** Temporal's own seconds within the step. */
  readonly temporal: Spread;
  /** Absent for steps the peer does not have. */
  readonly peerSeconds?: Spread;
  readonly ratio?: number;
}

export interface CycleReport {
  readonly scale: string;
  readonly runs: number;
  readonly machine: { readonly cores: number; readonly model: string; readonly node: string };
  readonly steps: readonly StepReport[];
  /** The whole cycle with evaluation and feedback, which the peer does not have, against the whole peer; waiting is left out. */
  readonly cycle: { readonly seconds: Spread; readonly peerSeconds: Spread; readonly ratio: number };
  /** Planning the campaign: the activity `planCampaign`. */
  readonly plan: { readonly seconds: Spread; readonly peerSeconds: Spread; readonly ratio: number };
  /** The work that both do: four steps and the plan. */
  readonly shared: { readonly seconds: Spread; readonly peerSeconds: Spread; readonly ratio: number };
  readonly peakBytes: { readonly own: Spread; readonly peer: Spread; readonly ratio: number };
  /** Share of working time that is Temporal's own (bench/temporal-share.ts). */
  readonly temporalShare: Spread;
}

/** Medians and ranges of the runs of both sides. */
export function cycleReport({ scale, machine, own, peer }: { readonly scale: string; readonly machine: CycleReport['machine']; readonly own: readonly CycleRun[]; readonly peer: readonly PeerRun[] }): CycleReport {
  const stepsOf = (run: CycleRun, step: StepName) => run.steps.find(({ name }) => name === step);
  const steps = stepNames.map((step): StepReport => {
    const seconds = spread(own.map((run) => stepsOf(run, step)?.seconds ?? 0));
    const rows = stepsOf(own[0]!, step)?.rows ?? 0;
    const temporal = spread(own.map((run) => run.share.byStep[step] ?? 0));
    const base = { step, seconds, rows, rowsPerSecond: rows / seconds.median, temporal };
    if (!sharedSteps.includes(step)) return base;
    const peerSeconds = spread(peer.map((run) => run.seconds[step] ?? 0));
    return { ...base, peerSeconds, ratio: ratio(seconds, peerSeconds) };
  });
  const peerSeconds = spread(peer.map((run) => sum(Object.values(run.seconds))));
  const whole = spread(own.map((run) => run.share.working + run.share.temporal));
  const planOf = (run: CycleRun): number => run.share.byActivity['planCampaign'] ?? 0;
  const plan = { own: spread(own.map(planOf)), peer: spread(peer.map((run) => run.seconds['campaign'] ?? 0)) };
  const shared = spread(own.map((run) => sum(sharedSteps.map((step) => stepsOf(run, step)?.seconds ?? 0)) + planOf(run)));
  const peaks = { own: spread(own.map((run) => run.peakBytes)), peer: spread(peer.map((run) => run.peakBytes)) };
  return {
    scale, runs: own.length, machine, steps,
    cycle: { seconds: whole, peerSeconds, ratio: ratio(whole, peerSeconds) },
    plan: { seconds: plan.own, peerSeconds: plan.peer, ratio: ratio(plan.own, plan.peer) },
    shared: { seconds: shared, peerSeconds, ratio: ratio(shared, peerSeconds) },
    peakBytes: { ...peaks, ratio: ratio(peaks.own, peaks.peer) },
    temporalShare: spread(own.map((run) => run.share.share)),
  };
}

/** The report as people read it. */
export function renderCycleReport(report: CycleReport): string {
  const { steps, cycle, shared, plan, peakBytes, temporalShare, machine } = report;
  const megabytes = (bytes: number): string => (Number.isNaN(bytes) ? 'not known' : `${Math.round(bytes / 1e6)} MB`);
  const table = textTable(['step', 'seconds', 'range', 'rows', 'rows/s', 'Temporal', 'peer', 'range', 'ratio'], [
    ...steps.map(({ step, seconds, rows, rowsPerSecond, temporal, peerSeconds, ratio: times }) => [
      step, fixed(seconds.median), range(seconds), rows.toLocaleString('en'), Math.round(rowsPerSecond).toLocaleString('en'), fixed(temporal.median),
      peerSeconds === undefined ? '' : fixed(peerSeconds.median), peerSeconds === undefined ? '' : range(peerSeconds), times === undefined ? '' : timesOf(times),
    ]),
    ...([['campaign: the plan', plan], ['same work', shared], ['whole cycle', cycle]] as const).map(([label, { seconds, peerSeconds: others, ratio: times }]) => [
      label, fixed(seconds.median), range(seconds), '', '', '', fixed(others.median), range(others), timesOf(times),
    ]),
  ]);
  return [
    `Scale ${report.scale}, ${report.runs} runs of each side in turn, medians and ranges in seconds, on ${machine.cores} cores (${machine.model}), Node ${machine.node}.`,
    'Both sides gave the same answers.',
    '',
    table,
    '',
    `Peak memory: ${megabytes(peakBytes.own.median)} in the worker process, ${megabytes(peakBytes.peer.median)} in the peer's, ratio ${timesOf(peakBytes.ratio)}.`,
    `Temporal's own share of the cycle: ${(temporalShare.median * 100).toFixed(2)} % (${(temporalShare.least * 100).toFixed(2)} to ${(temporalShare.most * 100).toFixed(2)} %).`,
  ].join('\n');
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const fixed = (seconds: number): string => seconds.toFixed(2);
const range = ({ least, most }: Spread): string => `${fixed(least)}–${fixed(most)}`;
const timesOf = (value: number): string => (Number.isNaN(value) ? 'not known' : `${value.toFixed(2)}x`);
