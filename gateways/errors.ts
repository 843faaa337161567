/**
 * Every error a person can meet, in one table with stable codes. A message says what happened, to what, and what to do next.
 * It lives in gateways/ because that is the lowest room that raises them; algorithms throw RangeError and TypeError only.
 */
const table = {
  SHOP_NOT_FOUND: { permanent: true, text: 'There is no shop folder {path}. Create it, or name one of: {known}.' },
  SETTING_INVALID: { permanent: true, text: '{file}: {problems}. Correct the setting and start again.' },
  ENVIRONMENT_INVALID: { permanent: true, text: 'Environment variable {name} is {problem}. {remedy}' },
  SOURCE_MISSING: { permanent: true, text: 'Shop {shop} has no sources/order_lines.sql, the one source that is required. Add it; shops/demo/sources has an example.' },
  SOURCE_UNREADABLE: { permanent: true, text: 'Source {source} could not be read: {problem} Mend the file or the query, then `npm run resume -- {cycle}`.' },
  SOURCE_COLUMN_MISSING: { permanent: true, text: 'Source {source} gives no column {columns}. Add it to the select list, then `npm run resume -- {cycle}`.' },
  SOURCE_COLUMN_UNKNOWN: { permanent: true, text: 'Source {source} gives {columns}, which the canonical table {table} does not have. Rename or drop it, then `npm run resume -- {cycle}`.' },
  TOO_MUCH_QUARANTINED: { permanent: true, text: '{share} of the lines of {table} were quarantined, more than the gate of {limit}. Read {relation}, mend the data or gates.maximum_quarantined_share, then `npm run resume -- {cycle}`.' },
  AUDIT_FAILED: { permanent: true, text: 'Audit {audit} found {rows} rows: {message} Mend the data, then `npm run resume -- {cycle}`.' },
  SQL_INVALID: { permanent: true, text: '{file} failed in DuckDB: {problem}' },
  RELATION_MISSING: { permanent: true, text: 'Relation {relation} is not in the lake at {path}. Run the cycle that makes it first.' },
  READ_INCOMPLETE: { permanent: false, text: 'Only {read} of {expected} rows of {relation} were read. The read is tried again.' },
  TOO_FEW_CUSTOMERS: { permanent: true, text: 'Only {customers} customers have an order before {asOf}; a segmentation needs {minimum}. Check as_of in shop.yaml.' },
  LETTER_INVALID: { permanent: true, text: 'Letter {letter}: {problem}' },
  LETTER_VARIABLE_MISSING: { permanent: true, text: 'Letter {letter} wants {variable}, which customer {customer} does not have. Nothing was sent. Give it a default or drop it from the letter.' },
  PLAN_NOT_APPROVED: { permanent: true, text: 'Campaign {campaign} with plan {hash} was not approved. Approve the proof, or start the cycle again if the plan has changed.' },
  PLAN_CHANGED: { permanent: true, text: 'Letters, offers, sender or schedule of campaign {campaign} were changed after its plan was approved, so the approval is void and nothing more is sent. `npm run resume -- {cycle}` makes a new plan and asks for a new approval.' },
  RELAY_UNREACHABLE: { permanent: false, text: 'Mail relay {relay} cannot be reached: {problem}. It is tried again; check SMTP_URL and the relay.' },
  LEDGER_LOCKED: { permanent: true, text: 'The ledger in {folder} is open in process {pid}. Stop that process, or set DATABASE_URL to share a Postgres server.' },
  LEDGER_UNREACHABLE: { permanent: false, text: 'The ledger at {address} cannot be reached: {problem}. Check DATABASE_URL and the server.' },
  LAKE_UNREACHABLE: { permanent: false, text: 'The lake in {store} could not {what}: {problem}. Check LAKE, AWS_ENDPOINT_URL, AWS_REGION and the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.' },
  LEDGER_MIGRATION_CHANGED: { permanent: true, text: 'Migration {migration} was applied to the ledger but its file was changed or is gone. Restore the file; put changes into a new migration.' },
  SEND_TRANSITION_REFUSED: { permanent: true, text: 'Send {send} cannot go from {from} to {to}.' },
  LINK_INVALID: { permanent: true, text: 'This link is incomplete or was changed. Open it again from the mail.' },
  TEMPORAL_NOT_FOUND: { permanent: true, text: 'No Temporal server could be found or fetched. Tried: {tried}. Install the `temporal` command, or set TEMPORAL_ADDRESS.' },
  TEMPORAL_UNREACHABLE: { permanent: false, text: 'The Temporal server at {address} does not answer: {problem}. Check TEMPORAL_ADDRESS and that the server runs.' },
  CYCLE_NOT_FOUND: { permanent: true, text: 'Shop {shop} has no cycle {cycle}. Known: {known}.' },
  CYCLE_NOT_WAITING: { permanent: true, text: 'Cycle {cycle} waits for nothing that `{command}` could give it; it is {state}.' },
  DATA_NOT_FETCHED: { permanent: true, text: 'Data set {name} could not be fetched: {problem}. {remedy}' },
  COMMAND_INVALID: { permanent: true, text: '{problem}. {remedy}' },
} as const satisfies Record<string, { permanent: boolean; text: string }>;

/** A stable code of the table. */
export type ErrorCode = keyof typeof table;

/** An error of the table: `code` is stable, `permanent` says that trying again without a change is useless. */
export class ClienteleError extends Error {
  readonly code: ErrorCode;
  readonly permanent: boolean;

  constructor(code: ErrorCode, values: Readonly<Record<string, string | number>> = {}, options?: ErrorOptions) {
    super(table[code].text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? `{${name}}`)), options);
    this.name = 'ClienteleError';
    this.code = code;
    this.permanent = table[code].permanent;
  }
}
