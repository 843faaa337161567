import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findRunningStack } from '../../scripts/stack/running-stack.ts';
import { startStack, type Stack, type StackOptions } from '../../scripts/stack/start-stack.ts';

interface Note {
  readonly who: string;
  readonly word: string;
  readonly pid: number;
  readonly SMTP_URL?: string;
  readonly SMTP_LOG?: string;
  readonly TEMPORAL_ADDRESS?: string;
  readonly CLIENTELE_HOME?: string;
  readonly PUBLIC_PORT?: string;
}

const scripts = { simulator: join(import.meta.dirname, 'fake', 'simulator.ts'), worker: join(import.meta.dirname, 'fake', 'worker.ts') };
let root: string;
let environment: NodeJS.ProcessEnv;
let said: string[];
let open: { stop(): Promise<void> }[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'stack-'));
  environment = { ...process.env, TEMPORAL_ADDRESS: '', SMTP_URL: '', FAKE_LOG: join(root, 'fake.log'), FAKE_ROOT: root };
  said = [];
  open = [];
});
afterEach(async () => {
  for (const one of open) await one.stop();
  await rm(root, { recursive: true, force: true });
});

async function start(change: Partial<StackOptions> = {}): Promise<Stack> {
  const stack = await startStack({ root, environment, simulate: true, log: (line) => { said.push(line); }, scripts, ...change });
  open.push(stack);
  return stack;
}

async function notes(): Promise<Note[]> {
  const text = await readFile(environment['FAKE_LOG'] ?? '', 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Note);
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function eventually(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!await what()) await sleep(50);
}

