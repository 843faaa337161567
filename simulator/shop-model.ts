/** Parameters a simulated shop is made from. Together with the code they determine every byte of it, its future weeks included. */
export interface ShopModel {
  readonly seed: number;
  readonly customers: number;
  readonly productsPerCategory: number;
  /** First day of the history, ISO date. */
  readonly start: string;
  /** First day after the history, ISO date. */
  readonly until: string;
  /** Scale of the gamma distribution of purchase rates: rate (orders per average day) ~ Gamma(rateShape, rateScale as rate parameter). */
  readonly rateScale: number;
  /** Visits without a purchase per average day, for a customer with the average purchase rate. */
  readonly visitRate: number;
  readonly dirt: boolean;
  /** Whether events name the device they come from. */
  readonly devices?: boolean;
  readonly friction?: Friction;
  /** `none`: a shop whose customers read their mail and do nothing else for it. */
  readonly mailEffect?: 'none';
}

/** A planted fault of the checkout: of the orders that would have been made there, this share fails at the payment and is lost. */
export interface Friction {
  readonly channel: 'web' | 'app';
  /** One of the channel's devices (web: desktop, phone, tablet; app: ios, android); all of them when absent. */
  readonly device?: string;
  readonly share: number;
}

/** Shape r of the gamma distribution of purchase rates. One half makes a draw the half square of a normal draw. */
export const rateShape = 0.5;

/** b of the Beta(1, b) distribution of the chance to drop out after a repeat purchase. */
export const dropOutShape = 6.5;

/** Mean days from signing up to the first order, and the same for the share of customers who only look around. */
export const firstOrder = { days: 4, lookingDays: 200, lookingShare: 0.08 } as const;

/** Signing up: day = history length x uniform ^ this, so that most customers are there early. */
export const signUpPower = 1.4;

const quantilePoints = 400;

/**
 * Mean repeat orders of BG/NBD customers in `days` after their first order.
 * E[X(t)] = E over p of (1 - (alpha / (alpha + p t)) ^ r) / p, after Fader, Hardie and Lee, "Counting Your Customers" the Easy Way (2005), with p ~ Beta(1, b).
 * @param rateScale alpha, in days
 */
export function expectedRepeats(days: number, rateScale: number): number {
  let sum = 0;
  for (let i = 0; i < quantilePoints; i += 1) {
    const p = 1 - (1 - (i + 0.5) / quantilePoints) ** (1 / dropOutShape);
    sum += (1 - (rateScale / (rateScale + p * days)) ** rateShape) / p;
  }
  return sum / quantilePoints;
}

/** Mean orders (first and repeat) of a customer who signed up some time in a history of `days` average days. */
export function expectedOrders(days: number, rateScale: number): number {
  const points = 60;
  let sum = 0;
  for (let i = 0; i < points; i += 1) {
    const known = days * (1 - ((i + 0.5) / points) ** signUpPower);
    for (const [share, mean] of [[1 - firstOrder.lookingShare, firstOrder.days], [firstOrder.lookingShare, firstOrder.lookingDays]] as const) {
      const waits = 12;
      for (let j = 0; j < waits; j += 1) {
        const left = known + mean * Math.log(1 - (j + 0.5) / waits);
        if (left > 0) sum += share / waits * (1 + expectedRepeats(left, rateScale));
      }
    }
  }
  return sum / points;
}

/**
 * The gamma scale that gives a wanted mean number of orders, by bisection.
 * @throws RangeError when no purchase rate gives that number
 */
export function fitRateScale(days: number, ordersPerCustomer: number): number {
  let [low, high] = [0.01, 1e6];
  if (!(expectedOrders(days, low) > ordersPerCustomer && expectedOrders(days, high) < ordersPerCustomer)) throw new RangeError(`${ordersPerCustomer} orders per customer cannot be reached in ${days} days`);
  for (let i = 0; i < 40; i += 1) {
    const middle = Math.sqrt(low * high);
    if (expectedOrders(days, middle) > ordersPerCustomer) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
