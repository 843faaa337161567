import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
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
import { taskQueues } from '../../workflows/activity-options.ts';
import { sendId } from '../../workflows/ids.ts';
import type { sendCampaign, SendCampaignInput, SendCampaignResult } from '../../workflows/send-campaign.ts';
import { keepWorker, type KeptWorker } from './keep-worker.ts';
import { startKillableTemporal, type KillableTemporal } from './killable-temporal.ts';

/** A Postgres server of this run, which may be killed. */
export interface KillableServer {
  readonly databaseUrl: string;
  /** SIGKILL, and up again on the same data. */
  crash(): Promise<void>;
}

/** What is killed: the process that sends (with the embedded ledger in it), the one that runs the workflow, the Temporal server, the ledger's server. */
export const victims = ['mail worker', 'workflow worker', 'Temporal', 'Postgres'] as const;
export type Victim = (typeof victims)[number];

export interface ChaosInput {
  readonly recipients: number;
  /** SIGKILLs, at moments spread over the campaign, each of a victim drawn at random. */
  readonly kills: number;
  readonly seed: number;
  /** Whether the relay's log can be read; without it what was claimed at a kill is in doubt. */
  readonly relayLog: boolean;
  readonly faults: SinkFaults;
  /** Instead of the embedded ledger; killed too. */
  readonly server?: KillableServer;
  /** Who may be killed; everybody there is when absent. */
  readonly among?: readonly Victim[];
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface ChaosReport {
  readonly seed: number;
  readonly recipients: number;
  readonly ledger: 'pglite' | 'postgres';
  readonly kills: Readonly<Record<Victim, number>>;
  /** Times that a worker ended by itself with an error, because its ledger or Temporal was gone. */
  readonly falls: number;
  readonly seconds: number;
  readonly letters: number;
  readonly addresses: number;
  readonly twice: number;
  /** Sends that were claimed when a mail worker or its ledger died, summed over the deaths. */
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

interface Moment {
  /** Letters at the sink from which on it strikes, and milliseconds after that. */
  readonly letters: number;
  readonly delayMs: number;
  readonly victim: Victim;
}

/** Moments spread over the campaign, each in the middle of whatever is then done; every fifth while what the kill before it broke may still be mending. */
function momentsOf({ kills, seed, recipients, faults, server, among }: Pick<ChaosInput, 'kills' | 'seed' | 'recipients' | 'faults' | 'server' | 'among'>): Moment[] {
  const random = new SeededRandom(seed);
  const possible = (among ?? victims).filter((victim) => victim !== 'Postgres' || server !== undefined);
  const expected = recipients * (1 - (faults.refuseForGood ?? 0)) * 0.93;
  return Array.from({ length: kills }, (): Moment => ({
    letters: Math.floor(random.uniform() * expected),
    delayMs: Math.floor(random.uniform() * (random.uniform() < 0.2 ? 5000 : 40)),
    victim: possible[Math.floor(random.uniform() * possible.length)]!,
  })).sort((a, b) => a.letters - b.letters);
}

/**
 * Sends a campaign by the real workflow, to a relay that misbehaves, while worker processes, the Temporal server and the ledger's server are killed
 * again and again, and says what came of it.
 */
export async function runChaos(input: ChaosInput): Promise<ChaosReport> {
  const { recipients, kills, seed, relayLog, faults, server, say } = input;
  const start = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
  await using closing = new AsyncDisposableStack();
  closing.defer(() => rm(folder, { recursive: true, force: true }));
  const log = join(folder, 'relay.log.jsonl');
  await writeFile(log, '');
  // Later than the sender waits for an answer, so that it is lost.
  const silenceTimeoutSeconds = 0.7;
  const sink = await startDispatchSink({ seed, faults, log, lateMs: 1500 });
  closing.defer(() => sink.stop());
  const temporal = await startKillableTemporal(join(folder, 'temporal'));
  closing.defer(() => temporal.stop());
  const place = { databaseUrl: server?.databaseUrl, folder: join(folder, 'ledger') };
  const plan = await makePlan(join(folder, 'lake'), recipients);
  const ledger = await openLedger(place);
  await recordApproval(ledger, { campaign, hash: plan.hash, decision: 'approved', by: 'chaos', comment: '', at: new Date() });
  await ledger.close();

  let claimedAtKills = 0;
  const onClaimed = (claimed: number): void => { claimedAtKills += claimed; };
  const settings = { ledgerFolder: place.folder, databaseUrl: place.databaseUrl, lake: join(folder, 'lake'), url: sink.url, campaign, settleAfterSeconds: 2, silenceTimeoutSeconds, ...(relayLog ? { log } : {}) };
  const workers = (['mail', 'orchestrate'] as const).map((queue) => keepWorker({ ...settings, queue }, { environment: temporal.environment, onClaimed }));
  const [mail, orchestrate] = workers as [KeptWorker, KeptWorker];
  closing.defer(async () => { await Promise.all(workers.map((worker) => worker.stop())); });

  const workflowInput: SendCampaignInput = { ...scope, asOf: '2026-11-23T00:00:00Z', plan, mailsPerSecond: 5000, maximumUnsubscribeShare: 1, retryAfterSeconds: 1 };
  const handle = await temporal.client.workflow.start<typeof sendCampaign>('sendCampaign', { workflowId: sendId(scope.shop, scope.cycle, 'weekly'), taskQueue: taskQueues.orchestrate, args: [workflowInput] });
  const strikes: Readonly<Record<Victim, () => Promise<void>>> = {
    'mail worker': async () => { mail.kill(); },
    'workflow worker': async () => { orchestrate.kill(); },
    Temporal: () => temporal.crash(),
    Postgres: async () => {
      await server!.crash();
      onClaimed(await claimedNow(place));
    },
  };
  const killed = Object.fromEntries(victims.map((victim) => [victim, 0])) as Record<Victim, number>;
  const striking = strike({ moments: momentsOf(input), sink, say, signal: input.signal, async hit(victim) {
    await strikes[victim]();
    killed[victim] += 1;
  } });
  const work = Promise.all([resultOf(handle, temporal), striking]);
  const [result] = await Promise.race([work, ...workers.map(({ broken }) => broken)]);
  await Promise.all(workers.map((worker) => worker.stop()));
  return await judge({ place, sink, result, report: { seed, recipients, ledger: server === undefined ? 'pglite' : 'postgres', kills: killed, falls: mail.falls + orchestrate.falls, claimedAtKills, seconds: (performance.now() - start) / 1000 }, relayLog, expectedKills: kills });
}

async function claimedNow(place: { readonly databaseUrl?: string; readonly folder: string }): Promise<number> {
  const ledger = await openLedger(place);
  const { claimed } = await tally(ledger, campaign);
  await ledger.close();
  return claimed;
}

async function strike({ moments, sink, hit, say, signal }: { readonly moments: readonly Moment[]; readonly sink: DispatchSink; readonly hit: (victim: Victim) => Promise<void>; readonly say: (line: string) => void; readonly signal?: AbortSignal }): Promise<void> {
  let done = 0;
  for (const { letters, delayMs, victim } of moments) {
    while (await sink.letters() < letters) {
      signal?.throwIfAborted();
      await pause(10);
    }
    await pause(delayMs);
    await hit(victim);
    done += 1;
    if (done % 10 === 0) say(`${done} of ${moments.length} kills`);
  }
}

/** The workflow's result, asked for again while the server is away. */
async function resultOf(handle: WorkflowHandle<typeof sendCampaign>, temporal: KillableTemporal): Promise<SendCampaignResult> {
  for (;;) {
    try {
      return await temporal.client.workflow.getHandle<typeof sendCampaign>(handle.workflowId).result();
    } catch (error) {
      if (error instanceof WorkflowFailedError) throw error;
      await pause(500);
    }
  }
}

type Judged = Pick<ChaosReport, 'seed' | 'recipients' | 'ledger' | 'kills' | 'falls' | 'claimedAtKills' | 'seconds'>;

async function judge({ place, sink, result, report, relayLog, expectedKills }: { readonly place: { readonly databaseUrl?: string; readonly folder: string }; readonly sink: DispatchSink; readonly result: SendCampaignResult; readonly report: Judged; readonly relayLog: boolean; readonly expectedKills: number }): Promise<ChaosReport> {
  const { recipients, claimedAtKills } = report;
  const { letters, addresses, twice } = await sink.counts();
  const arrived = new Set(await sink.addresses());
  const ledger = await openLedger(place);
  const states = await tally(ledger, campaign);
  const rows = await ledger.query<{ address: string; state: SendState }>('select address_normalised as address, state from sends where campaign = $1', [campaign]);
  await ledger.close();
  const problems: string[] = [];
  const check = (well: boolean, problem: string): void => { if (!well) problems.push(problem); };
  const kills = Object.values(report.kills).reduce((sum, one) => sum + one, 0);
  check(kills === expectedKills, `${kills} kills instead of ${expectedKills}`);
  check(twice.length === 0, `${twice.length} addresses got more than one letter`);
  check(rows.length === recipients, `${rows.length} sends in the ledger instead of ${recipients}`);
  check(states.planned + states.claimed === 0, `${states.planned + states.claimed} sends are neither final nor in doubt`);
  check(result.tally.inDoubt === states.in_doubt && result.tally.delivered === states.delivered && result.tally.hardBounced === states.hard_bounced, 'the workflow says something else than the ledger');
  const missing = rows.filter(({ address, state }) => (state === 'handed_over' || state === 'delivered') && !arrived.has(address)).length;
  check(missing === 0, `${missing} sends count as taken that never arrived`);
  const forgotten = rows.filter(({ address, state }) => !['handed_over', 'delivered', 'in_doubt'].includes(state) && arrived.has(address)).length;
  check(forgotten === 0, `${forgotten} letters arrived that the ledger does not know of`);
  if (relayLog) check(states.in_doubt === 0, `${states.in_doubt} sends are in doubt although the relay's log is there`);
  else check(states.in_doubt <= claimedAtKills + recipients * lostShare, `${states.in_doubt} sends are in doubt, more than were in flight`);
  return { ...report, letters, addresses, twice: twice.length, states, problems };
}

/** Without a log, the relay's lost answers leave sends in doubt too: no more than this share of them is set to be lost, with room for chance. */
const lostShare = 0.05;
