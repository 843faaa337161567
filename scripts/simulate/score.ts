import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { wilsonInterval } from '../../algorithms/statistics/wilson-interval.ts';

/** A week of a shop under one policy. */
export interface WeekScore {
  readonly mailed: number;
  /** After returns, coupons, free shipping and the letters' own cost. */
  readonly margin: number;
  /** Of the week's letters, a mailed customer. */
  readonly trueEffect: { readonly conversion: number; readonly revenue: number };
}

interface Measured {
  readonly difference: number;
  readonly lower: number;
  readonly upper: number;
}

/** A week of the loop, with what its cycle said of it. */
export interface CycleScore extends WeekScore {
  readonly measured: { readonly conversion?: Measured; readonly revenue?: Measured };
  /** The two arms have letters that work alike: a winner is a mistake. */
  readonly declaredWinner: boolean;
  readonly decisions: readonly string[];
  readonly warnings: readonly string[];
}

export const rivals = ['no mail', 'same offer', 'response model'] as const;
export type Rival = (typeof rivals)[number];

/** What came of one seed. */
export interface SeedScore {
  readonly seed: number;
  readonly customers: number;
  readonly weeks: number;
  /** Most letters a week, for every policy. */
  readonly letters: number;
  /** The one offer of the rivals that mail. */
  readonly offer: string;
  readonly loop: readonly CycleScore[];
  readonly rivals: Readonly<Record<Rival, readonly WeekScore[]>>;
  /** Letters a week in the same shop where letters do nothing; absent where it was not run. */
  readonly withoutEffect?: readonly number[];
}

export interface Interval {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/** Over seeds. Money is a customer of the shop over all weeks, more than without any mail. */
export interface Verdict {
  readonly seeds: number;
  readonly incremental: Readonly<Record<'loop' | Exclude<Rival, 'no mail'>, Interval>>;
  /** Seeds in which the loop brought more. */
  readonly beats: Readonly<Record<Rival, number>>;
  readonly difference: Readonly<Record<Rival, Interval>>;
  readonly lastBeatFirst: number;
  readonly lastLessFirst: Interval;
  /** Cycles whose 95 % interval held the true effect. */
  readonly coverage: Readonly<Record<'conversion' | 'revenue', { readonly held: number; readonly of: number; readonly lower: number; readonly upper: number }>>;
  readonly falseWinners: { readonly cycles: number; readonly of: number; readonly seeds: number };
  /** Where letters do nothing: seeds that ended mailing fewer, and the mean letters of the first and the last week. */
  readonly withoutEffect?: { readonly fewer: number; readonly of: number; readonly first: number; readonly last: number };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Margin a customer more than without mail, in weeks `from` to `to`. */
export function incrementalMargin(score: SeedScore, policy: 'loop' | Rival, from = 0, to = Infinity): number {
  const weeks = (policy === 'loop' ? score.loop : score.rivals[policy]).slice(from, to);
  const without = score.rivals['no mail'].slice(from, to);
  return (sum(weeks.map(({ margin }) => margin)) - sum(without.map(({ margin }) => margin))) / score.customers;
}

/** What many seeds say together. */
export function judgeSeeds(scores: readonly SeedScore[]): Verdict {
  const differences = (rival: Rival): number[] => scores.map((score) => incrementalMargin(score, 'loop') - incrementalMargin(score, rival));
  const over = <Value>(make: (rival: Rival) => Value): Record<Rival, Value> => ({ 'no mail': make('no mail'), 'same offer': make('same offer'), 'response model': make('response model') });
  const growth = scores.map((score) => incrementalMargin(score, 'loop', score.weeks - part(score)) - incrementalMargin(score, 'loop', 0, part(score)));
  const cycles = scores.flatMap(({ loop }) => loop);
  const covered = (metric: 'conversion' | 'revenue') => {
    const measured = cycles.flatMap((cycle) => (cycle.measured[metric] === undefined ? [] : [{ ...cycle.measured[metric], truth: cycle.trueEffect[metric] }]));
    const held = measured.filter(({ lower, upper, truth }) => lower <= truth && truth <= upper).length;
    return { held, of: measured.length, ...(measured.length === 0 ? { lower: 0, upper: 1 } : wilsonInterval({ successes: held, trials: measured.length })) };
  };
  const idle = scores.flatMap(({ withoutEffect }) => (withoutEffect === undefined ? [] : [withoutEffect]));
  return {
    seeds: scores.length,
    incremental: { loop: intervalOf(scores.map((score) => incrementalMargin(score, 'loop'))), 'same offer': intervalOf(scores.map((score) => incrementalMargin(score, 'same offer'))), 'response model': intervalOf(scores.map((score) => incrementalMargin(score, 'response model'))) },
    beats: over((rival) => differences(rival).filter((difference) => difference > 0).length),
    difference: over((rival) => intervalOf(differences(rival))),
    lastBeatFirst: growth.filter((difference) => difference > 0).length, lastLessFirst: intervalOf(growth),
    coverage: { conversion: covered('conversion'), revenue: covered('revenue') },
    falseWinners: { cycles: cycles.filter(({ declaredWinner }) => declaredWinner).length, of: cycles.length, seeds: scores.filter(({ loop }) => loop.some(({ declaredWinner }) => declaredWinner)).length },
    ...(idle.length === 0 ? {} : { withoutEffect: { fewer: idle.filter((weeks) => weeks.at(-1)! < weeks[0]!).length, of: idle.length, first: sum(idle.map((weeks) => weeks[0]!)) / idle.length, last: sum(idle.map((weeks) => weeks.at(-1)!)) / idle.length } }),
  };
}

/** Weeks that are the first, or the last: four, or a third of a short run. */
const part = ({ weeks }: SeedScore): number => Math.min(4, Math.max(1, Math.floor(weeks / 3)));

/** Mean over seeds with its 95 % interval by Student's t. */
function intervalOf(values: readonly number[]): Interval {
  const mean = sum(values) / values.length;
  if (values.length < 2) return { mean, lower: -Infinity, upper: Infinity };
  const deviation = Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
  const reach = tQuantile(0.975, values.length - 1) * deviation / Math.sqrt(values.length);
  return { mean, lower: mean - reach, upper: mean + reach };
}
