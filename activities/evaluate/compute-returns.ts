import { ratioMetric } from '../../algorithms/statistics/ratio-metric.ts';
import { summariseSample, welchTest } from '../../algorithms/statistics/welch-test.ts';

/** What a customer brought under one assignment. */
export interface CustomerReturn {
  /** `holdout` for who got no letter. */
  readonly arm: string;
  readonly segment: string;
  readonly mailed: boolean;
  /** Revenue less returns, coupons and what the products cost. */
  readonly margin: number;
}

/** A customer over all cycles: those of the permanent holdout beside those of the programme. */
export interface ProgrammeReturn {
  readonly held: boolean;
  readonly cycles: number;
  readonly margin: number;
}

/** What letters brought against what they cost, in the shop's currency. */
export interface Return {
  readonly scope: 'arm' | 'segment' | 'programme';
  readonly name: string;
  readonly letters: number;
  /** Margin that would not be there without the letters, after coupons and before the letters' own cost: all of it, with its 95 % interval. */
  readonly incrementalMargin: number;
  readonly lower: number;
  readonly upper: number;
  readonly cost: number;
  /** (incremental margin - cost) / cost, with its interval; NaN where letters cost nothing. */
  readonly roi: number;
  readonly roiLower: number;
  readonly roiUpper: number;
}

const holdout = 'holdout';

/** By arm and by segment: mean margin of who was assigned a letter less that of the holdout (Welch), times the assigned. Groups without two customers on a side are left out. */
export function computeReturns(customers: readonly CustomerReturn[], costPerMail: number): Return[] {
  const compare = (scope: 'arm' | 'segment', name: string, treated: readonly CustomerReturn[], control: readonly CustomerReturn[]): Return[] => {
    if (treated.length < 2 || control.length < 2) return [];
    const { difference, interval } = welchTest(summariseSample(margins(treated)), summariseSample(margins(control)));
    const letters = treated.filter(({ mailed }) => mailed).length;
    return [returnOf({ scope, name, letters, difference, ...interval, times: treated.length, cost: letters * costPerMail })];
  };
  const held = (rows: readonly CustomerReturn[]): CustomerReturn[] => rows.filter(({ arm }) => arm === holdout);
  const others = (rows: readonly CustomerReturn[]): CustomerReturn[] => rows.filter(({ arm }) => arm !== holdout);
  const arms = [...new Set(others(customers).map(({ arm }) => arm))].sort();
  const segments = [...Map.groupBy(customers, ({ segment }) => segment)].sort(([one], [other]) => (one < other ? -1 : 1));
  return [
    ...compare('arm', 'all', others(customers), held(customers)),
    ...(arms.length < 2 ? [] : arms.flatMap((arm) => compare('arm', arm, customers.filter((row) => row.arm === arm), held(customers)))),
    ...segments.flatMap(([segment, rows]) => compare('segment', segment, others(rows), held(rows))),
  ];
}

/**
 * Of all letters of all cycles: margin a customer and cycle of the programme less that of the permanent holdout, customers as the units (delta method). Who was left out of
 * a cycle or unsubscribed stays in the programme, whose doing that was.
 * @returns undefined where either side has fewer than 2 customers
 */
export function programmeReturn(customers: readonly ProgrammeReturn[], letters: number, costPerMail: number): Return | undefined {
  const side = (isHeld: boolean): readonly ProgrammeReturn[] => customers.filter(({ held, cycles }) => held === isHeld && cycles > 0);
  const [programme, held] = [side(false), side(true)];
  if (programme.length < 2 || held.length < 2) return undefined;
  const perCycle = (rows: readonly ProgrammeReturn[]): Float64Array => ratioMetric(Float64Array.from(rows, ({ margin }) => margin), Float64Array.from(rows, ({ cycles }) => cycles)).linearised;
  const { difference, interval } = welchTest(summariseSample(perCycle(programme)), summariseSample(perCycle(held)));
  return returnOf({ scope: 'programme', name: 'all letters of all cycles', letters, difference, ...interval, times: programme.reduce((sum, { cycles }) => sum + cycles, 0), cost: letters * costPerMail });
}

function returnOf({ scope, name, letters, difference, lower, upper, times, cost }: { readonly scope: Return['scope']; readonly name: string; readonly letters: number; readonly difference: number; readonly lower: number; readonly upper: number; readonly times: number; readonly cost: number }): Return {
  const roi = (perCustomer: number): number => (cost === 0 ? Number.NaN : (perCustomer * times - cost) / cost);
  return { scope, name, letters, incrementalMargin: difference * times, lower: lower * times, upper: upper * times, cost, roi: roi(difference), roiLower: roi(lower), roiUpper: roi(upper) };
}

const margins = (rows: readonly CustomerReturn[]): Float64Array => Float64Array.from(rows, ({ margin }) => margin);
