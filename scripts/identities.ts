// npm run identities -- demo[/2026-W48] [--same a,b | --different a,b] [--export <folder>] [--schedule create] [--json]
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ScheduleAlreadyRunning } from '@temporalio/client';
import { InvalidArgumentError, Option } from 'commander';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { quoteLiteral } from '../gateways/warehouse/quote.ts';
import { readEnvironment } from '../workers/environment.ts';
import { identitiesSchedule } from '../workflows/identities-schedule.ts';
import { identitiesId } from '../workflows/ids.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand, type CommandContext } from './command-line/run-command.ts';
import { parseCycleName } from './cycle/cycle-name.ts';
import { currentUser } from './cycle/decide-plan.ts';
import { mayColor } from './display/paint.ts';
import { openIdentityDesk } from './identities/open-identity-desk.ts';
import { renderIdentities, type ReviewPair } from './identities/render-identities.ts';
import { joinStack } from './stack/join-stack.ts';
import { openTemporal } from './stack/open-temporal.ts';

type Pair = readonly [string, string];
type Verb = 'create' | 'describe' | 'delete';
/** A terminal's worth; the relation has all of them. */
const shownReviews = 20;

function pair(text: string): Pair {
  const [one, other, ...rest] = text.split(',').map((id) => id.trim());
  if (!one || !other || rest.length > 0 || one === other) throw new InvalidArgumentError('It must be two customer ids with a comma between them.');
  return [one, other];
}

async function keepSchedule(shop: string, verb: Verb, { stops, say }: CommandContext): Promise<Record<string, unknown>> {
  const { settings } = await openShopFolder(readEnvironment(process.env).shops, shop);
  const options = { root, environment: process.env, log: say, stops };
  const { client } = await joinStack(options) ?? await openTemporal(options);
  const handle = client.schedule.getHandle(identitiesId(shop));
  if (verb === 'delete') {
    await handle.delete();
    return { done: 'deleted', schedule: identitiesId(shop) };
  }
  if (verb === 'create') {
    const schedule = identitiesSchedule({ shop, settings });
    const { scheduleId: _, ...change } = schedule;
    await client.schedule.create(schedule).catch(async (error: unknown) => {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      await handle.update((before) => ({ ...change, state: { paused: before.state.paused, note: before.state.note } }));
    });
  }
  const { info, state } = await handle.describe();
  return { done: verb === 'create' ? 'created' : 'described', schedule: identitiesId(shop), paused: state.paused, next: info.nextActionTimes.slice(0, 3).map((time) => time.toISOString()) };
}

await runCommand(async (context) => {
  const program = createProgram('identities', 'Finds which customer records are one person, joins their channels, and says which touches led to orders, beside the experiment.')
    .argument('<cycle>', 'demo for its latest cycle, or demo/2026-W48')
    .addOption(new Option('--same <a,b>', 'says that two records are one person').argParser(pair).conflicts('different'))
    .addOption(new Option('--different <a,b>', 'says that two records are two people').argParser(pair))
    .option('--by <name>', 'who says so', currentUser())
    .option('--comment <text>', 'why', '')
    .option('--export <folder>', 'writes app-push.csv and till.csv there: the one offer of each person')
    .addOption(new Option('--schedule <verb>', 'keeps a daily run of its own in Temporal').choices(['create', 'describe', 'delete']))
    .option('--json', 'print JSON', false)
    .parse();
  const typed = program.args[0] ?? '';
  const asked = /\d{4}-W\d{2}$/.test(typed) ? parseCycleName(typed, 'demo') : { shop: typed };
  const { same, different, by, comment, export: folder, schedule, json } = program.opts<{ same?: Pair; different?: Pair; by: string; comment: string; export?: string; schedule?: Verb; json: boolean }>();
  const { lake, shops } = readEnvironment(process.env);
  await openShopFolder(shops, asked.shop);
  if (schedule !== undefined) {
    const done = await keepSchedule(asked.shop, schedule, context);
    process.stdout.write(`${json ? JSON.stringify(done, undefined, 2) : Object.entries(done).map(([name, value]) => `${name.padEnd(9)} ${Array.isArray(value) ? value.join(', ') : String(value)}`).join('\n')}\n`);
    return exitCodes.ok;
  }
  const [customerId, otherCustomerId] = same ?? different ?? [];
  const desk = await openIdentityDesk({ root, ...context });
  const found = await desk({ ...asked, ...(customerId === undefined || otherCustomerId === undefined ? {} : { review: { customerId, otherCustomerId, verdict: same === undefined ? 'different' : 'same', by, comment } }) });
  const { relations, ...told } = found;
  await using session = await (await openWarehouse({ lake })).open(relations);
  const reviews = await session.rows<{ [Key in keyof ReviewPair]: ReviewPair[Key] }>(`select customer_id as "customerId", other_customer_id as "otherCustomerId", probability, why from identities.review order by probability desc, customer_id, other_customer_id${json ? '' : ` limit ${shownReviews}`}`);
  const files: string[] = [];
  if (folder !== undefined && found.offers !== undefined) {
    const target = resolve(process.env['INIT_CWD'] ?? process.cwd(), folder);
    await mkdir(target, { recursive: true });
    for (const [relation, file] of [['app_push', 'app-push.csv'], ['till', 'till.csv']] as const) {
      await session.run(`copy (from identities.${relation} order by all) to ${quoteLiteral(join(target, file))} (format csv, header)`);
      files.push(join(target, file));
    }
  }
  const text = renderIdentities({ found, reviews }, { color: mayColor(process.stdout, process.env) });
  process.stdout.write(`${json ? JSON.stringify({ ...told, reviews, files }, undefined, 2) : [text, ...files.map((file) => `Written: ${file}`)].join('\n')}\n`);
  return exitCodes.ok;
});
