import { copyFile, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalTables } from '../../activities/collect/canonical-tables.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { quoteLiteral } from '../../gateways/warehouse/quote.ts';
import type { Warehouse } from '../../gateways/warehouse/warehouse.ts';
import { findFiles, type FoundFiles } from './find-files.ts';
import { matchColumns } from './match-columns.ts';
import { writeSettings, type ShopAnswers } from './write-settings.ts';
import { writeSource } from './write-source.ts';

export interface NewShop {
  /** Folder that holds the shops' folders. */
  readonly shops: string;
  readonly name: string;
  readonly answers: ShopAnswers;
  /** Absolute path of the data folder whose files the sources are drafted for; samples to be rewritten when absent. */
  readonly data?: string;
  /** Folder of letters to begin with. */
  readonly letters: string;
  readonly warehouse: Warehouse;
}

export interface WrittenFile {
  /** Below `shops/`. */
  readonly file: string;
  readonly explains: string;
  /** What a person has to mend in it before a cycle can run. */
  readonly missing: readonly string[];
}

/** Files that a shop without a data folder is shown. */
const samples: readonly Omit<FoundFiles, 'example'>[] = [
  { table: 'order_lines', pattern: 'orders/*.csv', format: 'csv' },
  { table: 'customers', pattern: 'customers.csv', format: 'csv' },
];

/**
 * Writes `shops/<name>/` whole or not at all, and never over something.
 * @throws ClienteleError COMMAND_INVALID where the name is none or taken; SETTING_INVALID for an answer that no shop can have
 */
export async function createShop({ shops, name, answers, data, letters, warehouse }: NewShop): Promise<WrittenFile[]> {
  if (!/^[a-z0-9][a-z0-9-]{0,60}$/.test(name)) throw new ClienteleError('COMMAND_INVALID', { problem: `${name} is no name for a shop's folder`, remedy: 'Take small letters, digits and hyphens.' });
  const target = join(shops, name);
  const taken = new ClienteleError('COMMAND_INVALID', { problem: `${target} is there already, and nothing is overwritten`, remedy: 'Take another name, or edit that shop.' });
  if (await stat(target).then(() => true, () => false)) throw taken;
  const found = data === undefined ? samples.map((sample) => ({ ...sample, example: '' })) : await findFiles(data);
  // A source that is required and was not found is drafted from the sample, for a person to point at the files.
  const files = found.some(({ table }) => table === 'order_lines') ? found : [{ ...samples[0]!, example: '' }, ...found];

  await mkdir(shops, { recursive: true });
  const draft = await mkdtemp(join(shops, '.new-'));
  try {
    const shop = join(draft, name);
    await mkdir(join(shop, 'sources'), { recursive: true });
    await mkdir(join(shop, 'letters'));
    await writeFile(join(shop, 'shop.yaml'), writeSettings(answers));
    const sources: WrittenFile[] = [];
    for (const file of files) sources.push(await draftSource(shop, name, file, data, warehouse));
    const copied = (await readdir(letters)).filter((letter) => /^offer-[ab]\.mjml$/.test(letter)).sort();
    for (const letter of copied) await copyFile(join(letters, letter), join(shop, 'letters', letter));
    await openShopFolder(draft, name);
    // Renaming a folder onto an empty one would take it over.
    await mkdir(target).catch(() => { throw taken; });
    await rename(shop, target);
    return [
      { file: `${name}/shop.yaml`, missing: [], explains: 'settings: sender, budget, offers, the two letters that are tried against each other, when it runs' },
      ...sources,
      ...copied.map((letter) => ({ file: `${name}/letters/${letter}`, missing: [], explains: 'a letter in MJML, copied from the demo shop; {{ … }} is filled for each customer' })),
    ];
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function draftSource(shop: string, name: string, file: FoundFiles, data: string | undefined, warehouse: Warehouse): Promise<WrittenFile> {
  const table = canonicalTables.find((canonical) => canonical.name === file.table);
  if (table === undefined) throw new TypeError(`unreachable: ${file.table} is no canonical table`);
  const columns = data === undefined || file.example === '' ? Object.keys(table.columns) : await columnsOf(join(data, file.example), file.format, warehouse);
  const { sql, missing, unused } = writeSource(table, file, matchColumns(table, columns), columns);
  await writeFile(join(shop, 'sources', `${table.name}.sql`), sql);
  const from = file.example === '' ? `an example for ${file.pattern} with the canonical columns: point it at your files` : `reads ${file.pattern}${unused.length === 0 ? '' : `; of its columns it leaves ${unused.join(', ')}`}`;
  return { file: `${name}/sources/${table.name}.sql`, missing, explains: from };
}

async function columnsOf(path: string, format: FoundFiles['format'], warehouse: Warehouse): Promise<string[]> {
  await using session = await warehouse.open({}, {}, undefined, 1);
  const place = quoteLiteral(path);
  const read = { csv: `read_csv(${place}, header = true, all_varchar = true)`, parquet: `read_parquet(${place})`, json: `read_json_auto(${place})` }[format];
  return [...(await session.describe(`select * from ${read}`)).keys()];
}
