import { join } from 'node:path';
import { reproduceCycle } from '../../activities/reproduce/reproduce-cycle.ts';
import { openShopFolder } from '../../gateways/shop-folder/open-shop-folder.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { renderTable } from '../display/render-table.ts';

/**
 * Computes a cycle again and prints what became of each relation.
 * @returns exit code: `failed` when one relation has other bytes
 */
export async function reproduceAndTell({ root, shop, cycle, json }: { readonly root: string; readonly shop: string; readonly cycle: string; readonly json: boolean }): Promise<number> {
  const home = process.env['CLIENTELE_HOME'] ?? join(root, 'var');
  const reproduced = await reproduceCycle({ lake: process.env['LAKE'] ?? join(home, 'lake'), scratch: join(home, 'scratch', `${shop}-${cycle}`), shop, cycle: cycle.split('/').at(-1), openShop: (name) => openShopFolder(process.env['SHOPS'] ?? join(root, 'shops'), name) });
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
