import { twoProportionTest } from '../../algorithms/statistics/two-proportion-test.ts';
import { summariseSample, welchTest } from '../../algorithms/statistics/welch-test.ts';
import type { Effect } from './contract.ts';

/** What one assigned customer did within the window; the assignment counts, whether or not the mail arrived. */
export interface CustomerOutcome {
  readonly arm: string;
  readonly segment: string;
  readonly converted: boolean;
  readonly revenue: number;
  readonly margin: number;
}

const holdout = 'holdout';

/**
 * Every mailed arm, and all of them together, against the holdout: conversion by two proportions with Newcombe's interval, revenue and margin a
 * customer by Welch's test; the conversion also segment by segment. Groups too small for a test are left out.
 */
export function computeEffects(outcomes: readonly CustomerOutcome[]): Effect[] {
  const arms = [...new Set(outcomes.map((outcome) => outcome.arm))].filter((arm) => arm !== holdout).sort();
  const segments = [...new Set(outcomes.map((outcome) => outcome.segment))].sort();
  const effects: Effect[] = [];
  const compare = (metric: Metric, arm: string, segment: string): void => {
    const inSegment = outcomes.filter((outcome) => segment === 'all' || outcome.segment === segment);
    const treated = inSegment.filter((outcome) => (arm === 'all' ? outcome.arm !== holdout : outcome.arm === arm));
    const control = inSegment.filter((outcome) => outcome.arm === holdout);
    if (treated.length < 2 || control.length < 2) return;
    effects.push({ metric, arm, segment, treated: treated.length, control: control.length, ...(metric === 'conversion' ? byProportions(treated, control) : byMeans(treated, control, metric)) });
  };
  for (const metric of ['conversion', 'revenue', 'margin'] as const) {
    compare(metric, 'all', 'all');
    if (arms.length > 1) for (const arm of arms) compare(metric, arm, 'all');
  }
  for (const segment of segments) compare('conversion', 'all', segment);
  return effects;
}

type Metric = 'conversion' | 'revenue' | 'margin';
type Comparison = Pick<Effect, 'treatedMean' | 'controlMean' | 'difference' | 'lower' | 'upper' | 'pValue'>;

function byProportions(treated: readonly CustomerOutcome[], control: readonly CustomerOutcome[]): Comparison {
  const proportion = (group: readonly CustomerOutcome[]): { successes: number; trials: number } => ({ successes: group.filter((outcome) => outcome.converted).length, trials: group.length });
  const [t, c] = [proportion(treated), proportion(control)];
  const { difference, interval, pValue } = twoProportionTest(t, c);
  return { treatedMean: t.successes / t.trials, controlMean: c.successes / c.trials, difference, lower: interval.lower, upper: interval.upper, pValue };
}

function byMeans(treated: readonly CustomerOutcome[], control: readonly CustomerOutcome[], metric: 'revenue' | 'margin'): Comparison {
  const [t, c] = [treated, control].map((group) => summariseSample(Float64Array.from(group, (outcome) => outcome[metric]))) as [ReturnType<typeof summariseSample>, ReturnType<typeof summariseSample>];
  const { difference, interval, pValue } = welchTest(t, c);
  return { treatedMean: t.mean, controlMean: c.mean, difference, lower: interval.lower, upper: interval.upper, pValue };
}
