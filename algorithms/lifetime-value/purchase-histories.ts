/** What the models of life-time value know of each customer. The three columns of time are in one unit, the caller's. */
export interface PurchaseHistories {
  /** Times the customer bought again after the first purchase: whole numbers from 0. */
  readonly frequency: Float64Array;
  /** From the first purchase to the last; 0 for who bought once. */
  readonly recency: Float64Array;
  /** From the first purchase to the end of what is known; not less than recency. */
  readonly age: Float64Array;
}

/** @throws RangeError when the columns differ in length, or a row is not one of `PurchaseHistories`. */
export function requireHistories({ frequency, recency, age }: PurchaseHistories): void {
  if (recency.length !== frequency.length || age.length !== frequency.length) throw new RangeError('frequency, recency and age must have one value a customer');
  for (let row = 0; row < frequency.length; row++) {
    const [x, last, end] = [frequency[row] as number, recency[row] as number, age[row] as number];
    if (!Number.isInteger(x) || x < 0) throw new RangeError(`the frequency of row ${row} must be a whole number from 0, not ${x}`);
    if (!(last >= 0 && last <= end && end < Number.POSITIVE_INFINITY)) throw new RangeError(`row ${row} must have 0 <= recency <= age, not ${last} and ${end}`);
    if (x === 0 && last !== 0) throw new RangeError(`row ${row} bought once, so its recency must be 0, not ${last}`);
  }
}
