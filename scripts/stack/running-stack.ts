import { readFileSync, renameSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectTemporal } from '../temporal-server/connect-temporal.ts';
import { ownServerEnvironment } from '../temporal-server/own-server-environment.ts';

/** What `var/stack.json` says of a stack while it runs. */
export interface RunningStack {
  /** Process that started it and will stop it. */
  readonly pid: number;
  readonly temporalAddress: string;
  /** False when TEMPORAL_ADDRESS named somebody else's server. */
  readonly ownTemporal: boolean;
  readonly temporalUiUrl?: string;
  readonly webUrl: string;
  readonly outbox?: string;
  /** The shop whose customers the stack lets live. */
  readonly simulatedShop?: string;
}

const fileOf = (root: string): string => join(root, 'var', 'stack.json');

/** Writes it whole or not at all: another command may be reading. */
export function writeRunningStack(root: string, stack: RunningStack): void {
  mkdirSync(join(root, 'var'), { recursive: true });
  const temporary = `${fileOf(root)}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(stack, undefined, 2)}\n`);
  renameSync(temporary, fileOf(root));
}

/** Removes the file when it is this process's own. */
export function removeRunningStack(root: string): void {
  try {
    const { pid } = JSON.parse(readFileSync(fileOf(root), 'utf8')) as RunningStack;
    if (pid === process.pid) rmSync(fileOf(root), { force: true });
  } catch {
    // No file, or a broken one: nothing of ours is left.
  }
}

/** The stack that another process runs in this checkout; undefined when there is none, or its process or server is gone. */
export async function findRunningStack(root: string): Promise<RunningStack | undefined> {
  const text = await readFile(fileOf(root), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  let stack: RunningStack;
  try {
    stack = JSON.parse(text) as RunningStack;
  } catch {
    return undefined;
  }
  if (stack.pid === process.pid || !processLives(stack.pid)) return undefined;
  const environment = stack.ownTemporal ? ownServerEnvironment({}, stack.temporalAddress) : process.env;
  const connected = await connectTemporal(stack.temporalAddress, environment, 3).catch(() => undefined);
  await connected?.close();
  return connected === undefined ? undefined : stack;
}

function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
