export interface ItemsetOptions {
  /** Least share of the baskets, in (0, 1]. */
  readonly minSupport: number;
  /** Most items of a set. */
  readonly maxLength?: number;
}

/** @throws RangeError when an option is out of its range. */
export function requireItemsetOptions({ minSupport, maxLength = Number.POSITIVE_INFINITY }: ItemsetOptions): Required<ItemsetOptions> {
  if (!(minSupport > 0 && minSupport <= 1)) throw new RangeError(`minSupport must be in (0, 1], not ${minSupport}`);
  if (!(maxLength >= 1)) throw new RangeError(`maxLength must be at least 1, not ${maxLength}`);
  return { minSupport, maxLength };
}
