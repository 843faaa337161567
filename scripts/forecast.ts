// npm run forecast -- demo[/2026-W48] [--product <id>] [--schedule create] [--json]
import { Option } from 'commander';
import { ScheduleAlreadyRunning } from '@temporalio/client';
import { createForecastActivities } from '../activities/forecast/index.ts';
import { readDemand } from '../activities/forecast/read-demand.ts';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { readEnvironment } from '../workers/environment.ts';
import { forecastSchedule } from '../workflows/forecast-schedule.ts';
import { forecastId } from '../workflows/ids.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { fetchLake } from './command-line/fetch-lake.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand, type CommandContext } from './command-line/run-command.ts';
import { parseCycleName } from './cycle/cycle-name.ts';
import { mayColor } from './display/paint.ts';
import { renderDemand } from './forecast/render-demand.ts';
import { joinStack } from './stack/join-stack.ts';
import { openTemporal } from './stack/open-temporal.ts';

type Verb = 'create' | 'describe' | 'delete';

async function keepSchedule(shop: string, verb: Verb, { stops, say }: CommandContext): Promise<Record<string, unknown>> {
  const { settings } = await openShopFolder(readEnvironment(process.env).shops, shop);
  const options = { root, environment: process.env, log: say, stops };
  const { client } = await joinStack(options) ?? await openTemporal(options);
  const handle = client.schedule.getHandle(forecastId(shop));
  if (verb === 'delete') {
    await handle.delete();
    return { done: 'deleted', schedule: forecastId(shop) };
  }
  if (verb === 'create') {
    const schedule = forecastSchedule({ shop, settings });
    const { scheduleId: _, ...change } = schedule;
    await client.schedule.create(schedule).catch(async (error: unknown) => {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      await handle.update((before) => ({ ...change, state: { paused: before.state.paused, note: before.state.note } }));
    });
  }
  const { info, state } = await handle.describe();
  return { done: verb === 'create' ? 'created' : 'described', schedule: forecastId(shop), paused: state.paused, next: info.nextActionTimes.slice(0, 3).map((time) => time.toISOString()) };
}

await runCommand(async (context) => {
  const program = createProgram('forecast', 'Forecasts what will be asked for by product and category, says what to order, and lists what is out of stock, slow or too much.')
    .argument('<shop-or-cycle>', 'demo for its latest cycle, or demo/2026-W48')
    .option('--product <id>', 'the days ahead of one product too')
    .addOption(new Option('--schedule <verb>', 'keeps a daily run of its own in Temporal').choices(['create', 'describe', 'delete']))
    .option('--json', 'print JSON', false)
    .parse();
  const typed = program.args[0] ?? '';
  const asked = /\d{4}-W\d{2}$/.test(typed) ? parseCycleName(typed, 'demo') : { shop: typed };
  const { product, schedule, json } = program.opts<{ product?: string; schedule?: Verb; json: boolean }>();
  const environment = readEnvironment(process.env);
  const { lake, shops } = environment;
  const { settings } = await openShopFolder(shops, asked.shop);
  if (schedule !== undefined) {
    const done = await keepSchedule(asked.shop, schedule, context);
    process.stdout.write(`${json ? JSON.stringify(done, undefined, 2) : Object.entries(done).map(([name, value]) => `${name.padEnd(9)} ${Array.isArray(value) ? value.join(', ') : String(value)}`).join('\n')}\n`);
    return exitCodes.ok;
  }
  await fetchLake(environment);
  const warehouse = await openWarehouse({ lake });
  const { relations, ...found } = await createForecastActivities({ warehouse, openShop: (name) => openShopFolder(shops, name), cancellation: () => context.signal }).forecastDemand(asked);
  await using session = await warehouse.open(relations);
  const tables = (await readDemand({ has: (relation) => relations[relation] !== undefined, rows: (sql) => session.rows(sql) }, product))!;
  process.stdout.write(`${json ? JSON.stringify({ ...found, ...tables }, undefined, 2) : renderDemand({ found, ...tables }, { color: mayColor(process.stdout, process.env), currency: settings.currency })}\n`);
  return exitCodes.ok;
});
