import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { createStopList, type StopList } from '../processes/stop-list.ts';
import { describeError } from './describe-error.ts';
import { exitCodes } from './exit-codes.ts';

export interface CommandContext {
  /** Everything the command starts goes here; it is stopped however the command ends. */
  readonly stops: StopList;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** One line to standard error. */
  readonly say: (line: string) => void;
}

/**
 * The frame of every command: runs it, tells its error in one line, stops what it started, and ends the process with its exit code.
 * Ctrl-C and SIGTERM end the command at once and the process after everything is stopped; further signals are ignored meanwhile.
 */
export async function runCommand(command: (context: CommandContext) => Promise<number>): Promise<never> {
  const say = (line: string): void => { process.stderr.write(`${line}\n`); };
  const stops = createStopList(say);
  const abort = new AbortController();
  const interrupted = new Promise<number>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        abort.abort(new Error(name));
        resolve(name === 'SIGINT' ? exitCodes.interrupted : 128 + constants.signals[name]);
      });
    }
  });
  const failed = new Promise<number>((resolve) => {
    // A program may be in any state after an error nobody caught: only stopping what was started is still done.
    const end = (error: unknown): void => resolve(tell(error));
    process.on('uncaughtException', end);
    process.on('unhandledRejection', end);
  });
  /** What fails while everything is being stopped fails because of that, and is not news. */
  const tell = (error: unknown): number => (stops.stopping || abort.signal.aborted ? exitCodes.failed : report(error, say));
  const done = Promise.resolve().then(() => command({ stops, signal: abort.signal, say })).catch(tell);
  const exitCode = await Promise.race([done, interrupted, failed]);
  await stops.stopAll();
  process.exit(exitCode);
}

function report(error: unknown, say: (line: string) => void): number {
  // Commander has told the person already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const { code, message, exitCode } = describeError(error);
  say(`${code}: ${message}`);
  if (process.env['CLIENTELE_DEBUG'] === '1' && error instanceof Error) say(error.stack ?? '');
  return exitCode;
}
