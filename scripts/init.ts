// npm run init -- <shop> [--data <folder>] [--yes] …
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ClienteleError } from '../gateways/errors.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { readEnvironment } from '../workers/environment.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand } from './command-line/run-command.ts';
import { dataFolder } from './cycle/data-folder.ts';
import { ask } from './init/ask.ts';
import { createShop } from './init/create-shop.ts';

type Asked = 'title' | 'timeZone' | 'currency' | 'sender' | 'postalAddress' | 'marketer' | 'budget' | 'data';

await runCommand(async ({ say }) => {
  const program = createProgram('init', 'Makes a new shop: asks what is needed, writes shops/<shop>/ with settings, sources for the files of a folder, and letters, and explains each. Nothing is overwritten.')
    .argument('<shop>', 'name of the new folder under shops/')
    .option('--data <folder>', "the shop's files; sources are drafted for those whose names say what they hold")
    .option('--title <text>', 'as customers know the shop')
    .option('--time-zone <zone>', 'for example Europe/Berlin')
    .option('--currency <code>', 'for example EUR')
    .option('--sender <address>', 'letters come from it')
    .option('--postal-address <text>', 'stands in every letter')
    .option('--marketer <address>', 'gets the proofs')
    .option('--budget <amount>', 'for the offers of one campaign')
    .option('--yes', 'ask nothing: what is not given is as proposed', false)
    .option('--json', 'print JSON', false)
    .parse();
  const [name = ''] = program.args;
  const { yes, json, ...given } = program.opts<Partial<Record<Asked, string>> & { yes: boolean; json: boolean }>();
  const questions = [
    { key: 'title', words: 'How do customers know the shop?', proposal: name },
    { key: 'data', words: 'Folder of its files (none: examples are written)?', proposal: 'none' },
    { key: 'timeZone', words: 'Time zone?', proposal: Intl.DateTimeFormat().resolvedOptions().timeZone },
    { key: 'currency', words: 'Currency?', proposal: 'EUR' },
    { key: 'sender', words: 'Address that letters come from?', proposal: `hello@${name}.example` },
    { key: 'postalAddress', words: 'Postal address, which stands in every letter?', proposal: `${name}, street, town, country` },
    { key: 'marketer', words: 'Who gets the proofs?', proposal: `marketing@${name}.example` },
    { key: 'budget', words: 'Budget of one campaign?', proposal: '1000' },
  ] as const;
  const answers = yes ? { ...Object.fromEntries(questions.map(({ key, proposal }) => [key, proposal])) as Record<Asked, string>, ...given } : await ask<Asked>(questions, given, { input: process.stdin, output: process.stderr });

  const typedIn = process.env['INIT_CWD'] ?? process.cwd();
  const folder = answers.data === 'none' ? undefined : resolve(typedIn, answers.data);
  if (folder !== undefined && !(await stat(folder).then((found) => found.isDirectory(), () => false))) throw new ClienteleError('COMMAND_INVALID', { problem: `${folder} is no folder`, remedy: 'Name the folder of the shop\'s files, or none.' });
  const { shops, lake } = readEnvironment(process.env);
  const written = await createShop({
    shops, name, data: folder, letters: join(root, 'shops', 'demo', 'letters'), warehouse: await openWarehouse({ lake }),
    answers: { ...answers, data: folder === undefined ? `var/shops/${name}` : dataFolder(answers.data, typedIn, root), budget: Number(answers.budget) },
  });
  if (json) {
    process.stdout.write(`${JSON.stringify({ shop: name, files: written }, undefined, 2)}\n`);
    return exitCodes.ok;
  }
  for (const { file, explains, missing } of written) process.stdout.write(`${join(shops, file)}\n    ${explains}\n${missing.length === 0 ? '' : `    mend first: no column looks like ${missing.join(', ')}, which it must give\n`}`);
  say(`Next: look through them, then clientele doctor ${name}, and clientele cycle --shop ${name}.`);
  return exitCodes.ok;
});
