import type { SpanFacts } from '../trace/trace.ts';

/** What a trace tells of a statement: its verb and the relations it names. The text itself stays here, since searches put people's words into it. */
export function statementFacts(sql: string): { readonly name: string; readonly facts: SpanFacts } {
  const code = sql.replaceAll(/--[^\n]*/g, ' ').replaceAll(/'(?:[^']|'')*'/g, "''");
  const verb = /^\W*([a-z]+)/i.exec(code)?.[1]?.toLowerCase() ?? 'statement';
  const relations = [...new Set([...code.matchAll(/\b(?:from|join|into|table|view)\s+\(?"?([a-z_]+)"?\."?([a-z_]+)"?/gi)].map(([, layer, name]) => `${layer}.${name}`))];
  return { name: `duckdb ${verb}`, facts: { 'db.system.name': 'duckdb', 'db.operation.name': verb, ...(relations.length === 0 ? {} : { 'db.query.summary': `${verb} ${relations.join(' ')}`.slice(0, 255) }) } };
}
