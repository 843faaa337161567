import { ClienteleError } from '../gateways/errors.ts';
import { scrub } from './scrub.ts';

/** Says on stderr why the process ends, in the table's words where they are the table's, and leaves with code 1. */
export function reportFailure(error: unknown): never {
  const text = error instanceof ClienteleError ? `${error.code}: ${error.message}` : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${scrub(text)}\n`);
  // A native poller or a socket that is still open must not keep a failed process alive.
  process.exit(1);
}
