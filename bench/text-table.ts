/**
 * Aligns rows under their headings with two spaces between columns; every column but the first is set to the right.
 * @throws RangeError when a row has not as many cells as there are headings
 */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const ragged = rows.find((row) => row.length !== headings.length);
  if (ragged !== undefined) throw new RangeError(`A row has ${ragged.length} cells where the table has ${headings.length} columns.`);
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string => cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ').trimEnd();
  return [line(headings), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
