import type { Cell } from '../../gateways/warehouse/warehouse.ts';

/** A spreadsheet takes a text that begins so for a formula and runs it. */
const formula = /^[=+\-@\t\r]/;

/** One cell by RFC 4180; NULL is empty. */
function csvCell(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell);
  const text = typeof cell === 'string' ? cell : JSON.stringify(cell);
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines of a CSV file by RFC 4180. */
export const csvLines = (names: readonly string[], rows: readonly Readonly<Record<string, Cell>>[]): string => rows.map((row) => `${names.map((name) => csvCell(row[name])).join(',')}\r\n`).join('');

/** The first line of a CSV file. */
export const csvHead = (names: readonly string[]): string => `${names.map(csvCell).join(',')}\r\n`;
