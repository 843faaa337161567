// npm run schedule -- <shop> [create | describe | pause | unpause | trigger | delete]
import { join } from 'node:path';
import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy, type Client, type ScheduleDescription } from '@temporalio/client';
import { Argument } from 'commander';
import { ClienteleError } from '../gateways/errors.ts';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { scheduleId } from '../workflows/ids.ts';
import { scheduleOptions, type ScheduleInput } from '../workflows/schedule-options.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand } from './command-line/run-command.ts';
import { dataFolder } from './cycle/data-folder.ts';
import { joinStack } from './stack/join-stack.ts';
import { openTemporal } from './stack/open-temporal.ts';

const verbs = ['create', 'describe', 'pause', 'unpause', 'trigger', 'delete'] as const;
type Verb = (typeof verbs)[number];

/** Creates the schedule, or gives the one there is the shop's present settings; a paused one stays paused. */
async function create(client: Client, input: ScheduleInput): Promise<string> {
  const options = scheduleOptions(input);
  try {
    await client.schedule.create(options);
    return 'created';
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { scheduleId: id, memo: _, ...change } = options;
    await client.schedule.getHandle(id).update((before) => ({ ...change, state: { paused: before.state.paused, note: before.state.note } }));
    return 'changed to the present settings';
  }
}

/** What people want to know of a schedule, in a form that also travels as JSON. */
function summarize({ scheduleId: id, state, info, spec, policies }: ScheduleDescription): Record<string, unknown> {
  return {
    schedule: id, paused: state.paused, note: state.note ?? '', timeZone: spec.timezone ?? 'UTC', overlap: policies.overlap,
    next: info.nextActionTimes.slice(0, 3).map((time) => time.toISOString()),
    recent: info.recentActions.map(({ takenAt, action }) => ({ at: takenAt.toISOString(), workflow: action.workflow.workflowId })),
    running: info.runningActions.map(({ workflow }) => workflow.workflowId),
  };
}

async function run(client: Client, verb: Verb, input: ScheduleInput): Promise<Record<string, unknown>> {
  const handle = client.schedule.getHandle(scheduleId(input.shop));
  if (verb === 'create') return { done: await create(client, input), ...summarize(await handle.describe()) };
  if (verb === 'pause') await handle.pause('paused from the command line');
  if (verb === 'unpause') await handle.unpause('unpaused from the command line');
  if (verb === 'trigger') await handle.trigger(ScheduleOverlapPolicy.BUFFER_ONE);
  if (verb === 'delete') {
    await handle.delete();
    return { done: 'deleted', schedule: scheduleId(input.shop) };
  }
  return { done: { describe: 'described', pause: 'paused', unpause: 'unpaused', trigger: 'triggered' }[verb], ...summarize(await handle.describe()) };
}

await runCommand(async ({ stops, say }) => {
  const program = createProgram('schedule', "Keeps a shop's weekly cycle in Temporal.")
    .argument('<shop>', 'folder under shops/')
    .addArgument(new Argument('[verb]', 'what to do').choices(verbs).default('create'))
    .option('--data <folder or URL>', "where the shop's sources read; the shop's own setting when absent")
    .option('--json', 'print JSON', false)
    .parse();
  const [shop, verb] = program.processedArgs as [string, Verb];
  const { data, json } = program.opts<{ data?: string; json: boolean }>();
  const { settings } = await openShopFolder(join(root, 'shops'), shop);
  const options = { root, environment: process.env, log: say, stops };
  const joined = await joinStack(options);
  const { client } = joined ?? await openTemporal(options);
  try {
    const found = await run(client, verb, { shop, settings, dataFolder: data === undefined ? undefined : dataFolder(data, process.env['INIT_CWD'] ?? process.cwd(), root) });
    const text = json ? JSON.stringify(found, undefined, 2) : Object.entries(found).map(([name, value]) => `${name.padEnd(9)} ${typeof value === 'string' ? value : JSON.stringify(value)}`).join('\n');
    process.stdout.write(`${text}\n`);
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) throw new ClienteleError('COMMAND_INVALID', { problem: `Shop ${shop} has no schedule`, remedy: `Make one: npm run schedule -- ${shop} create` }, { cause: error });
    throw error;
  }
  if (joined === undefined && process.env['TEMPORAL_ADDRESS'] === undefined && verb !== 'delete') say('The schedule acts while `npm start` runs.');
  return exitCodes.ok;
});
