import type { PurchaseHistories } from './purchase-histories.ts';

export interface PurchaseSummary extends PurchaseHistories {
  /** Code of each customer, ascending; those who bought nothing until the end are left out. */
  readonly customers: Uint32Array;
  /** What a purchase after the first was worth on average; 0 for who bought once. */
  readonly averageValue: Float64Array;
}

export interface PurchaseColumns {
  /** Code of the customer of each purchase, from 0. */
  readonly customers: Uint32Array;
  /** Its day, as a whole number. */
  readonly days: Int32Array;
  /** What it was worth, in money. */
  readonly values: Float64Array;
}

/**
 * Histories of purchases as the models of life-time value want them. What a customer buys within a day is one purchase.
 *
 * @param lastDay the last day that is known: later purchases are left out.
 * @param daysOfUnit days of the unit of time of the result: 7 for weeks.
 * @throws RangeError when the columns differ in length or the unit is not positive.
 */
export function summarisePurchases({ customers, days, values }: PurchaseColumns, lastDay: number, daysOfUnit = 1): PurchaseSummary {
  if (days.length !== customers.length || values.length !== customers.length) throw new RangeError('customers, days and values must have one value a purchase');
  if (!(daysOfUnit > 0)) throw new RangeError(`daysOfUnit must be positive, not ${daysOfUnit}`);
  const known = Uint32Array.from(days.keys().filter((row) => (days[row] as number) <= lastDay));
  known.sort((one, other) => (customers[one] as number) - (customers[other] as number) || (days[one] as number) - (days[other] as number) || one - other);
  const made = { customers: [] as number[], frequency: [] as number[], recency: [] as number[], age: [] as number[], averageValue: [] as number[] };
  for (let place = 0; place < known.length;) {
    const customer = customers[known[place] as number] as number;
    const first = days[known[place] as number] as number;
    let [last, repeats, worth] = [first, 0, 0];
    for (; place < known.length && customers[known[place] as number] === customer; place++) {
      const row = known[place] as number;
      const day = days[row] as number;
      if (day !== last) repeats++;
      if (day !== first) worth += values[row] as number;
      last = day;
    }
    made.customers.push(customer);
    made.frequency.push(repeats);
    made.recency.push((last - first) / daysOfUnit);
    made.age.push((lastDay - first) / daysOfUnit);
    made.averageValue.push(repeats === 0 ? 0 : worth / repeats);
  }
  return {
    customers: Uint32Array.from(made.customers), frequency: Float64Array.from(made.frequency), recency: Float64Array.from(made.recency),
    age: Float64Array.from(made.age), averageValue: Float64Array.from(made.averageValue),
  };
}
