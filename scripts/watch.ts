// npm run watch -- [shop/]2026-W48 [--once] [--json]
import { createProgram } from './command-line/create-program.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand } from './command-line/run-command.ts';
import { parseCycleName } from './cycle/cycle-name.ts';
import { findCycle } from './cycle/find-cycle.ts';
import { createProgressDisplay } from './display/progress-display.ts';
import { findServer } from './stack/find-server.ts';
import { createJsonDisplay } from './watch/create-json-display.ts';
import { watchCycle } from './watch/watch-cycle.ts';

await runCommand(async ({ stops, signal, say }) => {
  const program = createProgram('watch', "Shows a running cycle step by step until it ends, and leaves it alone: a table that is redrawn in a terminal, a line for everything new elsewhere.")
    .argument('<cycle>', 'shop/2026-W48; the week alone means the demo shop')
    .option('--once', 'only how it stands now; exit code 3 when it needs a person', false)
    .option('--json', 'a line of JSON for everything new', false)
    .parse();
  const { shop, cycle } = parseCycleName(program.args[0] ?? '', 'demo');
  const { once, json } = program.opts<{ once: boolean; json: boolean }>();
  const client = await findServer({ root, environment: process.env, log: say, stops });
  const { handle } = await findCycle(client, shop, cycle);
  const display = json ? createJsonDisplay(process.stdout) : createProgressDisplay({ stream: process.stdout, environment: process.env, now: Date.now });
  return watchCycle({ handle, display, once, signal });
});
