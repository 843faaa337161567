import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { peerPython } from './peers/peer-python.ts';
import { ratio, spread, type Spread } from './spread.ts';
import { textTable } from './text-table.ts';

/*
 * How to add a subject `npm run bench -- <name>`:
 *
 * 1. bench/<name>.ts: `export const subject: Subject<MyInput> = { name, description, module: import.meta.url, peers, inputs, own, check }`.
 *    `inputs` writes what both sides read into the folder it is given (as files; what is passed on is small JSON) and names each
 *    input, such as '1M x 16, k 8'. `own` reads it, times only its own work and returns a `Measurement`. It runs in a process of its
 *    own each time (run-own.ts), cold as the peer is, so module top levels should do nothing.
 * 2. bench/peers/<script>.py: `from measure import measure, timed` (bench/peers/measure.py says how); its `seconds` and `figures` have
 *    the same names as the own ones where the two are to be compared. Packages that are new go to bench/peers/requirements.txt, pinned.
 * 3. bench/subjects.ts: one import and one line.
 *
 * `check` sees every run of every side before any time is printed, and returns in words what is wrong with the answers.
 */

/** What one run of one side came to. */
export interface Measurement {
  /** Seconds by name of the work timed. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Figures of quality by name: inertia, AUC, number of itemsets. */
  readonly figures: Readonly<Record<string, number>>;
  /** Largest resident memory of the process, its runtime and libraries included. */
  readonly peakBytes: number;
}

