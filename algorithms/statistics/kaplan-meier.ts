import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { requireConfidence } from './proportion.ts';

/** One row for each time at which something happened, ascending. */
export interface SurvivalCurve {
  readonly times: Float64Array;
  readonly atRisk: Float64Array;
  readonly events: Float64Array;
  /** Share to whom nothing has happened up to and including the time. */
  readonly survival: Float64Array;
  /** Greenwood's variance of the share. */
  readonly variance: Float64Array;
  /** Bounds of the share on the log-minus-log scale; NaN where the share is 0. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/**
 * Share of customers to whom something has not happened yet (a second order, the last order before leaving) by the time since they
 * began, with those still under watch counted as long as they were watched.
 *
 * Source: E. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958); M. Greenwood, 1926; the
 * bounds: J. Kalbfleisch and R. Prentice, "The Statistical Analysis of Failure Time Data", 2nd edition, section 1.4.
 *
 * @param durations time watched, one a customer, not negative, any unit.
 * @param happened 1 where the watch ended because it happened, 0 where it had not happened yet.
 * @throws RangeError when the lengths differ, there is nobody, a duration is negative or not finite, or the confidence is not in (0, 1).
 */
export function kaplanMeier(durations: Float64Array, happened: Uint8Array, confidence = 0.95): SurvivalCurve {
  requireConfidence(confidence);
  if (durations.length !== happened.length) throw new RangeError(`there are ${happened.length} flags for ${durations.length} durations`);
  if (durations.length === 0) throw new RangeError('there is nobody to watch');
  const order = Uint32Array.from(durations, (_, row) => row).sort((one, other) => (durations[one] as number) - (durations[other] as number));
  if (!((durations[order[0] as number] as number) >= 0) || !durations.every((duration) => Number.isFinite(duration))) throw new RangeError('a duration is negative or not finite');

  const z = normalQuantile((1 + confidence) / 2, 0, 1);
  const rows: [time: number, atRisk: number, events: number, survival: number, variance: number, lower: number, upper: number][] = [];
  let survival = 1;
  let greenwood = 0;
  for (let at = 0; at < order.length;) {
    const time = durations[order[at] as number] as number;
    const atRisk = order.length - at;
    let events = 0;
    for (; at < order.length && durations[order[at] as number] === time; at++) events += happened[order[at] as number] as number;
    if (events === 0) continue;
    survival *= 1 - events / atRisk;
    greenwood += events / (atRisk * (atRisk - events));
    const logSurvival = Math.log(survival);
    const reach = (z * Math.sqrt(greenwood)) / logSurvival;
    const gone = survival === 0;
    rows.push([time, atRisk, events, survival, gone ? 0 : survival ** 2 * greenwood, gone ? Number.NaN : survival ** Math.exp(-reach), gone ? Number.NaN : survival ** Math.exp(reach)]);
  }
  const column = (place: number): Float64Array => Float64Array.from(rows, (row) => row[place] as number);
  return { times: column(0), atRisk: column(1), events: column(2), survival: column(3), variance: column(4), lower: column(5), upper: column(6) };
}

/** Row of the curve that holds at a time; -1 before the first event, when the share is still 1. */
export function survivalRow({ times }: SurvivalCurve, time: number): number {
  let [from, to] = [0, times.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((times[middle] as number) <= time) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}

/** The first time by which it has happened to half of all; NaN where that was not reached. */
export function medianSurvival({ times, survival }: SurvivalCurve): number {
  const row = survival.findIndex((share) => share <= 0.5);
  return row === -1 ? Number.NaN : (times[row] as number);
}
