import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { openShopFolder, type ShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { makeHistory } from '../simulator/make-history.ts';
import { scales } from '../simulator/scales.ts';

export type ScaleName = 'S' | 'M' | 'L';

/** A copy of the demo shop over a simulated history of one scale. */
export interface BenchShop {
  readonly shop: ShopFolder;
  /** Folder that holds the shop's folder. */
  readonly shops: string;
  readonly data: string;
  /** ISO 8601 instant. The history goes on for the attribution window after it, so that there is something to evaluate. */
  readonly asOf: string;
  readonly cycle: string;
}

const seed = 1;
const asOf = '2026-11-23';
const until = '2026-11-30';
/** Dispatch is measured elsewhere: a small campaign keeps the relay's speed out of the figures. */
const maximumRecipients = 200;
const name = 'bench';

/** Makes the history of a scale once under `folder` and writes the shop that reads it. */
export async function openBenchShop({ root, folder, scale, resamples, say }: { readonly root: string; readonly folder: string; readonly scale: ScaleName; readonly resamples: number; readonly say: (line: string) => void }): Promise<BenchShop> {
  const data = join(folder, 'data', scale);
  const request = { ...scales[scale], seed, until };
  // Another scale, seed or end is another history: the request is kept beside it.
  const made = await readFile(join(data, 'request.json'), 'utf8').catch(() => '');
  if (made !== JSON.stringify(request)) {
    say(`Making a history of scale ${scale} …`);
    await rm(data, { recursive: true, force: true });
    await mkdir(data, { recursive: true });
    const { orderLines, events } = await makeHistory({ folder: data, ...request });
    await writeFile(join(data, 'request.json'), JSON.stringify(request));
    say(`It has ${request.customers} customers, ${orderLines} order lines and ${events} events.`);
  }
  const shops = join(folder, 'shops', scale);
  await rm(shops, { recursive: true, force: true });
  await cp(join(root, 'shops', 'demo'), join(shops, name), { recursive: true });
  const file = join(shops, name, 'shop.yaml');
  const settings = parse(await readFile(file, 'utf8')) as { analyse: object; approval: object; campaign: object };
  await writeFile(file, stringify({
    ...settings, data, seed, day_length_seconds: 0.01, analyse: { ...settings.analyse, resamples }, approval: { ...settings.approval, mode: 'automatic' }, campaign: { ...settings.campaign, maximum_recipients: maximumRecipients },
  }));
  return { shop: await openShopFolder(shops, name), shops, data, asOf: `${asOf}T00:00:00.000Z`, cycle: '2026-W48' };
}
