import { BIGINT, BOOLEAN, DOUBLE, DuckDBDataChunk, FLOAT, INTEGER, VARCHAR, type DuckDBConnection, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';
import { quoteIdentifier } from './quote.ts';
import type { Column } from './warehouse.ts';

const rowsPerChunk = 2048;

/** Times travel as ISO 8601 text and are cast by the select that writes the relation. */
const carriers: Readonly<Record<Column['type'], { readonly type: DuckDBType; readonly name: string }>> = {
  VARCHAR: { type: VARCHAR, name: 'VARCHAR' }, TIMESTAMP: { type: VARCHAR, name: 'VARCHAR' }, DATE: { type: VARCHAR, name: 'VARCHAR' },
  INTEGER: { type: INTEGER, name: 'INTEGER' }, BIGINT: { type: BIGINT, name: 'BIGINT' }, DOUBLE: { type: DOUBLE, name: 'DOUBLE' },
  FLOAT: { type: FLOAT, name: 'FLOAT' }, BOOLEAN: { type: BOOLEAN, name: 'BOOLEAN' },
};

function toValue(value: string | number | boolean | null | undefined, type: Column['type']): DuckDBValue {
  if (value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value))) return null;
  return type === 'BIGINT' ? BigInt(value) : value;
}

/**
 * Makes a temporary table of some columns, chunk by chunk.
 * @throws RangeError where columns differ in length
 */
export async function appendColumns(connection: DuckDBConnection, table: string, columns: readonly Column[]): Promise<void> {
  const rows = columns[0]?.values.length ?? 0;
  const uneven = columns.find((column) => column.values.length !== rows);
  if (uneven !== undefined) throw new RangeError(`Column ${uneven.name} has ${uneven.values.length} values, ${columns[0]!.name} has ${rows}.`);
  await connection.run(`create temporary table ${quoteIdentifier(table)} (${columns.map((column) => `${quoteIdentifier(column.name)} ${carriers[column.type].name}`).join(', ')})`);
  const appender = await connection.createAppender(table, 'main', 'temp');
  const types = columns.map((column) => carriers[column.type].type);
  for (let start = 0; start < rows; start += rowsPerChunk) {
    const count = Math.min(rowsPerChunk, rows - start);
    const chunk = DuckDBDataChunk.create(types, count);
    columns.forEach((column, index) => {
      const values = new Array<DuckDBValue>(count);
      for (let row = 0; row < count; row++) values[row] = toValue(column.values[start + row], column.type);
      chunk.setColumnValues(index, values);
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
