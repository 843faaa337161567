// clientele <command>: the same commands as npm run, under one name.
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClienteleError } from '../gateways/errors.ts';
import { commands } from './command-line/commands.ts';
import { nearestCommand } from './command-line/nearest-command.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { renderHelp } from './command-line/render-help.ts';
import { runCommand } from './command-line/run-command.ts';

const [first = 'help', ...rest] = process.argv.slice(2);
const asked = first === 'help' && rest[0] !== undefined ? { name: rest[0], words: ['--help'] } : { name: first, words: rest };
const command = asked.name === 'completion' ? { name: 'completion', temporal: undefined } : commands.find(({ name }) => name === asked.name);

if (command === undefined) {
  await runCommand(async () => {
    if (['help', '--help', '-h'].includes(first)) process.stdout.write(`${renderHelp(commands)}\n`);
    else if (['--version', '-V'].includes(first)) process.stdout.write(`${(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }).version}\n`);
    else throw new ClienteleError('COMMAND_INVALID', { problem: `There is no command ${asked.name}`, remedy: nearestCommand(asked.name, commands.map(({ name }) => name)) });
    return 0;
  });
} else {
  // Settings name files from the checkout, as with npm run; what is typed is found by INIT_CWD.
  process.env['INIT_CWD'] ??= process.cwd();
  process.chdir(root);
  process.argv = [process.argv[0] ?? '', import.meta.filename, ...asked.words];
  if (command.temporal === true && !asked.words.includes('--help') && !asked.words.includes('-h')) {
    const { status } = spawnSync(process.execPath, [join(root, 'scripts/temporal-server/ensure-temporal-server.ts'), '--temporal'], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) process.exit(status ?? 1);
  }
  await import(`./${command.name}.ts`);
}
