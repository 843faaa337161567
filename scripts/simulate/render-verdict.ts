import { incrementalMargin, rivals, type Interval, type SeedScore, type Verdict } from './score.ts';

const money = (amount: number): string => `${amount < 0 ? '−' : ''}${Math.abs(amount).toFixed(2)}`;
const between = ({ mean, lower, upper }: Interval): string => `${money(mean)}${Number.isFinite(lower) ? ` (95 % ${money(lower)} to ${money(upper)})` : ''}`;

/** One seed in one line: margin a customer over all weeks, more than without mail. */
export function seedLine(score: SeedScore): string {
  const third = Math.min(4, Math.max(1, Math.floor(score.weeks / 3)));
  const idle = score.withoutEffect === undefined ? '' : `; where letters do nothing ${score.withoutEffect[0]} letters in the first week, ${score.withoutEffect.at(-1)} in the last`;
  return `seed ${score.seed}: the loop ${money(incrementalMargin(score, 'loop'))}, ${score.offer} to all ${money(incrementalMargin(score, 'same offer'))}, response model ${money(incrementalMargin(score, 'response model'))}; first weeks ${money(incrementalMargin(score, 'loop', 0, third))}, last ${money(incrementalMargin(score, 'loop', score.weeks - third))}${idle}`;
}

/** What all seeds say, for people. */
export function renderVerdict(verdict: Verdict, scores: readonly SeedScore[]): string {
  const { seeds, incremental, beats, difference, coverage, falseWinners, withoutEffect } = verdict;
  const shares = ([metric, { held, of, lower, upper }]: [string, Verdict['coverage']['revenue']]): string => `  the 95 % interval of the ${metric} held the true effect in ${held} of ${of} cycles (${((held / of) * 100).toFixed(1)} %, 95 % ${(lower * 100).toFixed(1)} to ${(upper * 100).toFixed(1)} %)`;
  return [
    ...scores.map(seedLine),
    '',
    `Incremental margin a customer over ${scores[0]?.weeks ?? 0} weeks, ${seeds} seeds of ${scores[0]?.customers ?? 0} customers`,
    `  the loop ${between(incremental.loop)}, the same offer to all ${between(incremental['same offer'])}, response model ${between(incremental['response model'])}`,
    ...rivals.map((rival) => `  beats ${rival} in ${beats[rival]} of ${seeds} seeds, by ${between(difference[rival])}`),
    `  the last weeks beat the first in ${verdict.lastBeatFirst} of ${seeds} seeds, by ${between(verdict.lastLessFirst)}`,
    'Measuring',
    ...Object.entries(coverage).map(shares),
    `  the two letters work alike: a winner was declared in ${falseWinners.cycles} of ${falseWinners.of} cycles, in ${falseWinners.seeds} of ${seeds} seeds`,
    ...(withoutEffect === undefined ? [] : [`Where letters do nothing, the loop ends mailing fewer in ${withoutEffect.fewer} of ${withoutEffect.of} shops: ${withoutEffect.first.toFixed(0)} letters in the first week, ${withoutEffect.last.toFixed(0)} in the last`]),
  ].join('\n');
}
