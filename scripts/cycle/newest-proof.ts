import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** File of the newest message to one of `recipients` in the sink's outbox; undefined when none came. */
export async function newestProof(outbox: string, recipients: readonly string[]): Promise<string | undefined> {
  const log = await readFile(join(outbox, 'relay.log.jsonl'), 'utf8').catch(() => '');
  const wanted = new Set(recipients.map((recipient) => recipient.toLowerCase()));
  // The last line may still be being written.
  const lines = log.slice(0, log.lastIndexOf('\n') + 1).split('\n').filter((line) => line !== '');
  for (const line of lines.reverse()) {
    const { recipient, file } = JSON.parse(line) as { readonly recipient: string; readonly file: string };
    if (wanted.has(recipient.toLowerCase())) return join(outbox, file);
  }
  return undefined;
}
