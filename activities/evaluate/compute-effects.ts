import { holm } from '../../algorithms/statistics/adjusted-p-values.ts';
import { cuped } from '../../algorithms/statistics/cuped.ts';
import type { CovariateSample } from '../../algorithms/statistics/cuped.ts';
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
  /** Spent before the customer was first assigned to an arm. */
  readonly revenueBefore: number;
}

const holdout = 'holdout';

/**
 * Every mailed arm, and all of them together, against the holdout: conversion by two proportions with Newcombe's interval, revenue and margin a
 * customer by Welch's test, and revenue once more corrected by what the same customers spent before (CUPED). The conversion also segment by
 * segment, with Holm's p-values over the segments. Groups too small for a test are left out.
 */
export function computeEffects(outcomes: readonly CustomerOutcome[]): Effect[] {
  const arms = [...new Set(outcomes.map((outcome) => outcome.arm))].filter((arm) => arm !== holdout).sort();
  const compare = (metric: Metric, arm: string, segment: string, of: readonly CustomerOutcome[]): Effect[] => {
    const treated = of.filter((outcome) => (arm === 'all' ? outcome.arm !== holdout : outcome.arm === arm));
    const control = of.filter((outcome) => outcome.arm === holdout);
    if (treated.length < 2 || control.length < 2) return [];
    return [{ metric, arm, segment, treated: treated.length, control: control.length, ...comparisons[metric](treated, control) }];
  };
  const overall = (Object.keys(comparisons) as Metric[]).flatMap((metric) => ['all', ...(arms.length > 1 ? arms : [])].flatMap((arm) => compare(metric, arm, 'all', outcomes)));
  const bySegment = [...Map.groupBy(outcomes, (outcome) => outcome.segment)].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([segment, of]) => compare('conversion', 'all', segment, of));
  const corrected = holm(bySegment.map((effect) => effect.pValue));
  return [...overall, ...bySegment.map((effect, place) => ({ ...effect, adjustedPValue: corrected[place]! }))];
}

type Comparison = Pick<Effect, 'treatedMean' | 'controlMean' | 'difference' | 'lower' | 'upper' | 'pValue'>;
type Compare = (treated: readonly CustomerOutcome[], control: readonly CustomerOutcome[]) => Comparison;
type Metric = keyof typeof comparisons;

const comparisons = {
  conversion: (treated, control) => {
    const [t, c] = [treated, control].map((group) => ({ successes: group.filter((outcome) => outcome.converted).length, trials: group.length })) as [Share, Share];
    const { difference, interval, pValue } = twoProportionTest(t, c);
    return { treatedMean: t.successes / t.trials, controlMean: c.successes / c.trials, difference, ...interval, pValue };
  },
  revenue: byMeans('revenue'),
  margin: byMeans('margin'),
  revenue_corrected: (treated, control) => {
    const sample = (group: readonly CustomerOutcome[]): CovariateSample => ({ values: column(group, 'revenue'), covariates: column(group, 'revenueBefore') });
    const { treatmentMean, controlMean, difference, interval, pValue } = cuped(sample(treated), sample(control));
    return { treatedMean: treatmentMean, controlMean, difference, ...interval, pValue };
  },
} as const satisfies Record<string, Compare>;

interface Share {
  readonly successes: number;
  readonly trials: number;
}

function column(group: readonly CustomerOutcome[], name: 'revenue' | 'margin' | 'revenueBefore'): Float64Array {
  return Float64Array.from(group, (outcome) => outcome[name]);
}

function byMeans(name: 'revenue' | 'margin'): Compare {
  return (treated, control) => {
    const [t, c] = [summariseSample(column(treated, name)), summariseSample(column(control, name))];
    const { difference, interval, pValue } = welchTest(t, c);
    return { treatedMean: t.mean, controlMean: c.mean, difference, ...interval, pValue };
  };
}
