import type { CanonicalTable } from '../../activities/collect/canonical-tables.ts';
import { columnNames } from './column-names.ts';

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/**
 * Which column of a file is which canonical one, by name: its own before any other, each column once.
 * @returns columns of the file by canonical column, in the table's order
 */
export function matchColumns(table: CanonicalTable, columns: readonly string[]): ReadonlyMap<string, string> {
  const own = `${table.name.replace(/s$/, '')}_id`;
  const free = new Set(columns);
  const matched = new Map<string, string>();
  const take = (canonical: string, names: readonly string[]): void => {
    if (matched.has(canonical)) return;
    const found = names.map((name) => columns.find((column) => free.has(column) && plain(column) === name)).find((column) => column !== undefined);
    if (found === undefined) return;
    matched.set(canonical, found);
    free.delete(found);
  };
  for (const canonical of Object.keys(table.columns)) take(canonical, [plain(canonical)]);
  for (const canonical of Object.keys(table.columns)) take(canonical, [...(columnNames[canonical] ?? []), ...(canonical === own ? ['id'] : [])]);
  return new Map(Object.keys(table.columns).flatMap((canonical) => (matched.has(canonical) ? [[canonical, matched.get(canonical)!] as const] : [])));
}
