// npm run screenshots -- [shop/2026-W48] [--all] [--out <folder>]
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand } from './command-line/run-command.ts';
import { parseCycleName } from './cycle/cycle-name.ts';
import { photograph, type Look } from './screenshots/photograph.ts';
import { serveConsole } from './screenshots/serve-console.ts';

/** What the README shows. */
const chosen: readonly Look[] = [
  { page: 'segments', width: 1280, scheme: 'light', height: 1400 }, { page: 'results', width: 1280, scheme: 'light', height: 1100 },
  { page: 'campaigns', width: 1280, scheme: 'dark', height: 1100 }, { page: 'customer', width: 390, scheme: 'light', height: 1100 },
];

await runCommand(async ({ stops, say }) => {
  const program = createProgram('screenshots', "Takes the README's pictures of the console, or all of its pages at two widths in light and dark, from what the shop's cycles left.")
    .argument('[cycle]', 'shop/2026-W48; the newest of the demo shop when absent')
    .option('--all', 'every page whole, at 1280 and 390 wide, light and dark', false)
    .option('--out <folder>', 'where to; docs/console when absent, var/screenshots with --all')
    .option('--json', 'print the files as JSON', false)
    .parse();
  const { all, out, json } = program.opts<{ all: boolean; out?: string; json: boolean }>();
  const folder = out === undefined ? join(root, ...(all ? ['var', 'screenshots'] : ['docs', 'console'])) : resolve(process.env['INIT_CWD'] ?? process.cwd(), out);
  await mkdir(folder, { recursive: true });
  const { url, newest } = await serveConsole({ root, stops, say });
  const at = program.args[0] === undefined ? await newest('demo') : parseCycleName(program.args[0], 'demo');
  const files = await photograph({ url, at, folder, looks: all ? 'all' : chosen, stops });
  process.stdout.write(json ? `${JSON.stringify(files)}\n` : `${files.join('\n')}\n`);
  return exitCodes.ok;
});
