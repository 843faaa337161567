// npm run bench -- cycle --scale S|M|L [--runs 5] [--resamples 1000] [--json <file>]
// npm run bench -- kmeans|… [--runs 5] [--only <input>] [--json <file>]; subjects.ts names them
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { createProgram } from '../scripts/command-line/create-program.ts';
import { exitCodes } from '../scripts/command-line/exit-codes.ts';
import { projectRoot as root } from '../scripts/command-line/project-root.ts';
import { runCommand } from '../scripts/command-line/run-command.ts';
import type { ScaleName } from './bench-shop.ts';
import { benchCycle } from './cycle.ts';
import { benchDispatch, renderDispatchReport } from './dispatch.ts';
import { renderCycleReport } from './cycle-report.ts';
import { startKillablePostgres } from '../scripts/chaos/killable-postgres.ts';
import { benchLive, renderLiveReport } from './live.ts';
import { renderSideBySide, sideBySide } from './side-by-side.ts';
import { subjects } from './subjects.ts';
import { benchWeb, renderWebReport } from './web.ts';

interface CycleOptions {
  readonly scale: ScaleName;
  readonly runs: number;
  readonly resamples: number;
  readonly json?: string;
}

interface SubjectOptions {
  readonly runs: number;
  readonly only?: string;
  readonly json?: string;
}

/** Writes the figures where the person who called stands, not where npm does. */
async function writeFigures(json: string | undefined, report: object): Promise<void> {
  if (json !== undefined) await writeFile(resolve(process.env['INIT_CWD'] ?? process.cwd(), json), `${JSON.stringify(report, undefined, 2)}\n`);
}

function atLeastOne(text: string): number {
  const runs = Number(text);
  if (!Number.isInteger(runs) || runs < 1) throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return runs;
}

await runCommand(async ({ say, signal }) => {
  const program = createProgram('bench', 'Measures this project beside its peers, in one run.');
  program.command('cycle')
    .description('One cycle beside the same work in pandas, scikit-learn and mlxtend.')
    .addOption(new Option('--scale <scale>', 'size of the simulated shop: 10,000, 100,000 or 1,000,000 customers').choices(['S', 'M', 'L']).default('S'))
    .option('--runs <number>', 'runs of each side', atLeastOne, 3)
    .option('--resamples <number>', 'resamples for the intervals of the models\' figures, on both sides; 100 or more', atLeastOne, 1000)
    .option('--json <file>', 'write the figures to this file too')
    .action(async ({ scale, runs, resamples, json }: CycleOptions) => {
      const report = await benchCycle({ root, scale, runs, resamples, environment: process.env, say, signal });
      process.stdout.write(`\n${renderCycleReport(report)}\n`);
      await writeFigures(json, report);
    });
  program.command('dispatch')
    .description('Mails a second to a local sink with the durable ledger, beside bare pooled nodemailer.')
    .option('--recipients <number>', 'letters of this project in each run', atLeastOne, 20_000)
    .option('--bare-recipients <number>', 'letters of nodemailer in each run at most', atLeastOne, 20_000)
    .option('--runs <number>', 'runs of each side', atLeastOne, 3)
    .option('--postgres', 'the ledger on a Postgres server of each run instead of the embedded one', false)
    .option('--signed', 'both sides sign by DKIM', false)
    .option('--json <file>', 'write the figures to this file too')
    .action(async ({ recipients, bareRecipients, runs, postgres, signed, json }: { readonly recipients: number; readonly bareRecipients: number; readonly runs: number; readonly postgres: boolean; readonly signed: boolean; readonly json?: string }) => {
      const report = await benchDispatch({ root, recipients, bareRecipients, runs, signed, startServer: postgres ? () => startKillablePostgres() : undefined, say, signal });
      process.stdout.write(`\n${renderDispatchReport(report)}\n`);
      await writeFigures(json, report);
    });
  program.command('web')
    .description('Every page of the console over HTTP, on a shop of 100,000 customers.')
    .option('--customers <number>', 'customers of the shop', atLeastOne, 100_000)
    .option('--runs <number>', 'requests of each page', atLeastOne, 15)
    .option('--json <file>', 'write the figures to this file too')
    .action(async ({ customers, runs, json }: { readonly customers: number; readonly runs: number; readonly json?: string }) => {
      const report = await benchWeb({ root, customers, runs, say });
      process.stdout.write(`\n${renderWebReport(report)}\n`);
      await writeFigures(json, report);
    });
  program.command('live')
    .description('Recommendations and events over HTTP at a steady rate, on a shop of 100,000 customers.')
    .option('--customers <number>', 'customers of the shop', atLeastOne, 100_000)
    .option('--rate <number>', 'requests a second', atLeastOne, 1000)
    .option('--seconds <number>', 'how long', atLeastOne, 15)
    .option('--json <file>', 'write the figures to this file too')
    .action(async ({ customers, rate, seconds, json }: { readonly customers: number; readonly rate: number; readonly seconds: number; readonly json?: string }) => {
      const report = await benchLive({ customers, rate, seconds, say });
      process.stdout.write(`\n${renderLiveReport(report)}\n`);
      await writeFigures(json, report);
    });
  for (const subject of subjects) {
    program.command(subject.name)
      .description(subject.description)
      .option('--runs <number>', 'runs of each side', atLeastOne, 5)
      .option('--only <input>', 'measure this input alone')
      .option('--json <file>', 'write the figures to this file too')
      .action(async ({ runs, only, json }: SubjectOptions) => {
        const report = await sideBySide(subject, { root, runs, only, environment: process.env, say, signal });
        process.stdout.write(`\n${renderSideBySide(report)}\n`);
        await writeFigures(json, report);
      });
  }
  await program.parseAsync();
  return exitCodes.ok;
});
