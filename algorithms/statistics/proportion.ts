/** So many of so many: conversions of recipients, say. */
export interface Proportion {
  readonly successes: number;
  readonly trials: number;
}

/** Bounds of a figure, in its unit. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** @throws RangeError unless successes and trials are integers, 0 <= successes <= trials and trials > 0. */
export function requireProportion({ successes, trials }: Proportion): void {
  if (!Number.isInteger(trials) || trials < 1) throw new RangeError(`trials must be a positive integer, not ${trials}`);
  if (!Number.isInteger(successes) || successes < 0 || successes > trials) throw new RangeError(`successes must be an integer in [0, ${trials}], not ${successes}`);
}

/** @throws RangeError unless the confidence is in (0, 1). */
export function requireConfidence(confidence: number): void {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence must be in (0, 1), not ${confidence}`);
}
