/** A column that payments are scored by: its SQL over risk.payments, and how it is told of when it moves a score. */
export interface PaymentFeature {
  readonly name: string;
  /** Never NULL: what is not known is the value of who is usual. */
  readonly sql: string;
  readonly words: string;
}

const methods = ['card', 'paypal', 'invoice', 'gift_card', 'transfer'];
const devices = ['desktop', 'phone', 'tablet', 'ios', 'android', 'terminal'];

/** The columns of the scoring, in their order. Amounts are in logarithms, since they are told apart by their ratios. */
export const paymentFeatures: readonly PaymentFeature[] = [
  { name: 'amount', sql: 'ln(1 + greatest(amount, 0)::double)', words: 'the amount' },
  { name: 'amount_over_mean', sql: 'coalesce(ln((1 + greatest(amount, 0)::double) / (1 + greatest(mean_before, 0)::double)), 0)', words: 'the amount beside earlier ones of the customer' },
  { name: 'is_first', sql: 'is_first::integer', words: 'a first order' },
  { name: 'hours_since_last', sql: 'ln(1 + coalesce(greatest(hours_since_last, 0), 87600))', words: 'the time since the last payment' },
  { name: 'payments_24h', sql: 'payments_24h', words: 'payments within a day' },
  { name: 'countries_differ', sql: 'countries_differ::integer', words: 'an address in another country than the bill' },
  { name: 'billing_changed', sql: 'billing_changed::integer', words: 'another billing country than before' },
  { name: 'billing_not_home', sql: 'billing_not_home::integer', words: 'a billing country that is not the customer’s' },
  { name: 'account_days', sql: 'ln(1 + greatest(coalesce(account_days, 365), 0))', words: 'the age of the account' },
  { name: 'device_accounts', sql: 'device_accounts', words: 'accounts on one device' },
  { name: 'device_cards', sql: 'device_cards', words: 'cards on one device' },
  { name: 'discount_share', sql: 'discount_share', words: 'the discount' },
  { name: 'lines', sql: 'coalesce(lines, 1)', words: 'the number of products' },
  { name: 'items', sql: 'coalesce(items, 1)::double', words: 'the number of pieces' },
  { name: 'has_coupon', sql: 'has_coupon::integer', words: 'a coupon' },
  { name: 'hour', sql: 'hour(occurred_at)', words: 'the time of day' },
  { name: 'is_weekend', sql: '(isodow(occurred_at) >= 6)::integer', words: 'the weekend' },
  ...methods.map((method): PaymentFeature => ({ name: `method_${method}`, sql: `(coalesce(method, '') = '${method}')::integer`, words: 'the way it was paid' })),
  ...devices.map((device): PaymentFeature => ({ name: `device_${device}`, sql: `(coalesce(device, '') = '${device}')::integer`, words: 'the device' })),
];
