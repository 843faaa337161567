// npm run journeys -- demo[/2026-W48] [--schedule create] [--json]
import { Option } from 'commander';
import { createJourneyActivities } from '../activities/journeys/index.ts';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { readEnvironment } from '../workers/environment.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { fetchLake } from './command-line/fetch-lake.ts';
import { runCommand } from './command-line/run-command.ts';
import { parseCycleName } from './cycle/cycle-name.ts';
import { mayColor } from './display/paint.ts';
import { readJourneys } from './journeys/read-journeys.ts';
import { renderJourneys } from './journeys/render-journeys.ts';
import { keepStudySchedule, scheduleVerbs } from './stack/keep-study-schedule.ts';

await runCommand(async (context) => {
  const program = createProgram('journeys', 'Studies the visits of a cycle: funnels, where people are lost and what that costs, abandoned carts and whom a reminder would go to.')
    .argument('<cycle>', 'demo for its latest cycle, or demo/2026-W48')
    .addOption(new Option('--schedule <verb>', 'keeps a daily run of its own in Temporal').choices(scheduleVerbs))
    .option('--json', 'print JSON', false)
    .parse();
  const typed = program.args[0] ?? '';
  const asked = /\d{4}-W\d{2}$/.test(typed) ? parseCycleName(typed, 'demo') : { shop: typed };
  const { schedule, json } = program.opts<{ schedule?: (typeof scheduleVerbs)[number]; json: boolean }>();
  const environment = readEnvironment(process.env);
  const { lake, shops } = environment;
  await fetchLake(environment);
  const { settings } = await openShopFolder(shops, asked.shop);
  if (schedule !== undefined) {
    const done = await keepStudySchedule('journeys', { shop: asked.shop, settings, verb: schedule }, context);
    process.stdout.write(`${json ? JSON.stringify(done, undefined, 2) : Object.entries(done).map(([name, value]) => `${name.padEnd(9)} ${value}`).join('\n')}\n`);
    return exitCodes.ok;
  }
  const warehouse = await openWarehouse({ lake });
  const found = await createJourneyActivities({ warehouse, openShop: (name) => openShopFolder(shops, name), cancellation: () => context.signal }).studyJourneys(asked);
  const { relations, ...told } = found;
  const tables = await readJourneys(warehouse, relations);
  process.stdout.write(`${json ? JSON.stringify({ ...told, ...tables }, undefined, 2) : renderJourneys({ found, ...tables }, { color: mayColor(process.stdout, process.env), currency: settings.currency })}\n`);
  return exitCodes.ok;
});
