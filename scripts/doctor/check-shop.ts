import { resolve } from 'node:path';
import { bookkeepingColumns, canonicalTables } from '../../activities/collect/canonical-tables.ts';
import { partitionPattern, sourcePartitions } from '../../activities/collect/source-partitions.ts';
import { describeSource } from '../../activities/collect/stage-source.ts';
import { ClienteleError } from '../../gateways/errors.ts';
import { openShopFolder, type ShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import type { Warehouse, WarehouseSession } from '../../gateways/warehouse/warehouse.ts';
import { formatCount } from '../display/format-number.ts';
import { notesOf, wordsOf, type Finding } from './finding.ts';

const note = notesOf('shop');

export interface ShopToCheck {
  /** Folder that holds the shops' folders. */
  readonly shops: string;
  readonly name: string;
  /** Where relative data folders start. */
  readonly root: string;
  readonly warehouse: Warehouse;
}

/** Whether a shop's settings can be read, its letters are there, and each source finds its files and gives the columns it must. Reads no rows. */
export async function checkShop({ shops, name, root, warehouse }: ShopToCheck): Promise<{ readonly findings: readonly Finding[]; readonly shop?: ShopFolder }> {
  let shop: ShopFolder;
  try {
    shop = await openShopFolder(shops, name);
  } catch (error) {
    if (!(error instanceof ClienteleError)) throw error;
    return { findings: [note.failed('folder', error.message, `Correct it, or begin anew with clientele init ${name}.`)] };
  }
  const { settings, sources } = shop;
  const data = URL.canParse(settings.data) ? settings.data : resolve(root, settings.data);
  await using session = await warehouse.open({}, { data }, undefined, 1);
  const read: Finding[] = [];
  for (const [table, sql] of Object.entries(sources)) read.push(await checkSource(session, { shop: name, table, sql, data }));
  const mailable = sources['customers'] === undefined ? [note.warning('customers', 'there is no sources/customers.sql: nobody has an address', 'Add it, with email and consent, when mail is to be sent.')] : [];
  return { shop, findings: [note.ok('settings', `shops/${name}/shop.yaml is valid`), ...read, ...mailable, ...checkLetters(shop)] };
}

function checkLetters({ name, settings, letters }: ShopFolder): Finding[] {
  return settings.campaign.arms.map(({ name: arm, letter }) => {
    if (letters[letter] === undefined) return note.failed(`letter ${letter}`, `arm ${arm} names it and it is not there`, `Write shops/${name}/letters/${letter}.mjml.`);
    return note.ok(`letter ${letter}`, `arm ${arm} has it`);
  });
}

async function checkSource(session: WarehouseSession, { shop, table, sql, data }: { readonly shop: string; readonly table: string; readonly sql: string; readonly data: string }): Promise<Finding> {
  const file = `sources/${table}.sql`;
  const what = `source ${table}`;
  const canonical = canonicalTables.find(({ name }) => name === table);
  if (canonical === undefined) return note.failed(what, `${file} is named after no canonical table`, `Rename it to one of ${canonicalTables.map(({ name }) => name).join(', ')}, or remove it.`);
  const cycle = `${shop}/<cycle>`;
  try {
    const pattern = partitionPattern(sql);
    const partitions = pattern === undefined ? undefined : await sourcePartitions(session, { pattern, file, cycle });
    // The last one is the newest, whose form is the one that comes next.
    const columns = await describeSource(session, { sql, partition: partitions?.at(-1), file, cycle });
    const missing = canonical.required.filter((column) => !columns.has(column));
    if (missing.length > 0) return note.failed(what, `${file} gives no ${missing.join(', ')}`, 'Add what is missing to the select list.');
    const unknown = [...columns.keys()].filter((column) => !bookkeepingColumns.includes(column) && !Object.hasOwn(canonical.columns, column));
    if (unknown.length > 0) return note.failed(what, `${file} gives ${unknown.join(', ')}, which ${table} does not have`, 'Rename or drop them.');
    return note.ok(what, `${columns.size} columns${partitions === undefined ? '' : ` from ${formatCount(partitions.length)} files`}`);
  } catch (error) {
    const words = wordsOf(error).replace(/ Mend the file or the query.*$/, '');
    return note.failed(what, words, `Put the files under ${data}, or correct data in shop.yaml or ${file}.`);
  }
}
