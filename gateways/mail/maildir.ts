import { mkdir, readFile, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Hands on every new message of a Maildir (Bernstein: `new/`, `cur/`, `tmp/`) and marks it as seen by moving it to `cur/` afterwards; a message whose
 * taking fails stays new. A message that is met again after a crash is handed on again.
 * @param take gets the whole message
 * @returns how many were handed on; undefined where there is no Maildir
 */
export async function readMaildir(folder: string, take: (message: Buffer) => Promise<void>, { largest = 4 * 1024 * 1024 }: { readonly largest?: number } = {}): Promise<number | undefined> {
  const names = await readdir(join(folder, 'new')).catch(() => undefined);
  if (names === undefined) return undefined;
  await mkdir(join(folder, 'cur'), { recursive: true });
  let taken = 0;
  for (const name of names.sort()) {
    const path = join(folder, 'new', name);
    const size = await stat(path).then((found) => (found.isFile() ? found.size : undefined), () => undefined);
    // Somebody else took it, or it is no message.
    if (size === undefined) continue;
    if (size <= largest) {
      await take(await readFile(path));
      taken += 1;
    }
    await rename(path, join(folder, 'cur', `${name.split(':')[0]}:2,S`));
  }
  return taken;
}
