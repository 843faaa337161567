import { mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Hands on every new message of a Maildir (Bernstein: `new/`, `cur/`, `tmp/`) and marks it as seen by moving it to `cur/` afterwards; a message whose
 * taking fails stays new. A message that is met again after a crash is handed on again.
 * @param take gets the message; of one that is larger than `largest` its beginning, where a report stands before what it is about
 * @returns how many were handed on; undefined where there is no Maildir
 */
export async function readMaildir(folder: string, take: (message: Buffer) => Promise<void>, { largest = 4 * 1024 * 1024 }: { readonly largest?: number } = {}): Promise<number | undefined> {
  const names = await readdir(join(folder, 'new')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (names === undefined) return undefined;
  await mkdir(join(folder, 'cur'), { recursive: true });
  let taken = 0;
  for (const name of names.sort()) {
    const path = join(folder, 'new', name);
    const size = await stat(path).then((found) => (found.isFile() ? found.size : undefined), () => undefined);
    // Somebody else took it, or it is no message.
    if (size === undefined) continue;
    await take(await readBeginning(path, Math.min(size, largest)));
    taken += 1;
    await rename(path, join(folder, 'cur', `${name.split(':')[0]}:2,S`));
  }
  return taken;
}

async function readBeginning(path: string, bytes: number): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
  return buffer.subarray(0, bytesRead);
}
