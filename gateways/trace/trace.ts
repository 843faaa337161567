/** What a span may say: names, sizes and codes; never a person's data. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

/** Told of what happens inside a span. */
export interface Span {
  set(facts: SpanFacts): void;
  /** Something that happened at this moment. */
  note(event: string, facts?: SpanFacts): void;
  fail(code: string): void;
}

/** Records how long work took and inside of what; the same trace goes from a workflow through its activities to statements and letters. */
export interface Trace {
  span<Result>(name: string, facts: SpanFacts, work: (span: Span) => Promise<Result>): Promise<Result>;
}
