import { join } from 'node:path';
import { reproduceCycle } from '../../activities/reproduce/reproduce-cycle.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { readEnvironment } from '../../workers/environment.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { fetchLake } from '../command-line/fetch-lake.ts';
import { renderTable } from '../display/render-table.ts';

/**
 * Computes a cycle again and prints what became of each relation.
 * @returns exit code: `failed` when one relation has other bytes
 */
export async function reproduceAndTell({ shop, cycle, json }: { readonly shop: string; readonly cycle: string; readonly json: boolean }): Promise<number> {
  const environment = readEnvironment(process.env);
  const { home, lake, shops } = environment;
  await fetchLake(environment, `${shop}/`);
  const reproduced = await reproduceCycle({ lake, scratch: join(home, 'scratch', `${shop}-${cycle}`), shop, cycle: cycle.split('/').at(-1), openShop: (name) => openShopFolder(shops, name) });
  const differs = reproduced.filter(({ verdict }) => verdict === 'other bytes' || verdict === 'not made');
  if (json) {
    process.stdout.write(`${JSON.stringify(reproduced, undefined, 2)}\n`);
  } else {
    process.stdout.write(`${renderTable([{ title: 'relation' }, { title: 'second computation' }], reproduced.map(({ relation, verdict }) => [relation, verdict])).join('\n')}\n\n`);
    const same = reproduced.filter(({ verdict }) => verdict === 'same bytes').length;
    process.stdout.write(differs.length === 0 ? `All ${same} computed relations of ${shop}/${cycle} have the same bytes.\n` : `${differs.length} of ${same + differs.length} computed relations of ${shop}/${cycle} differ. Were shop.yaml or the code changed since?\n`);
  }
  return differs.length === 0 ? exitCodes.ok : exitCodes.failed;
}
