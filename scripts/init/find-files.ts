import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of one canonical table in a data folder. */
export interface FoundFiles {
  readonly table: string;
  /** Relative to the data folder; with a `*` where there are many. */
  readonly pattern: string;
  readonly format: 'csv' | 'parquet' | 'json';
  /** A file to read the columns of. */
  readonly example: string;
}

/** What files and folders of a table are called, beside its own name. */
const names: Readonly<Record<string, readonly string[]>> = {
  order_lines: ['orderlines', 'orders', 'orderitems', 'lineitems', 'sales', 'transactions', 'invoices', 'purchases'],
  customers: ['customers', 'customer', 'clients', 'users', 'members', 'contacts'],
  products: ['products', 'product', 'items', 'articles', 'catalog', 'catalogue'],
  events: ['events', 'visits', 'clicks', 'clickstream', 'sessions', 'views'],
  payments: ['payments', 'payment'],
  social: ['social', 'posts', 'reviews', 'mentions'],
};

const formatOf = (file: string): FoundFiles['format'] | undefined => {
  const [, ending] = /\.(csv|tsv|txt|parquet|json|jsonl|ndjson)(?:\.gz)?$/i.exec(file) ?? [];
  if (ending === undefined) return undefined;
  return /parquet/i.test(ending) ? 'parquet' : /json/i.test(ending) ? 'json' : 'csv';
};
const plain = (name: string): string => name.toLowerCase().replace(/\..*$/, '').replaceAll(/[^a-z]/g, '');

/** The files of a data folder that are named like one of the canonical tables: a file, a folder of them, or files with a day or month in their names. */
export async function findFiles(folder: string): Promise<FoundFiles[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((one, other) => one.name.localeCompare(other.name, 'en'));
  const found: FoundFiles[] = [];
  for (const [table, called] of Object.entries(names)) {
    for (const name of called) {
      const files = await filesOf(folder, entries.filter((entry) => plain(entry.name) === name));
      if (files === undefined) continue;
      found.push({ table, ...files });
      break;
    }
  }
  return found;
}

async function filesOf(folder: string, entries: readonly { readonly name: string; isDirectory(): boolean }[]): Promise<Omit<FoundFiles, 'table'> | undefined> {
  const within = entries.find((entry) => entry.isDirectory());
  const inside = within === undefined ? [] : (await readdir(join(folder, within.name))).filter((name) => formatOf(name) !== undefined).sort();
  const [first] = inside;
  if (within !== undefined && first !== undefined) return { pattern: `${within.name}/*${endingOf(first)}`, format: formatOf(first)!, example: `${within.name}/${first}` };
  const files = entries.filter((entry) => !entry.isDirectory() && formatOf(entry.name) !== undefined).map(({ name }) => name);
  const [file] = files;
  if (file === undefined) return undefined;
  const common = file.slice(0, file.search(/[\d_.-]/));
  return { pattern: files.length > 1 ? `${common}*${endingOf(file)}` : file, format: formatOf(file)!, example: file };
}

const endingOf = (file: string): string => /\.[a-z]+(?:\.gz)?$/i.exec(file)?.[0] ?? '';
