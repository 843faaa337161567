import type { BgNbd } from './bg-nbd.ts';
import type { PurchaseHistories } from './purchase-histories.ts';

export interface LifetimeValueOptions {
  /** How many periods are looked ahead. */
  readonly periods: number;
  /** Length of one, in the histories' unit of time. */
  readonly period: number;
  /** What money loses a period: 0.01 makes 1 at its end worth 1 / 1.01 now. */
  readonly discountRate?: number;
}

/**
 * What each customer's purchases within the horizon are worth today: the purchases expected in each period by what one is worth,
 * discounted from the period's end.
 *
 * Source: P. Fader, B. Hardie, K. L. Lee, "RFM and CLV: using iso-value curves for customer base analysis", Journal of Marketing
 * Research 42(4), 2005; discounting by periods as in the Python package lifetimes.
 *
 * @param valueOfPurchase money, one a customer, such as GammaGamma.expectedValue gives.
 * @throws RangeError when an option is out of its range, or the columns differ in length.
 */
export function customerLifetimeValue(model: BgNbd, histories: PurchaseHistories, valueOfPurchase: Float64Array, { periods, period, discountRate = 0 }: LifetimeValueOptions): Float64Array {
  if (!Number.isInteger(periods) || periods < 1) throw new RangeError(`periods must be a positive integer, not ${periods}`);
  if (!(period > 0 && period < Number.POSITIVE_INFINITY)) throw new RangeError(`period must be positive, not ${period}`);
  if (!(discountRate > -1)) throw new RangeError(`discountRate must be above -1, not ${discountRate}`);
  if (valueOfPurchase.length !== histories.frequency.length) throw new RangeError('valueOfPurchase must have one value a customer');
  const expected = model.expectedPurchasesBy(Float64Array.from({ length: periods }, (_, index) => (index + 1) * period), histories);
  return valueOfPurchase.map((value, row) => {
    let [worth, before] = [0, 0];
    for (let index = 0; index < periods; index++) {
      const until = expected[row * periods + index] as number;
      worth += (until - before) / (1 + discountRate) ** (index + 1);
      before = until;
    }
    return worth * value;
  });
}
