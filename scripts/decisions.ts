// npm run decisions -- <shop> [--undo <id>]
import { openShopFolder } from '../gateways/shop-folder/open-shop-folder.ts';
import { readEnvironment } from '../workers/environment.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand } from './command-line/run-command.ts';
import { currentUser } from './cycle/decide-plan.ts';
import { openDecisionDesk } from './decisions/open-decision-desk.ts';
import { renderDecisions } from './decisions/render-decisions.ts';
import { mayColor } from './display/paint.ts';

await runCommand(async ({ stops, say }) => {
  const program = createProgram('decisions', 'Lists what feedback and people changed, why, and on what evidence; takes a decision back.')
    .argument('<shop>', 'folder under shops/')
    .option('--undo <id>', 'takes that decision back; the next cycle follows')
    .option('--by <name>', 'who takes it back', currentUser())
    .option('--comment <text>', 'why', '')
    .option('--json', 'print JSON', false)
    .parse();
  const shop = program.args[0] ?? '';
  const { undo, by, comment, json } = program.opts<{ undo?: string; by: string; comment: string; json: boolean }>();
  await openShopFolder(readEnvironment(process.env).shops, shop);
  const desk = await openDecisionDesk({ root, stops, say });
  const entries = await desk({ shop, ...(undo === undefined ? {} : { undo: { id: undo, by, comment } }) });
  process.stdout.write(`${json ? JSON.stringify(entries, undefined, 2) : renderDecisions(entries, { color: mayColor(process.stdout, process.env), shop })}\n`);
  return exitCodes.ok;
});
