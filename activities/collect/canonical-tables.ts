/**
 * DuckDB types a canonical column may have. Money is DECIMAL, so that sums do not depend on the order of rows. A KEY is only ever compared with
 * itself: it stays BIGINT where the source gives whole numbers, and is VARCHAR otherwise.
 */
type CanonicalType = 'VARCHAR' | 'KEY' | 'BOOLEAN' | 'INTEGER' | 'DATE' | 'TIMESTAMP' | 'DECIMAL(18,3)' | 'DECIMAL(18,4)' | 'DOUBLE';

/** A table every later step knows, whatever the shop's own files look like. */
export interface CanonicalTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, CanonicalType>>;
  /** Columns a source must give; the others may be left out and are NULL then. */
  readonly required: readonly string[];
  /** Columns no two rows may share; empty where equal rows are no mistake. */
  readonly key: readonly string[];
  /** Columns that sql/sources/<table>.sql judges a line by. */
  readonly judged: readonly string[];
}

/** The canonical tables in the order they are collected. Timestamps are the shop's wall clock. */
export const canonicalTables: readonly CanonicalTable[] = [
  {
    name: 'products',
    columns: { product_id: 'VARCHAR', title: 'VARCHAR', category: 'VARCHAR', brand: 'VARCHAR', price: 'DECIMAL(18,4)', unit_cost: 'DECIMAL(18,4)', image_uri: 'VARCHAR', stock: 'INTEGER' },
    required: ['product_id'],
    key: ['product_id'],
    judged: ['product_id', 'price', 'unit_cost'],
  },
  {
    name: 'customers',
    columns: { customer_id: 'VARCHAR', email: 'VARCHAR', given_name: 'VARCHAR', birth_date: 'DATE', gender: 'VARCHAR', city: 'VARCHAR', region: 'VARCHAR', country: 'VARCHAR', locale: 'VARCHAR', time_zone: 'VARCHAR', signed_up_at: 'TIMESTAMP', interests: 'VARCHAR', consent: 'VARCHAR' },
    required: ['customer_id'],
    key: ['customer_id'],
    judged: ['customer_id', 'signed_up_at'],
  },
  {
    name: 'order_lines',
    columns: { order_id: 'VARCHAR', line_no: 'INTEGER', customer_id: 'VARCHAR', ordered_at: 'TIMESTAMP', product_id: 'VARCHAR', quantity: 'DECIMAL(18,3)', unit_price: 'DECIMAL(18,4)', discount: 'DECIMAL(18,4)', coupon_code: 'VARCHAR', channel: 'VARCHAR', store_id: 'VARCHAR', returned: 'BOOLEAN' },
    required: ['order_id', 'line_no', 'customer_id', 'ordered_at', 'product_id', 'quantity', 'unit_price'],
    key: ['order_id', 'line_no'],
    judged: ['order_id', 'line_no', 'customer_id', 'ordered_at', 'product_id', 'quantity', 'unit_price', 'discount', 'returned'],
  },
  {
    name: 'events',
    columns: { event_id: 'KEY', customer_id: 'VARCHAR', anonymous_id: 'VARCHAR', session_id: 'KEY', occurred_at: 'TIMESTAMP', kind: 'VARCHAR', product_id: 'VARCHAR', channel: 'VARCHAR', device: 'VARCHAR', query: 'VARCHAR', value: 'DECIMAL(18,4)' },
    required: ['event_id', 'occurred_at', 'kind'],
    key: ['event_id'],
    judged: ['event_id', 'occurred_at', 'kind', 'channel'],
  },
  {
    name: 'social',
    columns: { customer_id: 'VARCHAR', occurred_at: 'TIMESTAMP', kind: 'VARCHAR', other_customer_id: 'VARCHAR', product_id: 'VARCHAR', text: 'VARCHAR', rating: 'DOUBLE' },
    required: ['customer_id', 'occurred_at', 'kind'],
    key: [],
    judged: ['customer_id', 'occurred_at', 'kind'],
  },
  {
    name: 'identities',
    columns: { customer_id: 'VARCHAR', kind: 'VARCHAR', value: 'VARCHAR' },
    required: ['customer_id', 'kind', 'value'],
    key: ['customer_id', 'kind', 'value'],
    judged: ['customer_id', 'kind', 'value'],
  },
  {
    name: 'payments',
    columns: { payment_id: 'KEY', order_id: 'VARCHAR', customer_id: 'VARCHAR', occurred_at: 'TIMESTAMP', amount: 'DECIMAL(18,4)', method: 'VARCHAR', device: 'VARCHAR', ip_country: 'VARCHAR', billing_country: 'VARCHAR', is_fraud: 'BOOLEAN' },
    required: ['payment_id', 'order_id', 'amount'],
    key: ['payment_id'],
    judged: ['payment_id', 'order_id', 'amount', 'occurred_at'],
  },
];

/** Columns a source may give beside the canonical ones. */
export const bookkeepingColumns: readonly string[] = ['source_file', 'source_line', 'quarantine_reason'];
