// npm run cycle -- --shop online-retail [--data <folder>] [--as-of <date>] [--reproduce <cycle>] [--json]
import { join } from 'node:path';
import { Option } from 'commander';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { isoWeek } from '../workflows/iso-week.ts';
import { createProgram } from './command-line/create-program.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand } from './command-line/run-command.ts';
import { currentUser } from './cycle/decide-plan.ts';
import { chooseAsOf } from './cycle/choose-as-of.ts';
import { dataFolder } from './cycle/data-folder.ts';
import { reproduceAndTell } from './cycle/reproduce-and-tell.ts';
import { startCycle } from './cycle/start-cycle.ts';
import { workOnCycle } from './cycle/work-on-cycle.ts';
import { ensureDemoHistory } from './stack/ensure-demo-history.ts';
import { openStack } from './stack/open-stack.ts';
import { readShopClock } from './stack/shop-life.ts';

interface CycleOptions {
  readonly shop: string;
  readonly data?: string;
  readonly asOf?: string;
  readonly approval?: 'required' | 'automatic';
  readonly reproduce?: string;
  readonly json: boolean;
}

await runCommand(async (context) => {
  const program = createProgram('cycle', 'Runs one cycle of a shop and prints what came of it.')
    .requiredOption('--shop <name>', 'folder under shops/')
    .option('--data <folder or URL>', "where the shop's sources read; the shop's own setting when absent")
    .option('--as-of <date>', 'the cycle knows what happened before this day, for example 2026-11-23')
    .addOption(new Option('--approval <mode>', "overrules the shop's setting").choices(['required', 'automatic']))
    .option('--reproduce <cycle>', 'compute a finished cycle again and compare every relation byte by byte; sends nothing')
    .option('--json', 'print the result as JSON on standard output, progress on standard error', false)
    .parse();
  const { shop, data, asOf: typed, approval, reproduce, json } = program.opts<CycleOptions>();
  if (reproduce !== undefined) return await reproduceAndTell({ shop, cycle: reproduce, json });
  const { settings } = await openShopFolder(join(root, 'shops'), shop);
  await ensureDemoHistory({ root, shop, say: context.say });
  const clock = await readShopClock(root, shop);
  const asOf = chooseAsOf({ typed, fixed: settings.as_of, simulatedToday: clock?.today, now: new Date(), timeZone: settings.time_zone });
  const cycle = isoWeek(new Date(asOf));

  const stack = await openStack({ root, shop, environment: process.env, simulate: clock !== undefined, log: context.say, stops: context.stops });
  const { handle, met } = await startCycle(stack.client, { shop, cycle, asOf, approval, startedBy: currentUser(), dataFolder: data === undefined ? undefined : dataFolder(data, process.env['INIT_CWD'] ?? process.cwd(), root) });
  if (met === 'running') context.say(`Cycle ${shop}/${cycle} was under way already; it goes on.`);
  if (met === 'finished') context.say(`Cycle ${shop}/${cycle} was run before; this is what came of it. A week is not run twice, so that nobody is mailed twice.`);
  return workOnCycle({ context, root, stack, handle, shop, cycle, settings, json });
});
