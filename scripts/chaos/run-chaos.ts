import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CampaignPlan } from '../../activities/campaign/contract.ts';
import { SeededRandom } from '../../algorithms/random/seeded-random.ts';
import type { SinkFaults } from '../../bench/dispatch-sink.ts';
import { startDispatchSink, type DispatchSink } from '../../bench/start-dispatch-sink.ts';
import { recordApproval } from '../../gateways/ledger/approvals.ts';
import { openLedger } from '../../gateways/ledger/open-ledger.ts';
import { tally } from '../../gateways/ledger/tally.ts';
import type { SendState } from '../../gateways/ledger/send-state.ts';
import { openWarehouse } from '../../gateways/warehouse/open-warehouse.ts';
import type { Column } from '../../gateways/warehouse/warehouse.ts';
import type { DispatchWorkerNews, DispatchWorkerSettings } from '../../test/chaos/dispatch-worker.ts';

/** A Postgres server of this run, which may be killed. */
export interface KillableServer {
  readonly databaseUrl: string;
  /** SIGKILL, and up again on the same data. */
  crash(): Promise<void>;
}

export interface ChaosInput {
  readonly recipients: number;
  /** SIGKILLs of the sending process, at moments spread over the campaign. */
  readonly kills: number;
  readonly seed: number;
  /** Whether the relay's log can be read; without it what was claimed at a kill is in doubt. */
  readonly relayLog: boolean;
  readonly faults: SinkFaults;
  /** Instead of the embedded ledger; killed too, after every third kill of the sender. */
  readonly server?: KillableServer;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface ChaosReport {
  readonly seed: number;
  readonly recipients: number;
  readonly kills: number;
  readonly serverKills: number;
  /** Times that the sender ended by itself with an error, because its ledger was gone. */
  readonly falls: number;
  readonly seconds: number;
  readonly letters: number;
  readonly addresses: number;
  readonly twice: number;
  /** Sends that were claimed when a sender died, summed over its deaths. */
  readonly claimedAtKills: number;
  readonly states: Readonly<Record<SendState, number>>;
  /** What should not be, in words; empty when all is well. */
  readonly problems: readonly string[];
}

const campaign = 'demo/2026-W48/weekly';
const scope = { shop: 'demo', cycle: '2026-W48' };
const addressOf = (place: number): string => `customer${place}@mail${place % 200}.example`;
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

async function makePlan(lake: string, recipients: number): Promise<CampaignPlan> {
  const warehouse = await openWarehouse({ lake });
  await using session = await warehouse.open({});
  const column = (name: string, value: (place: number) => string): Column => ({ name, type: 'VARCHAR', values: Array.from({ length: recipients }, (_, place) => value(place)) });
  const relation = await session.write(scope, { name: 'plan.recipients', algorithm: 'chaos', inputs: [], parameters: { recipients }, columns: () => [
    column('customer_id', (place) => `c${String(place).padStart(8, '0')}`), column('decision', () => 'send'), column('address', addressOf), column('given_name', (place) => `Customer ${place}`),
    column('locale', () => 'en'), column('arm', (place) => (place % 2 === 0 ? 'A' : 'B')), column('segment', () => '1'), column('offer', () => 'Ten off'),
  ] });
  return { campaign, relations: { 'plan.recipients': relation }, toSend: recipients, holdout: 0, leftOut: [], hash: 'chaos', offers: [], budget: 0, expectedCost: 0 };
}

/** Sends a campaign with a process that is killed again and again, to a relay that misbehaves, and says what came of it. */
export async function runChaos({ recipients, kills, seed, relayLog, faults, server, say, signal }: ChaosInput): Promise<ChaosReport> {
  const start = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
  const log = join(folder, 'relay.log.jsonl');
  await writeFile(log, '');
  // Later than the sender waits for an answer, so that it is lost.
  const silenceTimeoutSeconds = 0.7;
  const sink = await startDispatchSink({ seed, faults, log, lateMs: 1500 });
  const place = { databaseUrl: server?.databaseUrl, folder: join(folder, 'ledger') };
  try {
    const plan = await makePlan(join(folder, 'lake'), recipients);
    const ledger = await openLedger(place);
    await recordApproval(ledger, { campaign, hash: plan.hash, decision: 'approved', by: 'chaos', comment: '', at: new Date() });
    await ledger.close();
    const settings: DispatchWorkerSettings = { ledgerFolder: place.folder, databaseUrl: place.databaseUrl, lake: join(folder, 'lake'), url: sink.url, campaign, plan, settleAfterSeconds: 2, silenceTimeoutSeconds, ...(relayLog ? { log } : {}) };
    const lives = await killAgainAndAgain({ settings, sink, moments: momentsOf({ kills, seed, recipients, faults }), server, say, signal });
    return await judge({ place, sink, relayLog, recipients, seed, kills, lives, seconds: (performance.now() - start) / 1000 });
  } finally {
    await sink.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Numbers of letters at the sink after which the sender is killed, each with a delay in milliseconds: in the middle of whatever it then does. */
function momentsOf({ kills, seed, recipients, faults }: Pick<ChaosInput, 'kills' | 'seed' | 'recipients' | 'faults'>): { readonly letters: number; readonly delayMs: number }[] {
  const random = new SeededRandom(seed);
  const expected = recipients * (1 - (faults.refuseForGood ?? 0)) * 0.95;
  return Array.from({ length: kills }, () => ({ letters: Math.floor(random.uniform() * expected), delayMs: Math.floor(random.uniform() * 40) })).sort((a, b) => a.letters - b.letters);
}

interface Lives {
  readonly claimedAtKills: number;
  readonly serverKills: number;
  readonly falls: number;
}

async function killAgainAndAgain({ settings, sink, moments, server, say, signal }: { readonly settings: DispatchWorkerSettings; readonly sink: DispatchSink; readonly moments: readonly { readonly letters: number; readonly delayMs: number }[]; readonly server?: KillableServer; readonly say: (line: string) => void; readonly signal?: AbortSignal }): Promise<Lives> {
  let claimedAtKills = 0;
  let serverKills = 0;
  let falls = 0;
  let killed = 0;
  for (;;) {
    signal?.throwIfAborted();
    const worker = fork(join(import.meta.dirname, '../../test/chaos/dispatch-worker.ts'), [JSON.stringify(settings)], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    const life = follow(worker, (claimed) => { claimedAtKills += claimed; });
    const moment = moments[killed];
    if (moment !== undefined) {
      while (worker.exitCode === null && worker.signalCode === null && await sink.letters() < moment.letters) await pause(10);
      await pause(moment.delayMs);
      // Only some die together with their ledger, so that both alone are met too.
      if (server !== undefined && killed % 3 === 2) {
        await server.crash();
        serverKills += 1;
      }
      worker.kill('SIGKILL');
      killed += 1;
    }
    const end = await life;
    if (end === 'done' && killed === moments.length) return { claimedAtKills, serverKills, falls };
    // Done before its moment came: the next life finds nothing to do and is killed in that.
    if (end === 'fell') {
      falls += 1;
      if (falls > moments.length + 20) throw new Error('The sender falls again and again; run it alone to see why.');
      await pause(300);
    }
    if (killed % 10 === 0 && end === 'killed') say(`${killed} of ${moments.length} kills`);
  }
}

function follow(worker: ChildProcess, onClaimed: (claimed: number) => void): Promise<'done' | 'killed' | 'fell'> {
  let done = false;
  let words = '';
  worker.stderr?.setEncoding('utf8').on('data', (text: string) => { words = (words + text).slice(-4000); });
  worker.on('message', (news: DispatchWorkerNews) => {
    if ('done' in news) done = true;
    else onClaimed(news.claimed);
  });
  return new Promise((resolve, reject) => {
    worker.once('exit', (code, name) => {
      if (name === 'SIGKILL') return resolve('killed');
      if (code === 0 && done) return resolve('done');
      if (/LEDGER_UNREACHABLE|ECONNREFUSED|cannot be reached|terminat|recovery|starting up/.test(words)) return resolve('fell');
      return reject(new Error(`The sender ended with ${code ?? name}: ${words}`));
    });
  });
}

async function judge({ place, sink, relayLog, recipients, seed, kills, lives, seconds }: { readonly place: { readonly databaseUrl?: string; readonly folder: string }; readonly sink: DispatchSink; readonly relayLog: boolean; readonly recipients: number; readonly seed: number; readonly kills: number; readonly lives: Lives; readonly seconds: number }): Promise<ChaosReport> {
  const { letters, addresses, twice } = await sink.counts();
  const arrived = new Set(await sink.addresses());
  const ledger = await openLedger(place);
  const states = await tally(ledger, campaign);
  const rows = await ledger.query<{ address: string; state: SendState; code: number | null }>('select address_normalised as address, state, relay_code as code from sends where campaign = $1', [campaign]);
  await ledger.close();
  const unknownAnswers = rows.filter(({ state, code }) => state === 'in_doubt' && code === null).length;
  const problems: string[] = [];
  const check = (well: boolean, problem: string): void => { if (!well) problems.push(problem); };
  check(twice.length === 0, `${twice.length} addresses got more than one letter`);
  check(rows.length === recipients, `${rows.length} sends in the ledger instead of ${recipients}`);
  check(states.planned + states.claimed === 0, `${states.planned + states.claimed} sends are neither final nor in doubt`);
  const missing = rows.filter(({ address, state }) => (state === 'handed_over' || state === 'delivered') && !arrived.has(address)).length;
  check(missing === 0, `${missing} sends count as taken that never arrived`);
  const forgotten = rows.filter(({ address, state }) => !['handed_over', 'delivered', 'in_doubt'].includes(state) && arrived.has(address)).length;
  check(forgotten === 0, `${forgotten} letters arrived that the ledger does not know of`);
  if (relayLog) check(states.in_doubt === 0, `${states.in_doubt} sends are in doubt although the relay's log is there`);
  else check(unknownAnswers <= states.in_doubt && states.in_doubt <= lives.claimedAtKills + recipients * lostShare, `${states.in_doubt} sends are in doubt, more than were in flight`);
  return { seed, recipients, kills, ...lives, seconds, letters, addresses, twice: twice.length, states, problems };
}

/** Without a log, the relay's lost answers leave sends in doubt too: no more than this share of them is set to be lost, with room for chance. */
const lostShare = 0.05;
