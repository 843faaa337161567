export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
}

/**
 * A plain table, one string a row, title row first. Cells are padded with spaces to the widest.
 * @throws RangeError when a row has another number of cells
 */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  for (const row of rows) if (row.length !== columns.length) throw new RangeError(`a row of ${row.length} cells in a table of ${columns.length} columns`);
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) => row.map((cell, column) => (columns[column]?.right ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join('  ').trimEnd());
}
