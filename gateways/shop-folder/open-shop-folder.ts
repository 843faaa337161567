import { readFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { ClienteleError } from '../errors.ts';
import { shopSettingsSchema, type ShopSettings } from './shop-settings.ts';

/** A shop as a folder: `shop.yaml`, `sources/*.sql`, `letters/*.mjml`. */
export interface ShopFolder {
  readonly name: string;
  readonly path: string;
  readonly settings: ShopSettings;
  /** SQL text by canonical table name. */
  readonly sources: Readonly<Record<string, string>>;
  /** MJML text by letter name. */
  readonly letters: Readonly<Record<string, string>>;
}

async function readTexts(folder: string, ending: string): Promise<Record<string, string>> {
  const names = await readdir(folder).catch((): string[] => []);
  const texts: Record<string, string> = {};
  for (const name of names.sort()) {
    if (name.endsWith(ending)) texts[name.slice(0, -ending.length)] = await readFile(join(folder, name), 'utf8');
  }
  return texts;
}

/**
 * Reads and validates one shop.
 * @param shops folder that holds the shops' folders
 * @throws ClienteleError SHOP_NOT_FOUND, SETTING_INVALID (names every bad setting), SOURCE_MISSING
 */
export async function openShopFolder(shops: string, name: string): Promise<ShopFolder> {
  const known = (await readdir(shops, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const path = resolve(shops, name);
  // The name comes from a command line or a request: only an existing folder's own name may become a path.
  if (!known.includes(name)) throw new ClienteleError('SHOP_NOT_FOUND', { path, known: known.sort().join(', ') || 'none' });
  const file = join(path, 'shop.yaml');
  const text = await readFile(file, 'utf8').catch(() => { throw new ClienteleError('SHOP_NOT_FOUND', { path: file, known: known.sort().join(', ') }); });
  const settings = parseSettings(file, text);
  const sources = await readTexts(join(path, 'sources'), '.sql');
  if (sources['order_lines'] === undefined) throw new ClienteleError('SOURCE_MISSING', { shop: name });
  return { name, path, settings, sources, letters: await readTexts(join(path, 'letters'), '.mjml') };
}

function parseSettings(file: string, text: string): ShopSettings {
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    throw new ClienteleError('SETTING_INVALID', { file, problems: `not readable as YAML, ${(error as Error).message}` });
  }
  const parsed = shopSettingsSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${[...issue.path, ...('keys' in issue ? [issue.keys.join(', ')] : [])].join('.') || 'the file'}: ${issue.message}`).join('; ');
  throw new ClienteleError('SETTING_INVALID', { file, problems });
}
