import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrueEffects } from '../display/render-result.ts';

/** The true effects of a simulated week, which only its simulator knows; undefined for a real shop. */
export async function readTrueEffects(root: string, shop: string, cycle: string): Promise<TrueEffects | undefined> {
  const text = await readFile(join(root, 'var', 'shops', shop, 'truth', `${cycle}.json`), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { summary } = JSON.parse(text) as { readonly summary: { readonly trueEffect: TrueEffects } };
  return summary.trueEffect;
}