/** Starts the fake command as npm would and waits until its stack is up; gives it with every process that belongs to it. */
async function startCommand(): Promise<{ readonly command: ChildProcess; readonly pids: readonly number[] }> {
  const command = spawn(process.execPath, [join(import.meta.dirname, 'fake', 'command.ts')], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  open.push({ stop: async () => { command.kill('SIGKILL'); } });
  await once(command.stdout, 'data');
  return { command, pids: (await notes()).filter(({ word }) => word === 'start').map(({ pid }) => pid) };
}

/** Whether somebody listens where the checkout's Temporal server was started. */
async function temporalListens(): Promise<boolean> {
  const { port } = JSON.parse(await readFile(join(root, 'var', 'temporal', 'ports.json'), 'utf8')) as { port: number };
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}

describe('a stack', () => {
  test('starts Temporal, simulator and worker in this order, tells the worker about the others, and stops in reverse', async () => {
    const stack = await start();
    expect(await stack.client.workflowService.getSystemInfo({})).toBeDefined();
    const [simulator, worker] = await notes();
    expect(simulator).toMatchObject({ who: 'simulator', word: 'start', args: ['--folder', join(root, 'var', 'shops', 'demo'), '--outbox', join(root, 'var', 'outbox')] });
    expect(worker).toMatchObject({ who: 'worker', TEMPORAL_ADDRESS: stack.temporalAddress, SMTP_URL: 'smtp://127.0.0.1:2525', SMTP_LOG: join(root, 'var', 'outbox', 'relay.log.jsonl'), CLIENTELE_HOME: join(root, 'var') });
    expect(await stack.simulator?.liveWeek('2026-11-23', '2026-11-30')).toEqual({ from: '2026-11-23', to: '2026-11-30', orders: 7 });
    await expect(stack.simulator?.liveWeek('2026-12-01', '2026-11-30')).rejects.toThrow('A week must end after it begins');
    expect(await temporalListens()).toBe(true);
    await stack.stop();
    expect((await notes()).filter(({ word }) => word === 'stop').map(({ who }) => who)).toEqual(['worker', 'simulator']);
    expect([simulator?.pid ?? 0, worker?.pid ?? 0].filter(lives)).toEqual([]);
    expect(await temporalListens()).toBe(false);
    expect(existsSync(join(root, 'var', 'stack.json'))).toBe(false);
  });

  test('sends no real mail by accident: without SMTP_URL mail goes to the outbox, and it says so', async () => {
    const stack = await start({ simulate: false });
    expect(said).toEqual([`SMTP_URL is not set: mail goes to ${stack.outbox} and to nobody's mailbox.`]);
    expect(stack.simulator).toBeUndefined();
    expect((await notes()).find(({ who }) => who === 'worker')?.SMTP_URL).toBe('smtp://127.0.0.1:2525');
  });

  test('uses the relay that SMTP_URL names, unless its customers are simulated', async () => {
    const real = { ...environment, SMTP_URL: 'smtp://relay.example:587' };
    const stack = await start({ simulate: false, environment: real });
    expect(stack.outbox).toBeUndefined();
    expect((await notes()).map(({ who, SMTP_URL }) => [who, SMTP_URL])).toEqual([['worker', 'smtp://relay.example:587']]);
    await stack.stop();
    await start({ simulate: true, environment: real });
    expect((await notes()).at(-1)?.SMTP_URL).toBe('smtp://127.0.0.1:2525');
  });

  test('restarts its worker on the same port, also after SIGKILL', async () => {
    const { worker } = await start();
    const before = worker.pid;
    worker.kill('SIGKILL');
    await worker.restart();
    expect(worker.pid).not.toBe(before);
    await worker.restart();
    const ports = (await notes()).filter(({ who, word }) => who === 'worker' && word === 'start').map(({ PUBLIC_PORT }) => PUBLIC_PORT);
    expect(ports).toHaveLength(3);
    expect(new Set(ports).size).toBe(1);
  });

  test('keeps its worker running when asked to', async () => {
    const { worker } = await start({ keepWorkerRunning: true });
    const before = worker.pid;
    worker.kill('SIGKILL');
    await eventually(() => worker.pid !== before);
    expect(said).toEqual([expect.stringContaining('The worker ended unexpectedly and is started again')]);
  });

  test('stops what it started when a later part fails, and tells in the words of that part', async () => {
    await expect(start({ environment: { ...environment, FAKE_FAILS: 'worker' } })).rejects.toMatchObject({ type: 'LEDGER_LOCKED', message: expect.stringContaining('is open in process 1') });
    expect((await notes()).map(({ who, word }) => `${who} ${word}`)).toEqual(['simulator start', 'worker start', 'simulator stop']);
    expect(await temporalListens()).toBe(false);
  });

  test('takes the server of TEMPORAL_ADDRESS, starts none, and leaves it running', async () => {
    const first = await start();
    await rm(join(root, 'var', 'stack.json'));
    const other = await mkdtemp(join(root, 'other-'));
    const second = await start({ root: other, environment: { ...environment, TEMPORAL_ADDRESS: first.temporalAddress } });
    expect(second.temporalUiUrl).toBeUndefined();
    await second.stop();
    expect(existsSync(join(other, 'var', 'temporal'))).toBe(false);
    expect(await first.client.workflowService.getSystemInfo({})).toBeDefined();
  });
});

describe('a command that runs a stack', () => {
  test.each([['SIGINT', 130], ['SIGTERM', 143]] as const)('stops all of it on %s and ends with %i', async (signal, exitCode) => {
    const { command, pids } = await startCommand();
    expect(pids.filter(lives)).toHaveLength(2);
    command.kill(signal);
    command.kill(signal);
    expect(await once(command, 'exit')).toEqual([exitCode, null]);
    expect(pids.filter(lives)).toEqual([]);
    expect(await temporalListens()).toBe(false);
  });

  test('leaves nothing running even when it is killed', async () => {
    const { command, pids } = await startCommand();
    command.kill('SIGKILL');
    await eventually(async () => pids.every((pid) => !lives(pid)) && !await temporalListens());
  });

  test('can be found by other commands while it lives, and not after', async () => {
    const { command, pids } = await startCommand();
    const running = await findRunningStack(root);
    expect(running).toMatchObject({ pid: command.pid, ownTemporal: true, simulatedShop: 'demo', outbox: join(root, 'var', 'outbox') });
    command.kill('SIGKILL');
    await eventually(() => pids.every((pid) => !lives(pid)));
    expect(existsSync(join(root, 'var', 'stack.json'))).toBe(true);
    expect(await findRunningStack(root)).toBeUndefined();
  });
});
