import { fork } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DispatchRunFigures, DispatchRunSettings } from './dispatch-run.ts';
import type { SinkCounts } from './dispatch-sink.ts';
import { messageOf, startDispatchSink } from './start-dispatch-sink.ts';
import { ratio, spread, type Spread } from './spread.ts';
import { textTable } from './text-table.ts';

export interface DispatchBenchInput {
  readonly root: string;
  readonly recipients: number;
  /** The library alone sends so many at most: its rate does not change, its time does. */
  readonly bareRecipients: number;
  readonly runs: number;
  /** Starts a Postgres server for one run; without it the ledger is embedded. */
  readonly startServer?: () => Promise<{ readonly databaseUrl: string; stop(): Promise<void> }>;
  readonly signed: boolean;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** One side's runs. */
export interface DispatchSide {
  readonly recipients: number;
  readonly mailsPerSecond: Spread;
  readonly peakBytes: Spread;
  /** Processor time of the sending process, ledger within it when it is embedded. */
  readonly cpuMsALetter: Spread;
  readonly bytesALetter: number;
}

export interface DispatchReport {
  readonly recipients: number;
  readonly ledger: 'pglite' | 'postgres';
  readonly signed: boolean;
  readonly planSeconds: Spread;
  readonly own: DispatchSide;
  readonly bare: DispatchSide;
}

async function runSide(settings: DispatchRunSettings): Promise<DispatchRunFigures> {
  const child = fork(join(import.meta.dirname, 'dispatch-run.ts'), [JSON.stringify(settings)]);
  return messageOf<DispatchRunFigures>(child, `The side ${settings.side}`);
}

/** What is wrong with what arrived, in words. */
function wrong({ letters, addresses, twice }: SinkCounts, expected: number, taken: number): string | undefined {
  if (twice.length > 0) return `${twice.length} addresses got more than one letter`;
  if (addresses !== expected || letters !== expected) return `${letters} letters to ${addresses} addresses arrived instead of ${expected}`;
  return taken === expected ? undefined : `${taken} letters were counted as taken instead of ${expected}`;
}

/**
 * Mails a second of a whole dispatch (claims, letters filled and written, answers recorded, everything durable) beside pooled `sendMail` of the same
 * letter, alternating, to the same kind of sink in a process of its own. What arrived is counted before a time is kept.
 * @throws Error when not every address got exactly one letter
 */
export async function benchDispatch({ root, recipients, bareRecipients, runs, startServer, signed, say, signal }: DispatchBenchInput): Promise<DispatchReport> {
  const privateKey = signed ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() : undefined;
  const kept = { own: [] as DispatchRunFigures[], bare: [] as DispatchRunFigures[], plan: [] as number[] };
  const bytes = { own: 0, bare: 0 };
  const counts = { own: recipients, bare: Math.min(recipients, bareRecipients) };
  for (let run = 0; run < runs; run += 1) {
    for (const side of ['bare', 'own'] as const) {
      signal?.throwIfAborted();
      const folder = await mkdtemp(join(tmpdir(), 'bench-dispatch-'));
      const log = join(folder, 'relay.log.jsonl');
      const sink = await startDispatchSink({ log });
      const server = side === 'own' ? await startServer?.() : undefined;
      try {
        const settings = { root, folder, log, databaseUrl: server?.databaseUrl, url: sink.url, recipients: counts[side], dkimKey: privateKey };
        if (side === 'own') kept.plan.push((await runSide({ ...settings, side: 'prepare' })).seconds);
        const figures = await runSide({ ...settings, side });
        const arrived = await sink.counts();
        const problem = wrong(arrived, counts[side], figures.taken);
        if (problem !== undefined) throw new Error(`Run ${run + 1} of ${side}: ${problem}.`);
        kept[side].push(figures);
        bytes[side] = arrived.bytes / arrived.letters;
        say(`run ${run + 1}, ${side}: ${Math.round(counts[side] / figures.seconds)} mails a second`);
      } finally {
        await sink.stop();
        await server?.stop();
        await rm(folder, { recursive: true, force: true });
      }
    }
  }
  const sideOf = (side: 'own' | 'bare'): DispatchSide => ({
    recipients: counts[side], bytesALetter: Math.round(bytes[side]),
    mailsPerSecond: spread(kept[side].map(({ seconds }) => counts[side] / seconds)), peakBytes: spread(kept[side].map(({ peakBytes }) => peakBytes)),
    cpuMsALetter: spread(kept[side].map(({ cpuSeconds }) => cpuSeconds * 1000 / counts[side])),
  });
  return { recipients, ledger: startServer === undefined ? 'pglite' : 'postgres', signed, planSeconds: spread(kept.plan), own: sideOf('own'), bare: sideOf('bare') };
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');

/** The report for people. */
export function renderDispatchReport({ recipients, ledger, signed, planSeconds, own, bare }: DispatchReport): string {
  const row = (name: string, side: DispatchSide): string[] => [name, whole(side.recipients), `${whole(side.mailsPerSecond.median)} (${whole(side.mailsPerSecond.least)} to ${whole(side.mailsPerSecond.most)})`, whole(side.bytesALetter), `${side.cpuMsALetter.median.toFixed(2)} ms`, `${whole(side.peakBytes.median / 1e6)} MB`];
  const table = textTable(['side', 'letters', 'mails a second', 'bytes each', 'CPU each', 'peak memory'], [
    row(`this project, ledger on ${ledger}`, own),
    row('bare nodemailer, pooled sendMail', bare),
  ]);
  const times = ratio(bare.mailsPerSecond, own.mailsPerSecond);
  return `${whole(recipients)} recipients, ${own.mailsPerSecond.runs} runs each, alternating${signed ? ', both signing by DKIM (RSA 2048)' : ''}; every address counted at the sink first: one letter each.\n\n${table}\n\n`
    + `${times.toFixed(2)} times the mails a second of bare nodemailer. Writing the plan into the ledger before: ${planSeconds.median.toFixed(1)} s (${whole(recipients / planSeconds.median)} a second).`;
}
