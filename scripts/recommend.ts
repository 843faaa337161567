// npm run recommend -- demo[/2026-W48] [--customer <id>] [--schedule create] [--json]
import { Option } from 'commander';
import { ScheduleAlreadyRunning } from '@temporalio/client';
import { createRecommendActivities } from '../activities/recommend/index.ts';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { quoteLiteral } from '../gateways/warehouse/quote.ts';
import { readEnvironment } from '../workers/environment.ts';
import { recommendId } from '../workflows/ids.ts';
import { recommendSchedule } from '../workflows/recommend-schedule.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { fetchLake } from './command-line/fetch-lake.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand, type CommandContext } from './command-line/run-command.ts';
import { parseCycleName } from './cycle/cycle-name.ts';
import { mayColor } from './display/paint.ts';
import { renderRecommendations, type ListedProduct } from './recommend/render-recommendations.ts';
import { joinStack } from './stack/join-stack.ts';
import { openTemporal } from './stack/open-temporal.ts';

type Verb = 'create' | 'describe' | 'delete';

async function keepSchedule(shop: string, verb: Verb, { stops, say }: CommandContext): Promise<Record<string, unknown>> {
  const { settings } = await openShopFolder(readEnvironment(process.env).shops, shop);
  const options = { root, environment: process.env, log: say, stops };
  const { client } = await joinStack(options) ?? await openTemporal(options);
  const handle = client.schedule.getHandle(recommendId(shop));
  if (verb === 'delete') {
    await handle.delete();
    return { done: 'deleted', schedule: recommendId(shop) };
  }
  if (verb === 'create') {
    const schedule = recommendSchedule({ shop, settings });
    const { scheduleId: _, ...change } = schedule;
    await client.schedule.create(schedule).catch(async (error: unknown) => {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      await handle.update((before) => ({ ...change, state: { paused: before.state.paused, note: before.state.note } }));
    });
  }
  const { info, state } = await handle.describe();
  return { done: verb === 'create' ? 'created' : 'described', schedule: recommendId(shop), paused: state.paused, next: info.nextActionTimes.slice(0, 3).map((time) => time.toISOString()) };
}

await runCommand(async (context) => {
  const program = createProgram('recommend', 'Says what each customer should like next, and how well each method foretold later purchases.')
    .argument('<shop-or-cycle>', 'demo for its latest cycle, or demo/2026-W48')
    .option('--customer <id>', 'the list of one customer too')
    .addOption(new Option('--schedule <verb>', 'keeps a daily run of its own in Temporal').choices(['create', 'describe', 'delete']))
    .option('--json', 'print JSON', false)
    .parse();
  const typed = program.args[0] ?? '';
  const asked = /\d{4}-W\d{2}$/.test(typed) ? parseCycleName(typed, 'demo') : { shop: typed };
  const { customer, schedule, json } = program.opts<{ customer?: string; schedule?: Verb; json: boolean }>();
  const environment = readEnvironment(process.env);
  const { lake, shops } = environment;
  if (schedule !== undefined) {
    const done = await keepSchedule(asked.shop, schedule, context);
    process.stdout.write(`${json ? JSON.stringify(done, undefined, 2) : Object.entries(done).map(([name, value]) => `${name.padEnd(9)} ${Array.isArray(value) ? value.join(', ') : String(value)}`).join('\n')}\n`);
    return exitCodes.ok;
  }
  await fetchLake(environment);
  const warehouse = await openWarehouse({ lake });
  const { relations, ...found } = await createRecommendActivities({ warehouse, openShop: (name) => openShopFolder(shops, name), cancellation: () => context.signal }).recommendProducts(asked);
  await using session = await warehouse.open({ ...await warehouse.list(found), ...relations });
  const list = customer === undefined ? undefined : await session.rows<ListedProduct>(`
    select rank, product_id, title, method, reason from recommendations.products left join snapshot.products using (product_id) where customer_id = ${quoteLiteral(customer)} order by rank`);
  process.stdout.write(`${json ? JSON.stringify({ ...found, ...(list === undefined ? {} : { list }) }, undefined, 2) : renderRecommendations(found, list, { color: mayColor(process.stdout, process.env) })}\n`);
  return exitCodes.ok;
});
