// npm run chaos -- --recipients 5000 --kills 10 [--seed 1] [--no-relay-log] [--postgres] [--among 'mail worker']
import { InvalidArgumentError, Option } from 'commander';
import { runChaos, victims, type ChaosReport, type Victim } from './chaos/run-chaos.ts';
import { startKillablePostgres } from './chaos/killable-postgres.ts';
import { createProgram } from './command-line/create-program.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { runCommand } from './command-line/run-command.ts';

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('It must be a whole number of at least 0.');
  return number;
}

/** Every kind of trouble a relay can make, 1 % each. */
const faults = { refuseForGood: 0.01, refuseForNow: 0.01, dropMidData: 0.01, late: 0.002, takeAndDrop: 0.01, closing: 0.005 };

const count = (value: number): string => value.toLocaleString('en');

function render({ seed, recipients, ledger, kills, falls, seconds, letters, addresses, twice, claimedAtKills, states, problems }: ChaosReport): string {
  const settled = Object.entries(states).filter(([, sends]) => sends > 0).map(([state, sends]) => `${count(sends)} ${state}`).join(', ');
  const struck = Object.entries(kills).filter(([, times]) => times > 0).map(([victim, times]) => `${times} of ${victim === 'Temporal' || victim === 'Postgres' ? victim : `the ${victim}`}`).join(', ');
  return [
    `seed ${seed}: ${count(recipients)} recipients, ledger on ${ledger}, ${Object.values(kills).reduce((sum, times) => sum + times, 0)} kills (${struck || 'none'}), ${falls} falls after them, ${seconds.toFixed(0)} s`,
    `  at the sink: ${count(letters)} letters to ${count(addresses)} addresses, ${twice} addresses with more than one`,
    `  in the ledger: ${settled}`,
    `  claimed when a mail worker or its ledger died: ${count(claimedAtKills)} in all`,
    problems.length === 0 ? '  every address at most once, every recipient final or in doubt' : `  WRONG: ${problems.join('; ')}`,
  ].join('\n');
}

await runCommand(async ({ say, signal, stops }) => {
  const program = createProgram('chaos', 'Sends a campaign by the real workflow to a misbehaving relay while workers, Temporal and the ledger are killed again and again, and counts what arrived.')
    .option('--recipients <number>', 'addresses', wholeNumber, 5000)
    .option('--kills <number>', 'SIGKILLs, each of a victim drawn at random', wholeNumber, 10)
    .option('--seed <number>', 'decides moments and faults', wholeNumber, 1)
    .option('--no-relay-log', 'without the relay\'s log what was in flight stays in doubt')
    .option('--postgres', 'the ledger on a Postgres server of this run, which is killed too', false)
    .addOption(new Option('--among <victims...>', 'who may be killed; everybody when absent').choices(victims))
    .option('--json', 'print the figures as JSON on standard output', false)
    .parse();
  const { recipients, kills, seed, relayLog, postgres, among, json } = program.opts<{ recipients: number; kills: number; seed: number; relayLog: boolean; postgres: boolean; among?: Victim[]; json: boolean }>();
  const server = postgres ? await startKillablePostgres() : undefined;
  if (server !== undefined) stops.add(() => server.stop());
  const report = await runChaos({ recipients, kills, seed, relayLog, faults, server, among, say, signal });
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${render(report)}\n`);
  return report.problems.length === 0 ? exitCodes.ok : exitCodes.failed;
});
