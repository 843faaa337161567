import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CycleFolder } from '../../gateways/warehouse/warehouse.ts';

/**
 * Notes in a cycle's manifest that rows were erased from relations, and not whose: computed again from what is left, a cycle may come to other bytes.
 * A cycle without a manifest has nothing to note it in.
 */
export async function noteInManifest(lake: string, { shop, cycle }: CycleFolder, relations: readonly string[], now: Date): Promise<void> {
  const file = join(lake, shop, cycle, 'manifest.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const manifest = JSON.parse(text) as { readonly erasures?: readonly unknown[] };
  const noted = { ...manifest, erasures: [...manifest.erasures ?? [], { at: now.toISOString(), relations }] };
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(noted, null, 1)}\n`);
  await rename(temporary, file);
}
