// npm run erase -- <shop> <customer> [--yes] [--json]
import { join } from 'node:path';
import { openLedger } from '../gateways/ledger/open-ledger.ts';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { readEnvironment } from '../workers/environment.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { fetchLake } from './command-line/fetch-lake.ts';
import { runCommand } from './command-line/run-command.ts';
import { formatCount } from './display/format-number.ts';
import { renderTable } from './display/render-table.ts';
import { erasePerson } from './erase/erase-person.ts';

await runCommand(async ({ stops, say }) => {
  const program = createProgram('erase', 'Takes a person out of the ledger and the finished cycles of a shop; addresses stay suppressed by their hash. Without --yes it only looks.')
    .argument('<shop>', 'folder under shops/')
    .argument('<customer>', 'customer_id')
    .option('--yes', 'erase; nothing brings it back', false)
    .option('--json', 'print JSON', false)
    .parse();
  const [shop = '', customer = ''] = program.args;
  const { yes, json } = program.opts<{ yes: boolean; json: boolean }>();
  const environment = readEnvironment(process.env);
  const { shops, lake, home, databaseUrl } = environment;
  await openShopFolder(shops, shop);
  const bringBack = await fetchLake(environment, `${shop}/`);
  const ledger = await openLedger({ databaseUrl, folder: join(home, 'ledger') });
  stops.add(() => ledger.close());
  const erasure = await erasePerson({ ledger, warehouse: await openWarehouse({ lake }), shop, customer, now: new Date(), erase: yes });
  if (yes) await bringBack();
  const rows = [
    ...Object.entries(erasure.ledger.rows).map(([table, count]) => ['ledger', table, formatCount(count), '']),
    ...erasure.lake.map(({ cycle, relation, rows: count, left }) => [cycle, relation, formatCount(count), left ? 'stays: the cycle is not over' : '']),
  ];
  process.stdout.write(`${json ? JSON.stringify(erasure, undefined, 2) : renderTable([{ title: 'where' }, { title: 'what' }, { title: 'rows', right: true }, { title: '' }], rows).join('\n')}\n`);
  if (!yes) {
    say('Nothing was erased; --yes does it.');
    return exitCodes.ok;
  }
  const left = erasure.lake.some((trace) => trace.left);
  say(`Erased${left ? ', but for a cycle that is not over: erase again when it is' : ''}. ${erasure.ledger.addresses} addresses stay suppressed by their hash.`);
  say("Later cycles leave out what the shop's own files still say, as quarantined. Not reached: those files themselves, mail in var/outbox and var/previews, the relay's log, backups.");
  return left ? exitCodes.failed : exitCodes.ok;
});
