// npm run risk -- demo[/2026-W48] [--list] [--fraud <payment> | --genuine <payment>] [--schedule create] [--json]
import { Option } from 'commander';
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { ClienteleError } from '../gateways/errors.ts';
import { readEnvironment } from '../workers/environment.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand } from './command-line/run-command.ts';
import { parseCycleName } from './cycle/cycle-name.ts';
import { currentUser } from './cycle/decide-plan.ts';
import { mayColor } from './display/paint.ts';
import { openRiskDesk } from './risk/open-risk-desk.ts';
import { renderAlerts, renderRisk } from './risk/render-risk.ts';
import { keepStudySchedule, scheduleVerbs } from './stack/keep-study-schedule.ts';

interface Options { readonly list: boolean; readonly fraud?: string; readonly genuine?: string; readonly by: string; readonly comment: string; readonly schedule?: (typeof scheduleVerbs)[number]; readonly json: boolean }

await runCommand(async ({ stops, say }) => {
  const program = createProgram('risk', 'Scores payments and looks for one person with many accounts; lists what waits for a look, and takes a verdict.')
    .argument('<cycle>', 'demo for its latest cycle, or demo/2026-W48')
    .option('--list', 'only list what waits for a look', false)
    .option('--fraud <payment>', 'this payment is fraud')
    .option('--genuine <payment>', 'this payment is in order')
    .option('--by <name>', 'who says so', currentUser())
    .option('--comment <text>', 'why', '')
    .addOption(new Option('--schedule <verb>', 'keeps a daily run of its own in Temporal').choices(scheduleVerbs))
    .option('--json', 'print JSON', false)
    .parse();
  const typed = program.args[0] ?? '';
  const asked = /\d{4}-W\d{2}$/.test(typed) ? parseCycleName(typed, 'demo') : { shop: typed };
  const { list, fraud, genuine, by, comment, schedule, json } = program.opts<Options>();
  if (fraud !== undefined && genuine !== undefined) throw new ClienteleError('COMMAND_INVALID', { problem: 'A payment is fraud or genuine', remedy: 'Give one of --fraud and --genuine.' });
  const { settings } = await openShopFolder(readEnvironment(process.env).shops, asked.shop);
  const display = { color: mayColor(process.stdout, process.env), currency: settings.currency };
  if (schedule !== undefined) {
    const done = await keepStudySchedule('risk', { shop: asked.shop, settings, verb: schedule }, { stops, say });
    process.stdout.write(`${json ? JSON.stringify(done, undefined, 2) : Object.entries(done).map(([name, value]) => `${name.padEnd(9)} ${value}`).join('\n')}\n`);
    return exitCodes.ok;
  }
  const desk = await openRiskDesk({ root, stops, say });
  const payment = fraud ?? genuine;
  if (list || payment !== undefined) {
    const alerts = await desk.alerts({ shop: asked.shop, ...(payment === undefined ? {} : { decide: { payment, verdict: fraud === undefined ? 'genuine' as const : 'fraud' as const, by, comment } }) });
    process.stdout.write(`${json ? JSON.stringify(alerts, undefined, 2) : renderAlerts(alerts, display)}\n`);
    return exitCodes.ok;
  }
  const found = await desk.score(asked);
  process.stdout.write(`${json ? JSON.stringify({ ...found, relations: Object.keys(found.relations) }, undefined, 2) : renderRisk(found, display)}\n`);
  return exitCodes.ok;
});
