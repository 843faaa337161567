import type { CycleScope } from '../activities/contract.ts';
import { isoWeek, isoWeekStart, startOfDay } from './iso-week.ts';

/** What starts a cycle. Only the shop is needed: a cycle without a date is of the day it starts on. */
export interface CycleInput {
  readonly shop: string;
  /** ISO week, for example `2026-W48`. */
  readonly cycle?: string;
  /** ISO 8601 instant. */
  readonly asOf?: string;
  readonly dataFolder?: string;
  /** Overrules the shop's setting. */
  readonly approval?: 'required' | 'automatic';
  /** Who started it by hand; of several marketers another one must approve its plan. */
  readonly startedBy?: string;
  /** IANA zone whose calendar says which day the start falls on; UTC when absent. */
  readonly timeZone?: string;
}

/** The turn of the loop an input means: `asOf` from the cycle, the cycle from `asOf`, or both from the day of the start. */
export function cycleScope(input: CycleInput, startTime: Date): CycleScope {
  const { shop, dataFolder } = input;
  const asOf = input.asOf ?? (input.cycle ? isoWeekStart(input.cycle) : startOfDay(startTime, input.timeZone)).toISOString();
  const cycle = input.cycle ?? isoWeek(new Date(asOf));
  return { shop, cycle, asOf, ...(dataFolder === undefined ? {} : { dataFolder }) };
}
