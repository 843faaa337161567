// npm run quickstart [-- --hold-open]
import { join } from 'node:path';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { isoWeek } from '../workflows/iso-week.ts';
import { createProgram } from './command-line/create-program.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand } from './command-line/run-command.ts';
import { startCycle } from './cycle/start-cycle.ts';
import { nextCycleDay } from './cycle/next-cycle-day.ts';
import { workOnCycle } from './cycle/work-on-cycle.ts';
import { ensureDemoHistory } from './stack/ensure-demo-history.ts';
import { openStack } from './stack/open-stack.ts';

const shop = 'demo';

await runCommand(async (context) => {
  const program = createProgram('quickstart', "Runs the demo shop's next cycle from beginning to end, in front of your eyes.")
    .option('--hold-open', 'keep everything running afterwards, until Ctrl-C', false)
    .option('--json', 'print the result as JSON on standard output, progress on standard error', false)
    .parse();
  const { holdOpen, json } = program.opts<{ holdOpen: boolean; json: boolean }>();
  const { settings } = await openShopFolder(join(root, 'shops'), shop);
  await ensureDemoHistory({ root, shop, say: context.say });
  const stack = await openStack({ root, shop, environment: process.env, simulate: true, log: context.say, stops: context.stops });
  const asOf = await nextCycleDay({ root, shop, client: stack.client });
  const cycle = isoWeek(new Date(asOf));
  const { handle } = await startCycle(stack.client, { shop, cycle, asOf, approval: 'required' });
  const exitCode = await workOnCycle({ context, root, stack, handle, shop, cycle, settings, approveAs: 'quickstart', json });
  if (holdOpen && !stack.joined) {
    context.say(`Everything keeps running: Temporal ${stack.temporalUiUrl ?? ''}, console ${stack.webUrl}. Ctrl-C ends it.`);
    await new Promise((resolve) => { context.signal.addEventListener('abort', resolve, { once: true }); });
  }
  return exitCode;
});
