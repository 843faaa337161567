import type { RelationPart } from './relation-file.ts';
import type { RelationRef, Relations } from './relation-ref.ts';

/** A value a DuckDB variable can take; SQL reads it with `getvariable('name')`. */
export type Parameter = string | number | boolean | null | readonly string[];

/** A value as JavaScript sees it: bigint that fits becomes number, timestamps and dates become ISO 8601 text, decimals become numbers. */
export type Cell = string | number | boolean | null | readonly Cell[];

/** One column to write. `values` may be a typed array; NaN and undefined are written as NULL. */
export interface Column {
  readonly name: string;
  readonly type: 'VARCHAR' | 'INTEGER' | 'BIGINT' | 'DOUBLE' | 'FLOAT' | 'BOOLEAN' | 'TIMESTAMP' | 'DATE';
  readonly values: ArrayLike<string | number | boolean | null | undefined>;
}

/** Where a relation belongs: the lake's folder of one cycle. */
export interface CycleFolder {
  readonly shop: string;
  readonly cycle: string;
}

/** The door to DuckDB and the lake. */
export interface Warehouse {
  /** Folder of the lake. */
  readonly lake: string;
  /** Threads a session uses when it is not told how many. */
  readonly threads: number;
  /** A fresh in-memory DuckDB in which every relation is a view `layer.relation`; parameters become DuckDB variables. One an activity; close it. `signal` interrupts a running statement. With one thread DuckDB keeps rows in the order it reads them, so files need no sort to have the same bytes again. */
  open(relations: Relations, parameters?: Readonly<Record<string, Parameter>>, signal?: AbortSignal, threads?: number): Promise<WarehouseSession>;
  /** The relation if the lake has it, by reading the file's own metadata. */
  find(folder: CycleFolder, name: string): Promise<RelationRef | undefined>;
  /** Every relation the lake has of a cycle. */
  list(folder: CycleFolder): Promise<Relations>;
}

export interface WarehouseSession extends AsyncDisposable {
  /** Makes a relation of the lake a view `layer.relation`. @throws ClienteleError RELATION_MISSING */
  addView(name: string, ref: RelationRef): Promise<void>;
  run(sql: string): Promise<void>;
  /** Names and DuckDB types of a query's columns, in their order; nothing is read but what the types need. */
  describe(sql: string): Promise<ReadonlyMap<string, string>>;
  /** All rows of a query whose result is small. */
  rows<Row extends Record<string, Cell>>(sql: string): Promise<Row[]>;
  /** Rows in order, `size` at a time; throws READ_INCOMPLETE when DuckDB ended the read early. */
  batches<Row extends Record<string, Cell>>(sql: string, size: number): AsyncIterable<Row[]>;
  /** The first column of a query, of texts without NULL. */
  texts(sql: string): Promise<string[]>;
  /** Every column of a query as numbers, row-major; NULL becomes NaN. */
  matrix(sql: string): Promise<{ readonly values: Float64Array; readonly rows: number; readonly columns: number }>;
  /**
   * Writes the relation `name` (`layer.relation`) from a select and makes it a view of this session. Where the lake already has it under
   * the same fingerprint nothing is computed. `external` marks a relation whose rows come from outside the lake (sources, the ledger): its
   * fingerprint is the hash of its bytes, `--reproduce` takes it as given, and one with the same mark is not read again.
   * The first line of `sql` may be `-- grain: <columns>`: rows are written in that order, so the same rows are the same bytes.
   * `inputs` are read from the SQL when not given; `file` names the relation whose SQL file it is, where that is another.
   */
  materialise(folder: CycleFolder, relation: { readonly name: string; readonly sql: string; readonly inputs?: readonly string[]; readonly parameters?: Readonly<Record<string, Parameter>>; readonly external?: string; readonly file?: string }): Promise<RelationRef>;
  /** The same for columns computed in JavaScript; `algorithm` names what made them and its version. `columns` is only called when needed. */
  write(folder: CycleFolder, relation: { readonly name: string; readonly algorithm: string; readonly inputs: readonly string[]; readonly parameters?: Readonly<Record<string, Parameter>>; readonly columns: () => Promise<readonly Column[]> | readonly Column[]; readonly external?: string }): Promise<RelationRef>;
  /** Writes one file of a partitioned relation; `sealParts` makes the relation of them. Only in a session of one thread are the bytes the same again. */
  writePart(folder: CycleFolder, part: { readonly name: string; readonly part: string; readonly sql: string; readonly origin: Readonly<Record<string, unknown>> }): Promise<RelationPart>;
  close(): Promise<void>;
}
