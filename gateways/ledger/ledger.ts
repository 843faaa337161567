/** Runs statements inside one transaction. */
export interface LedgerTransaction {
  /**
   * The rows of one statement with `$1` parameters. Numbers, text, booleans, null and arrays of text are passed as they are; an object or a list of
   * objects is passed as JSON text and cast (`$1::jsonb`); times are ISO 8601 text in, Date out.
   * @throws ClienteleError SEND_TRANSITION_REFUSED, LEDGER_UNREACHABLE
   */
  query<Row extends object = Record<string, unknown>>(sql: string, parameters?: readonly LedgerParameter[]): Promise<Row[]>;
}

export type LedgerParameter = string | number | boolean | null | readonly string[];

/** The door to Postgres, embedded (PGlite) or a server: the same SQL on both. */
export interface Ledger extends LedgerTransaction {
  readonly engine: 'pglite' | 'postgres';
  /** Commits when `work` ends, rolls back when it throws. `work` must use `tx` only: PGlite has one connection, which the transaction holds. */
  transaction<Result>(work: (tx: LedgerTransaction) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}
