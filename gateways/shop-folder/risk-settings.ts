import { z } from 'zod';

const share = z.number().min(0).max(1);

/** What makes a payment suspicious, and how many people can look at. */
export const riskSettings = z.strictObject({
  /** Days before the cycle's as_of whose payments are scored; all that came before are the history they are compared with. */
  days: z.number().int().positive().default(30),
  /** Alerts that people can look at in that time. */
  capacity: z.number().int().positive().default(50),
  /** What a look costs, in the shop's currency, and the share of an amount that is lost to a fraud nobody stopped. */
  review_cost: z.number().nonnegative().default(5),
  loss_share: share.default(1),
  /** A first order is large above this quantile of all orders. */
  large_order_quantile: share.default(0.95),
  /** Payments of one customer, or of one device, within 24 hours. */
  maximum_payments_a_day: z.number().int().positive().default(3),
  /** Accounts that may share one device, and cards that may be paid with from it. */
  maximum_accounts_a_device: z.number().int().positive().default(2),
  maximum_cards_a_device: z.number().int().positive().default(3),
  /** Whether coupon campaigns leave out who is suspicious: a payment judged fraud, or one person with several accounts that redeemed. */
  leave_out_of_coupons: z.boolean().default(false),
});
