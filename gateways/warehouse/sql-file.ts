import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../sql/', import.meta.url));

/** Text of the file that makes a relation: `features.customers` is sql/features/customers.sql. */
export async function readSql(relation: string): Promise<string> {
  return readFile(`${folder}${relation.replace('.', '/')}.sql`, 'utf8');
}

/** Columns of the `-- grain: a, b` on line one: what one row stands for, and the order rows are written in. */
export function grainOf(sql: string): readonly string[] {
  const match = /^-- grain: ([\w, ]+)/.exec(sql);
  return match === null ? [] : match[1]!.split(',').map((column) => column.trim());
}
