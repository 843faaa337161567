// npm run show -- <shop>[/2026-W48] [--json]
import { ClienteleError } from '../gateways/errors.ts';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { openWarehouse } from '../gateways/warehouse/open-warehouse.ts';
import { listCycles } from '../web/list-cycles.ts';
import { readEnvironment } from '../workers/environment.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { fetchLake } from './command-line/fetch-lake.ts';
import { runCommand } from './command-line/run-command.ts';
import { parseCycleName } from './cycle/cycle-name.ts';
import { mayColor } from './display/paint.ts';
import { waitLine } from './display/render-progress.ts';
import { readCycle } from './show/read-cycle.ts';
import { readProgress } from './show/read-progress.ts';
import { renderCycle } from './show/render-cycle.ts';
import { renderShop } from './show/render-shop.ts';
import { findServer } from './stack/find-server.ts';

await runCommand(async ({ stops }) => {
  const program = createProgram('show', "Shows a shop's cycles, or one of them: segments, campaign, mails, lift, decisions, as far as it has come.")
    .argument('<cycle>', 'shop, or shop/2026-W48')
    .option('--json', 'print JSON', false)
    .parse();
  const [typed = ''] = program.args;
  const { json } = program.opts<{ json: boolean }>();
  const environment = readEnvironment(process.env);
  const { lake, shops } = environment;
  await fetchLake(environment);
  const print = (value: object, text: () => string): void => { process.stdout.write(`${json ? JSON.stringify(value, undefined, 2) : text()}\n`); };
  if (!/\d{4}-W\d{2}$/.test(typed)) {
    const cycles = (await listCycles(lake)).filter(({ shop }) => shop === typed);
    // A lake may be looked at where the shop's folder is not; without either the name is wrong.
    if (cycles.length === 0) await openShopFolder(shops, typed);
    if (cycles.length === 0) throw new ClienteleError('COMMAND_INVALID', { problem: `Shop ${typed} has no cycle yet`, remedy: `Run one: clientele cycle --shop ${typed}` });
    print(cycles, () => renderShop(cycles));
    return exitCodes.ok;
  }
  const { shop, cycle } = parseCycleName(typed, 'demo');
  const summary = await readCycle(await openWarehouse({ lake }), { shop, cycle });
  // Only a cycle without its report can be under way, and nothing need run for the others.
  const progress = summary.outcome === undefined ? await findServer({ root, environment: process.env, log: () => undefined, stops }).then((client) => readProgress(client, shop, cycle), () => undefined) : undefined;
  const currency = await openShopFolder(shops, shop).then(({ settings }) => settings.currency, () => '');
  const step = progress?.steps.find(({ state }) => state === 'running' || state === 'held');
  const state = progress === undefined ? undefined : waitLine(progress) ?? `runs: ${step?.name ?? progress.state}`;
  print({ ...summary, ...(progress === undefined ? {} : { progress }) }, () => renderCycle(summary, { currency, color: mayColor(process.stdout, process.env), state }));
  return exitCodes.ok;
});
