import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteLiteral } from './quote.ts';

interface Node { readonly type?: string; readonly schema_name?: string; readonly table_name?: string }

/**
 * Every `layer.relation` a select reads, sorted, by DuckDB's own parser.
 * @throws SyntaxError where DuckDB cannot parse the text
 */
export async function tableReferences(connection: DuckDBConnection, sql: string): Promise<string[]> {
  const [[text]] = (await (await connection.run(`select json_serialize_sql(${quoteLiteral(sql)}::varchar)::varchar`)).getRowsJS()) as [[string]];
  const tree = JSON.parse(text) as { error: boolean; error_message?: string };
  if (tree.error) throw new SyntaxError(tree.error_message);
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (node === null || typeof node !== 'object') return;
    const { type, schema_name: schema, table_name: table } = node as Node;
    if (type === 'BASE_TABLE' && schema !== undefined && schema !== '') found.add(`${schema}.${table}`);
    Object.values(node).forEach(visit);
  };
  visit(tree);
  return [...found].sort();
}
