/** One immutable relation of the lake. This, never its rows, is what crosses a workflow. */
export interface RelationRef {
  /** From the lake's root: the Parquet file `<shop>/<cycle>/<layer>/<relation>.parquet`, or the folder `<shop>/<cycle>/<layer>/<relation>` of a partitioned relation's files. */
  readonly uri: string;
  readonly rows: number;
  readonly bytes: number;
  /** Hash of the inputs' fingerprints, the SQL text or algorithm with its version, the parameters and the seed. */
  readonly fingerprint: string;
}

/** Relations by their name, `layer.relation`. */
export type Relations = Readonly<Record<string, RelationRef>>;
