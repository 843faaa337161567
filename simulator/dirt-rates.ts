/**
 * How often each kind of dirt is planted, by table: a share of that table's clean rows.
 * `missing_*` and `*_outlier` spoil a value of the row itself. Every other kind adds a spoilt copy below the row, so the clean row is always there too.
 */
export const dirtRates = {
  order_lines: {
    quantity_outlier: 0.0008,
    price_outlier: 0.0008,
    missing_channel: 0.004,
    duplicate: 0.004,
    too_few_columns: 0.0008,
    too_many_columns: 0.0005,
    bad_number: 0.0008,
    bad_date: 0.0005,
    without_customer: 0.003,
  },
  customers: {
    missing_birth_date: 0.12,
    missing_gender: 0.1,
    missing_city: 0.03,
    missing_email: 0.03,
    malformed_email: 0.002,
    shared_email: 0.003,
    duplicate: 0.004,
    too_few_columns: 0.001,
    bad_date: 0.001,
  },
  products: { missing_brand: 0.05, missing_unit_cost: 0.03, duplicate: 0.005 },
  events: { missing_session: 0.002, duplicate: 0.003, unknown_kind: 0.0005 },
  payments: { missing_device: 0.01, duplicate: 0.002, too_few_columns: 0.0005, bad_number: 0.0005 },
  social: { missing_text: 0.01, too_few_columns: 0.001, bad_date: 0.001 },
} as const satisfies Record<string, Readonly<Record<string, number>>>;

/** Rows planted, by table and kind. */
export type DirtCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Kinds that spoil a value in place; the others add a line. */
export function isInPlace(kind: string): boolean {
  return /^missing_|_outlier$|_email$/.test(kind);
}
