// npm run doctor -- [shop] [--json]
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand } from './command-line/run-command.ts';
import { mayColor } from './display/paint.ts';
import { examine } from './doctor/examine.ts';
import { openTextRecords } from './doctor/open-text-records.ts';
import { renderFindings } from './doctor/render-findings.ts';

await runCommand(async ({ stops, say }) => {
  const program = createProgram('doctor', 'Looks at everything a cycle needs, and says what is wrong and how to mend it. Sends no mail and changes nothing.')
    .argument('[shop]', 'a folder under shops/, whose settings, files and sender are looked at too')
    .option('--json', 'print JSON', false)
    .parse();
  const { json } = program.opts<{ json: boolean }>();
  const findings = await examine({ root, variables: process.env, shop: program.args[0], dns: openTextRecords(), stops, say });
  process.stdout.write(`${json ? JSON.stringify(findings, undefined, 2) : renderFindings(findings, { color: mayColor(process.stdout, process.env) })}\n`);
  return findings.some(({ state }) => state === 'failed') ? exitCodes.failed : exitCodes.ok;
});
