// npm run simulate -- --weeks 12 --seeds 20 [--first-seed 1] [--customers 1500] [--idle-seeds 5] [--results <file>]
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { projectRoot as root } from './command-line/project-root.ts';
import { runCommand } from './command-line/run-command.ts';
import { renderVerdict, seedLine } from './simulate/render-verdict.ts';
import { judgeSeeds, type SeedScore } from './simulate/score.ts';
import { openSimulation } from './simulate/simulate.ts';

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('It must be a whole number of at least 0.');
  return number;
}

await runCommand(async ({ say, signal, stops }) => {
  const program = createProgram('simulate', 'Lets the whole loop run for weeks in shops with known true effects, beside no mail, the same offer to all, and targeting by a response model, all with as many letters a week, and says how much more margin it brought.')
    .option('--weeks <number>', 'cycles of each shop', wholeNumber, 12)
    .option('--seeds <number>', 'shops', wholeNumber, 20)
    .option('--first-seed <number>', 'seed of the first shop', wholeNumber, 1)
    .option('--customers <number>', 'of each shop', wholeNumber, 1500)
    .option('--letters <number>', 'a week at most, for every policy', wholeNumber, 600)
    .option('--idle-seeds <number>', 'of the shops, how many also live a second time where letters do nothing', wholeNumber, 5)
    .option('--results <file>', 'keeps each seed as it ends and judges all that are in it: a long run may be made in parts')
    .option('--json', 'print the figures as JSON on standard output', false)
    .parse();
  const { weeks, seeds, firstSeed, customers, letters, idleSeeds, results, json } = program.opts<{ weeks: number; seeds: number; firstSeed: number; customers: number; letters: number; idleSeeds: number; results?: string; json: boolean }>();
  const kept = (results === undefined ? '' : await readFile(results, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as SeedScore);
  const scores = kept.filter((score) => score.weeks === weeks && score.customers === customers && score.letters === letters);
  const wanted = Array.from({ length: seeds }, (_, place) => firstSeed + place).filter((seed) => !scores.some((score) => score.seed === seed));
  if (wanted.length > 0) {
    const run = await openSimulation({ root, folder: join(root, 'var', `simulate-${firstSeed}`), customers, weeks, letters, stops, signal, say });
    for (const seed of wanted) {
      const score = await run(seed, seed <= idleSeeds);
      scores.push(score);
      say(seedLine(score));
      if (results === undefined) continue;
      await mkdir(dirname(results), { recursive: true });
      await writeFile(results, scores.map((one) => `${JSON.stringify(one)}\n`).join(''));
    }
  }
  scores.sort((a, b) => a.seed - b.seed);
  const verdict = judgeSeeds(scores);
  process.stdout.write(json ? `${JSON.stringify({ verdict, seeds: scores }, undefined, 1)}\n` : `${renderVerdict(verdict, scores)}\n`);
  return exitCodes.ok;
});
