import type { LedgerTransaction } from './ledger.ts';
import { suppress, type Suppression } from './suppressions.ts';

/** What an import came to. */
export interface SuppressionImport {
  readonly read: number;
  /** Lines without a mail address, by number from 1; nothing of them was taken. */
  readonly refused: readonly number[];
}

const address = /^[^\s<>(),;:"[\]@]+@[^\s<>(),;:"[\]@]+\.[^\s<>(),;:"[\]@.]+$/;
const heading = 'address,reason,source,suppressed_at';

/** A spreadsheet runs a cell that begins so as a formula; the apostrophe makes it text, and importing takes it away again. */
const safeCell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

/** A shop's suppressed addresses as CSV lines, the oldest first, `size` at a time; addresses that were erased are left out, since only their hash is kept. */
export async function* exportSuppressions(ledger: LedgerTransaction, shop: string, size = 5000): AsyncGenerator<string> {
  yield `${heading}\n`;
  for (let after = ''; ;) {
    const rows = await ledger.query<{ hash: string; address: string | null; reason: string; source: string; at: Date }>(
      `select address_hash as hash, address, reason, source, suppressed_at as at
       from suppressions
       where shop = $1 and address_hash > $2
       order by address_hash
       limit $3`,
      [shop, after, size],
    );
    const lines = rows.flatMap((row) => (row.address === null ? [] : [`${[row.address, row.reason, row.source, row.at.toISOString()].map(safeCell).join(',')}\n`]));
    if (lines.length > 0) yield lines.join('');
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.hash;
  }
}

/** Cells of one CSV line (RFC 4180), without line breaks in cells. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) cells.push((quoted?.replaceAll('""', '"') ?? plain ?? '').trim().replace(/^'(?=[=+\-@])/, ''));
  return cells;
}

/**
 * Suppresses every address of a list: one a line, or CSV with a column `address` or `email` and perhaps `reason`. Whoever is suppressed already keeps
 * the first reason.
 * @param lines of the file, without their line ends
 */
export async function importSuppressions(ledger: LedgerTransaction, lines: AsyncIterable<string> | Iterable<string>, input: { readonly shop: string; readonly reason: string; readonly source: string; readonly now: Date; readonly size?: number }): Promise<SuppressionImport> {
  const { shop, reason, source, now, size = 5000 } = input;
  const refused: number[] = [];
  let columns: { readonly address: number; readonly reason: number } | undefined;
  let batch: Suppression[] = [];
  let read = 0;
  let number = 0;
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await suppress(ledger, batch);
    read += batch.length;
    batch = [];
  };
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const cells = cellsOf(line.replace(/^\uFEFF/, ''));
    const names = cells.map((cell) => cell.toLowerCase());
    if (columns === undefined) {
      const at = names.findIndex((name) => name === 'address' || name === 'email');
      columns = { address: Math.max(at, 0), reason: at < 0 ? -1 : names.indexOf('reason') };
      if (at >= 0) continue;
    }
    const given = cells[columns.address] ?? '';
    if (!address.test(given) || given.length > 320) {
      refused.push(number);
      continue;
    }
    batch.push({ shop, address: given, reason: (cells[columns.reason] || reason).slice(0, 200), source, at: now });
    if (batch.length >= size) await flush();
  }
  await flush();
  return { read, refused };
}
