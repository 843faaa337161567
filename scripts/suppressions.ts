// npm run suppressions -- <shop> --export <file> | --import <file> [--reason <text>]
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ClienteleError } from '../gateways/errors.ts';
import { openLedger } from '../gateways/ledger/open-ledger.ts';
import { exportSuppressions, importSuppressions } from '../gateways/ledger/suppression-file.ts';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { readEnvironment } from '../workers/environment.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { runCommand } from './command-line/run-command.ts';

await runCommand(async ({ stops, say }) => {
  const program = createProgram('suppressions', 'Takes the list of addresses that must not be written to out of the ledger, or another list into it.')
    .argument('<shop>', 'folder under shops/; * for the list of every shop')
    .option('--export <file>', 'CSV to write')
    .option('--import <file>', 'CSV with a column address or email, or one address a line')
    .option('--reason <text>', 'why, where the list does not say', 'imported')
    .option('--json', 'print what was done as JSON', false)
    .parse();
  const shop = program.args[0] ?? '';
  const { export: written, import: read, reason, json } = program.opts<{ export?: string; import?: string; reason: string; json: boolean }>();
  const print = (done: object): void => { if (json) process.stdout.write(`${JSON.stringify(done, undefined, 2)}\n`); };
  if ((written === undefined) === (read === undefined)) throw new ClienteleError('COMMAND_INVALID', { problem: 'Either --export or --import is wanted', remedy: 'Give one of them with a file.' });
  const environment = readEnvironment(process.env);
  if (shop !== '*') await openShopFolder(environment.shops, shop);
  const ledger = await openLedger({ databaseUrl: environment.databaseUrl, folder: join(environment.home, 'ledger') });
  stops.add(() => ledger.close());
  const from = process.env['INIT_CWD'] ?? process.cwd();
  if (written !== undefined) {
    // For its owner only: it is a list of people.
    const file = await open(resolve(from, written), 'w', 0o600);
    try {
      for await (const lines of exportSuppressions(ledger, shop)) await file.write(lines);
    } finally {
      await file.close();
    }
    print({ file: resolve(from, written) });
    return exitCodes.ok;
  }
  const lines = createInterface({ input: createReadStream(resolve(from, read ?? '')), crlfDelay: Infinity });
  const result = await importSuppressions(ledger, lines, { shop, reason, source: 'import', now: new Date() });
  print(result);
  say(`${result.read.toLocaleString('en')} addresses are suppressed.`);
  if (result.refused.length === 0) return exitCodes.ok;
  say(`${result.refused.length.toLocaleString('en')} lines hold no mail address: ${result.refused.slice(0, 20).join(', ')}${result.refused.length > 20 ? ', …' : ''}.`);
  return exitCodes.failed;
});
