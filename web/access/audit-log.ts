import { appendFileSync, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

const entrySchema = z.object({
  at: z.string(),
  who: z.string(),
  role: z.string(),
  via: z.enum(['console', 'api', 'link']),
  action: z.string(),
  subject: z.string(),
  outcome: z.string(),
});

/** One thing that somebody did or tried: who (an account's name), by which way, what, to what, and what came of it. */
export type AuditEntry = z.infer<typeof entrySchema>;

/** Who did what in the console and by the API. Append only. */
export interface AuditLog {
  write(entry: Omit<AuditEntry, 'at'>): void;
  /** The latest entries, newest first. */
  last(count: number): Promise<AuditEntry[]>;
}

/** Bytes of the file's end that `last` reads. */
const tailBytes = 64 * 1024;

/** JSON lines in one file that only its owner reads. Written before the answer goes out: what is not written down did not happen unseen. */
export function openAuditLog(file: string, clock: () => Date): AuditLog {
  mkdirSync(dirname(file), { recursive: true });
  return {
    write(entry) { appendFileSync(file, `${JSON.stringify({ at: clock().toISOString(), ...entry })}\n`, { mode: 0o600 }); },
    async last(count) {
      const handle = await open(file, 'r').catch(() => undefined);
      if (handle === undefined) return [];
      try {
        const { size } = await handle.stat();
        const from = Math.max(0, size - tailBytes);
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
        const lines = buffer.subarray(0, bytesRead).toString('utf8').split('\n');
        // The first line of a tail may be half a line.
        return lines.slice(from > 0 ? 1 : 0).filter((line) => line !== '').flatMap((line) => parseLine(line)).reverse().slice(0, count);
      } finally {
        await handle.close();
      }
    },
  };
}

function parseLine(line: string): AuditEntry[] {
  try {
    return [entrySchema.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}
