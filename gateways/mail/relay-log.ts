import { open } from 'node:fs/promises';

/** The relay's own record of what it accepted: the only proof of what became of a letter whose answer was lost. */
export interface RelayLog {
  /**
   * Whether the relay has accepted each message, by Message-ID with its angle brackets. Undefined where no log is configured or it cannot be
   * read: then nobody can say.
   */
  accepted(messageIds: readonly string[]): Promise<ReadonlyMap<string, boolean> | undefined>;
}

/**
 * Reads a log in JSON lines, one an accepted message, with at least `messageId`; the line is written before the relay answers 250. Only what was
 * appended since the last look is read. A line that is no such JSON is passed over; a last line without its end is read at the next look.
 * @param path of the log; without it nothing is known of any message
 */
export function openRelayLog(path?: string): RelayLog {
  if (path === undefined || path === '') return { accepted: async () => undefined };
  const known = new Set<string>();
  let position = 0;
  let remainder = Buffer.alloc(0);
  let reading: Promise<boolean> = Promise.resolve(true);

  const takeLine = (line: string): void => {
    try {
      const entry: unknown = JSON.parse(line);
      if (typeof entry === 'object' && entry !== null && 'messageId' in entry && typeof entry.messageId === 'string') known.add(entry.messageId);
    } catch {
      // Not a line of ours: a relay may log other things.
    }
  };

  const readOn = async (): Promise<boolean> => {
    const file = await open(path, 'r').catch(() => undefined);
    if (file === undefined) return false;
    try {
      // A log that became shorter was rotated: what is known stays known, the new file is read from its beginning.
      if ((await file.stat()).size < position) {
        position = 0;
        remainder = Buffer.alloc(0);
      }
      const chunk = Buffer.alloc(1 << 16);
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
        if (bytesRead === 0) return true;
        position += bytesRead;
        const bytes = Buffer.concat([remainder, chunk.subarray(0, bytesRead)]);
        const end = bytes.lastIndexOf(0x0a);
        if (end >= 0) for (const line of bytes.subarray(0, end).toString('utf8').split('\n')) takeLine(line);
        remainder = bytes.subarray(end + 1);
      }
    } finally {
      await file.close();
    }
  };

  return {
    async accepted(messageIds) {
      // One reader at a time: the position is shared.
      reading = reading.then(readOn, readOn);
      if (!await reading) return undefined;
      return new Map(messageIds.map((messageId) => [messageId, known.has(messageId)]));
    },
  };
}
