/** What a letter's worth is told by, each as SQL over `plan.mail_features` and `outcomes.responses`. Shares start where a customer with no letters yet is taken to be. */
export const gainFeatures = {
  opened: '(opens + 1) / (mails + 2)',
  clicked: '(clicks + 0.5) / (mails + 2)',
  redeemed: '(redemptions + 0.25) / (mails + 2)',
  ordered: '(orders_mailed + 0.4) / (mails + 2)',
  natural: 'natural_chance',
  orders_before: 'ln(1 + orders_before)',
  recency: 'ln(1 + recency_days)',
  discount_share: 'discount_share',
  store_share: 'store_share',
  order_value: 'ln(1 + greatest(average_order_value, 0))',
} as const;

/** A linear model of one figure. */
export interface LinearModel {
  readonly intercept: number;
  /** In the order of the policy's features. */
  readonly coefficients: readonly number[];
}

/** What the decision `mail_policy` says: how much more a customer is expected to bring with a letter. */
export interface MailPolicy {
  readonly features: readonly string[];
  /** Orders in the window, with a letter and without. */
  readonly mailed: LinearModel;
  readonly unmailed: LinearModel;
  /** What coupons take off, in the shop's currency. */
  readonly given: LinearModel;
  /** Before coupons, in the shop's currency. */
  readonly marginPerOrder: number;
}

/** What a letter is expected to bring and to cost, in the shop's currency. */
export interface ExpectedGain {
  readonly gain: number;
  readonly cost: number;
}

/**
 * Expected gain of a letter for each row of features.
 * @param values row-major, a column each of `policy.features`
 * @throws RangeError when the features are not those of `gainFeatures`
 */
export function expectedGains(policy: MailPolicy, values: Float64Array, rows: number, costPerMail: number): ExpectedGain[] {
  const columns = policy.features.length;
  if (policy.features.join() !== Object.keys(gainFeatures).join()) throw new RangeError(`The policy was learnt from ${policy.features.join(', ')}, which are not today's features.`);
  const predict = ({ intercept, coefficients }: LinearModel, row: number): number => Math.max(0, coefficients.reduce((sum, coefficient, column) => sum + coefficient * values[row * columns + column]!, intercept));
  return Array.from({ length: rows }, (_, row) => {
    const cost = predict(policy.given, row) + costPerMail;
    return { gain: policy.marginPerOrder * (predict(policy.mailed, row) - predict(policy.unmailed, row)) - cost, cost };
  });
}

/** The features' SQL as a list of columns. */
export const gainColumns: string = Object.entries(gainFeatures).map(([name, sql]) => `(${sql})::double as ${name}`).join(', ');