/** A program to be compared with: a Python script in bench/peers, called with the input and `parameters` as one JSON object. */
export interface Peer {
  readonly name: string;
  readonly script: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** Runs of all sides on one input, in the order they ran; `peers` by name. */
export interface Runs {
  readonly own: readonly Measurement[];
  readonly peers: Readonly<Record<string, readonly Measurement[]>>;
}

export interface Subject<Input extends object> {
  readonly name: string;
  readonly description: string;
  /** `import.meta.url` of the module that exports this as `subject`. */
  readonly module: string;
  readonly peers: readonly Peer[];
  /** Whether the peers' packages do not go with those of the others: they are named in bench/peers/requirements-<name>.txt, and stand in an environment of their own. */
  readonly ownEnvironment?: boolean;
  /** Writes the files of each input below `folder` unless they are there from before, with `python` where a peer's package has the data; where an input takes long to make, of `only` alone. */
  inputs(context: { readonly folder: string; readonly python: string; readonly only?: string; readonly say: (line: string) => void }): Promise<Readonly<Record<string, Input>>>;
  /** Works on one input; `run` counts from 0 and may serve as a seed. */
  own(input: Input & { readonly run: number }): Promise<Omit<Measurement, 'peakBytes'>>;
  /** What is wrong with the answers, one sentence each; none when times may be compared. */
  check(runs: Runs, input: Input): readonly string[];
}

export interface Comparison {
  readonly input: string;
  /** Name of the work timed, or `peak memory`, whose unit is bytes. */
  readonly measure: string;
  readonly own: Spread;
  readonly peers: readonly { readonly name: string; readonly spread: Spread; readonly ratio: number }[];
}

export interface SideBySideReport {
  readonly subject: string;
  readonly runs: number;
  readonly machine: { readonly cores: number; readonly model: string; readonly node: string };
  readonly comparisons: readonly Comparison[];
  /** Figures of quality of every run, by input and side. */
  readonly figures: Readonly<Record<string, Readonly<Record<string, readonly Readonly<Record<string, number>>[]>>>>;
}

export interface SideBySideOptions {
  readonly root: string;
  readonly runs: number;
  /** The only input to measure; all when not given. */
  readonly only?: string;
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

const memory = 'peak memory';

/**
 * Runs a subject and its peers in turn on the same inputs, each run in a process of its own, and checks the answers before anything
 * is said about time.
 * @throws Error when a check fails, a process fails, or there is no such input
 */
export async function sideBySide<Input extends object>(subject: Subject<Input>, options: SideBySideOptions): Promise<SideBySideReport> {
  const { root, environment, say, signal } = options;
  const bench = join(root, 'var', 'bench');
  const python = subject.ownEnvironment === true
    ? await peerPython(join(bench, `venv-${subject.name}`), environment, say, `requirements-${subject.name}.txt`)
    : await peerPython(join(bench, 'venv'), environment, say);
  const all = Object.entries(await subject.inputs({ folder: join(bench, 'data', subject.name), python, only: options.only, say }));
  const inputs = all.filter(([name]) => options.only === undefined || name === options.only);
  if (inputs.length === 0) throw new Error(`${subject.name} has no input "${options.only}", only: ${all.map(([name]) => name).join('; ')}`);

  const runsByInput: Record<string, Runs> = {};
  for (const [name, input] of inputs) {
    const own: Measurement[] = [];
    const peers: Record<string, Measurement[]> = {};
    for (let run = 0; run < options.runs; run += 1) {
      say(`${name}, run ${run + 1} of ${options.runs}: Clientele …`);
      own.push(await measured(process.execPath, [join(import.meta.dirname, 'run-own.ts'), subject.module, JSON.stringify({ ...input, run })], signal));
      for (const peer of subject.peers) {
        say(`${name}, run ${run + 1} of ${options.runs}: ${peer.name} …`);
        (peers[peer.name] ??= []).push(await measured(python, [join(import.meta.dirname, 'peers', peer.script), JSON.stringify({ ...input, ...peer.parameters, run })], signal));
      }
    }
    const complaints = subject.check({ own, peers }, input);
    if (complaints.length > 0) throw new Error(`The answers on ${name} are not equal, so their times say nothing: ${complaints.join('; ')}`);
    runsByInput[name] = { own, peers };
  }
  const processors = cpus();
  return {
    subject: subject.name,
    runs: options.runs,
    machine: { cores: processors.length, model: processors[0]?.model ?? 'unknown', node: process.versions.node },
    comparisons: Object.entries(runsByInput).flatMap(([input, runs]) => compareRuns(input, runs)),
    figures: Object.fromEntries(Object.entries(runsByInput).map(([input, { own, peers }]) =>
      [input, Object.fromEntries(Object.entries({ Clientele: own, ...peers }).map(([side, runs]) => [side, runs.map(({ figures }) => figures)]))])),
  };
}

/** One comparison for each work that the project timed, against the peers that timed it too, and one of memory. */
export function compareRuns(input: string, { own, peers }: Runs): Comparison[] {
  const names = Object.keys(own[0]?.seconds ?? {});
  return [...names, memory].map((measure) => {
    const valueOf = ({ seconds, peakBytes }: Measurement): number => (measure === memory ? peakBytes : seconds[measure] ?? Number.NaN);
    const ownSpread = spread(own.map(valueOf));
    return {
      input, measure, own: ownSpread,
      peers: Object.entries(peers)
        .filter(([, runs]) => runs.every((run) => !Number.isNaN(valueOf(run))))
        .map(([name, runs]) => ({ name, spread: spread(runs.map(valueOf)), ratio: ratio(ownSpread, spread(runs.map(valueOf))) })),
    };
  });
}

/** The report as text: figures of quality first, then times and memory, medians with ranges. */
export function renderSideBySide({ subject, runs, machine, comparisons, figures }: SideBySideReport): string {
  const quality = Object.entries(figures).flatMap(([input, sides]) => Object.entries(sides).flatMap(([side, of]) =>
    Object.keys(of[0] ?? {}).map((figure) => {
      const { median, least, most } = spread(of.map((values) => values[figure] ?? Number.NaN));
      return [input, figure, side, number(median), least === most ? '' : `${number(least)} to ${number(most)}`];
    })));
  const times = comparisons.flatMap(({ input, measure, own, peers }) => [
    [input, measure, 'Clientele', amount(measure, own.median), range(measure, own), ''],
    ...peers.map((peer) => [input, measure, peer.name, amount(measure, peer.spread.median), range(measure, peer.spread), `${peer.ratio.toFixed(2)} x`]),
  ]);
  return [
    `${subject}: ${runs} alternating runs of each side on ${machine.cores} cores (${machine.model}), Node ${machine.node}`,
    '', textTable(['input', 'figure', 'side', 'median', 'range'], quality),
    '', textTable(['input', 'measure', 'side', 'median', 'range', 'ratio'], times),
    '', 'ratio: how many times the project\'s median the peer needs; above 1 the project is faster or smaller.',
  ].join('\n');
}

async function measured(command: string, parameters: readonly string[], signal: AbortSignal): Promise<Measurement> {
  const { stdout } = await promisify(execFile)(command, parameters, { maxBuffer: 64 * 1024 * 1024, signal });
  const lines = stdout.trimEnd().split('\n');
  return JSON.parse(lines[lines.length - 1]!) as Measurement;
}

const number = (value: number): string => (Number.isInteger(value) ? value.toLocaleString('en') : value.toPrecision(8));
const amount = (measure: string, value: number): string => (measure === memory ? `${(value / 1e6).toFixed(0)} MB` : `${value.toPrecision(3)} s`);
const range = (measure: string, { least, most }: Spread): string => `${amount(measure, least)} to ${amount(measure, most)}`;
