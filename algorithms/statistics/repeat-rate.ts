import { requireConfidence } from './proportion.ts';
import type { Interval } from './proportion.ts';
import { wilsonInterval } from './wilson-interval.ts';

/**
 * Share of buyers who bought again, with Wilson's interval. It counts everybody the same however long they had the time to: by
 * time since the first order use `kaplanMeier`.
 *
 * @param orders orders of each customer; those with none are no buyers.
 * @throws RangeError when nobody bought, a count is not an integer from 0, or the confidence is not in (0, 1).
 */
export function repeatRate(orders: ArrayLike<number>, confidence = 0.95): { readonly buyers: number; readonly repeaters: number; readonly rate: number; readonly interval: Interval } {
  requireConfidence(confidence);
  let buyers = 0;
  let repeaters = 0;
  for (let row = 0; row < orders.length; row++) {
    const count = orders[row] as number;
    if (!Number.isInteger(count) || count < 0) throw new RangeError(`orders must be integers from 0, not ${count}`);
    if (count >= 1) buyers++;
    if (count >= 2) repeaters++;
  }
  if (buyers === 0) throw new RangeError('nobody bought');
  return { buyers, repeaters, rate: repeaters / buyers, interval: wilsonInterval({ successes: repeaters, trials: buyers }, confidence) };
}
